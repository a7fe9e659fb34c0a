"""The network between one controller and its clients, with what can go wrong on it: stalls, lag, lost connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Handler = Callable[["Line"], Awaitable[None]]
LIMIT = 1 << 16  # bytes that a client may leave unread before data for it are dropped


class Line:
    """One connection of a client."""

    def __init__(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._link = link
        self._reader = reader
        self._writer = writer

    async def read(self, size: int) -> bytes:
        """Some bytes, at most `size`; empty at the end. Waits while the controller does not answer."""
        data = await self._reader.read(size)
        await self._link.answering.wait()
        return data

    async def exactly(self, size: int) -> bytes:
        """Raises asyncio.IncompleteReadError at the end."""
        data = await self._reader.readexactly(size)
        await self._link.answering.wait()
        return data

    async def line(self) -> bytes:
        """A line with its end; empty at the end. Raises ValueError for one that is too long."""
        data = await self._reader.readline()
        await self._link.answering.wait()
        return data

    def send(self, data: bytes) -> None:
        """Now, or later by the link's lag; lost when nobody reads or nobody is there any more."""
        if not self._link.answering.is_set():
            return
        if self._link.lag > 0.0:
            asyncio.get_running_loop().call_later(self._link.lag, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if not self._writer.is_closing() and self._writer.transport.get_write_buffer_size() < LIMIT:
            self._writer.write(data)

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        """At once, unsent data and all."""
        self._writer.transport.abort()


class Link:
    """All ports of one controller at one address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.lag = 0.0  # s
        self.answering = asyncio.Event()
        self.answering.set()
        self._lines: set[Line] = set()
        self._handlers: dict[int, Handler] = {}
        self._servers: list[asyncio.Server] = []

    async def listen(self, handlers: dict[int, Handler]) -> None:
        """Serve each port with its handler. Raises OSError when one is taken; then none is served."""
        self._handlers = handlers
        await self._open()

    async def _open(self) -> None:
        try:
            for port, handler in self._handlers.items():
                self._servers.append(await asyncio.start_server(self._served_by(handler), self.address, port))
        except OSError:
            self.drop()
            raise

    def _served_by(self, handler: Handler) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = Line(self, reader, writer)
            self._lines.add(line)
            try:
                await self.answering.wait()
                await handler(line)
            except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                pass  # the client went away, or sent what no client sends: its line is closed
            finally:
                self._lines.discard(line)
                line.close()

        return serve

    def drop(self) -> None:
        """Cut all connections and take no new ones until `restore`."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        for line in list(self._lines):
            line.abort()

    async def restore(self) -> None:
        """Take connections again after `drop`."""
        if not self._servers:
            await self._open()

    @property
    def dropped(self) -> bool:
        return not self._servers

"""Serves the page and the stream, in a thread with a loop of its own.

The thread that ticks only puts lines into a queue. This one wakes 25 times a second, takes what is new and sends
it to all viewers, each as fast as that viewer takes it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from collections import deque
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from pg4da.errors import BadInput
from pg4da.mission.control import Control
from pg4da.viewing.access import PORT, Access
from pg4da.viewing.feed import Feed
from pg4da.viewing.files import read_page, response
from pg4da.viewing.viewer import Refused, Viewer

PERIOD = 0.04  # s between two looks for what is new
LAST_LINES = 0.15  # s until the last lines of a run have come through its broadcast
LAST_WORDS = 2.0  # s that viewers have to take the last lines when the server closes
MESSAGE = 64 << 10  # bytes that a viewer may send at once
VIEWERS = 64
CONNECTIONS = 2 * VIEWERS  # also of those who have not said yet what they want; files are few, and the run needs some
EVERYBODY = ("0.0.0.0", "::")
PORTS_TRIED = 20
PING, QUICK_PING = 10.0, 1.0  # s between two signs of life; quick where a lost viewer stops the mission


class ViewServer:
    """`control` is what viewers that hold the token steer; None: nothing."""

    def __init__(self, feed: Feed, access: Access, control: Control | None = None) -> None:
        self.feed, self.access = feed, access
        self._control = control
        self._page = read_page()
        self._viewers: set[Viewer] = set()
        self._news, self._closing = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="viewers", daemon=True)
        self._server: Server | None = None
        self._pump: asyncio.Task[None] | None = None
        self._trouble: deque[str] = deque()
        self.port = 0

    def start(self) -> None:
        """Raises BadInput when the address can't be had."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        except BaseException:
            self._end_thread()
            raise

    @property
    def address(self) -> str:
        """For a browser on this machine, or on another when it listens elsewhere; without the token."""
        host = self.access.host
        if host in EVERYBODY:
            host = "127.0.0.1" if host == "0.0.0.0" else "::1"
        return f"http://[{host}]:{self.port}/" if ":" in host else f"http://{host}:{self.port}/"

    @property
    def link(self) -> str:
        """The address with the token, behind the `#` that browsers never send."""
        return f"{self.address}#token={self.access.token}"

    @property
    def links(self) -> tuple[str, ...]:
        """All of them: one that listens to everybody also has this machine's name."""
        if self.access.host not in EVERYBODY:
            return (self.link,)
        return self.link, f"http://{socket.gethostname().lower()}:{self.port}/#token={self.access.token}"

    def close(self) -> None:
        """Viewers get the last lines if they take them in time; then the port is free again."""
        if not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
            self._end_thread()

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        first = PORT if self.access.port is None else self.access.port
        ports = range(first, first + PORTS_TRIED) if self.access.port is None else (first,)
        for port in ports:
            try:
                self._server = await self._bind(port)
                break
            except OSError as error:
                if error.errno == errno.EADDRINUSE and port != ports[-1]:
                    continue
                raise BadInput(f"cannot listen on {self.access.host}:{port}: {error.strerror or error}") from None
        assert self._server is not None
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._pump = asyncio.create_task(self._run_pump())
        self._pump.add_done_callback(self._pump_ended)

    def _pump_ended(self, pump: asyncio.Task[None]) -> None:
        """Viewers are let go, and refused from now on: they would wait for ever."""
        if not pump.cancelled() and (error := pump.exception()) is not None:
            self._trouble.append(f"the page is served no longer: {type(error).__name__}: {error}")
            self._closing.set()
            self._tell_news()

    def trouble(self) -> str:
        """Why nothing is served any more, once; empty while all is well. From any thread."""
        return self._trouble.popleft() if self._trouble else ""

    async def _bind(self, port: int) -> Server:
        ping = QUICK_PING if self._control is not None and self._control.stop_when_lost else PING
        return await serve(
            self._welcome,
            self.access.host,
            port,
            process_request=self._answer,
            compression=None,  # costs processor time that the run needs
            max_size=MESSAGE,
            ping_interval=ping,
            ping_timeout=2 * ping,
            close_timeout=1.0,
            server_header=None,
            logger=quiet_logger(),
            create_connection=Bounded,
        )

    async def _run_pump(self) -> None:
        while True:
            if self.feed.poll():
                self._tell_news()
            await asyncio.sleep(PERIOD)

    def _tell_news(self) -> None:
        told, self._news = self._news, asyncio.Event()
        told.set()

    async def _shut(self) -> None:
        assert self._pump is not None
        assert self._server is not None
        await asyncio.sleep(LAST_LINES)
        if not self._pump.done():
            self._pump.cancel()
            self.feed.poll()
        self._closing.set()
        self._tell_news()
        deadline = self._loop.time() + LAST_WORDS
        while self._viewers and self._loop.time() < deadline:
            await asyncio.sleep(0.01)
        self._server.close()
        await self._server.wait_closed()
        self.feed.close()
        if self._trouble:  # nobody has asked
            raise RuntimeError(self.trouble()) from self._pump.exception()

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse, or serve a file, or go on to the stream (None)."""
        host, origin = request.headers.get("Host"), request.headers.get("Origin")
        if not self.access.allows_host(host):
            return refuse(HTTPStatus.MISDIRECTED_REQUEST, "this name is not one of this machine's")
        path = request.path.split("?", 1)[0]
        if path == "/stream":
            if not self.access.allows_origin(origin, host):
                return refuse(HTTPStatus.FORBIDDEN, "only the page that comes from here may do this")
            if self._closing.is_set():
                return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "nothing is served any more")
            if len(self._viewers) >= VIEWERS:
                return refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many viewers")
            return None
        if path not in self._page:
            return refuse(HTTPStatus.NOT_FOUND, "no such page")
        kind, body = self._page[path]
        return response(200, "OK", body, kind, host or "")

    async def _welcome(self, connection: ServerConnection) -> None:
        viewer = Viewer(connection, self.feed, self.access, self._control)
        try:
            await viewer.greet()
            self._viewers.add(viewer)
            listening = asyncio.create_task(viewer.listen())
            try:
                await self._serve(viewer, listening)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
        except (ConnectionClosed, Refused, TimeoutError):
            pass  # it has left, or was sent away: nobody is to be told
        finally:
            self._viewers.discard(viewer)
            viewer.leave()

    async def _serve(self, viewer: Viewer, listening: asyncio.Task[None]) -> None:
        while not listening.done():
            news = self._news
            if await viewer.send_new():
                continue
            if self._closing.is_set():
                return
            waiting = asyncio.create_task(news.wait())
            await asyncio.wait((waiting, listening), return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()


class Bounded(ServerConnection):
    """One too many is dropped before it is read."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if len(self.server.handler_tasks) > CONNECTIONS:
            self.transport.abort()


def refuse(status: HTTPStatus, why: str) -> Response:
    return response(status.value, status.phrase, f"{why}\n".encode())


def quiet_logger() -> logging.Logger:
    """A run's terminal is not the place for what went wrong with some viewer's connection."""
    logger = logging.getLogger("pg4da.viewing")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger

"""One viewer: who it is, what it is sent, what it may ask."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.server import ServerConnection

from pg4da.errors import BadInput
from pg4da.mission.control import Control
from pg4da.viewing.access import Access
from pg4da.viewing.feed import Feed

BATCH = 128 << 10  # bytes of lines in one frame
HELLO = 10.0  # s for the first message of a viewer
STALL = 10.0  # s that a viewer may take nothing at all
LAG = 4 << 20  # bytes that a viewer may be behind before it skips to a keyframe
NO_TOKEN = 4401  # the close code that asks for a token
ARGUMENTS: dict[str, type] = {"node": int, "on": bool, "prompt": str, "choice": str}
NEEDED = "the token that the run printed is needed"


class Refused(Exception):
    """The viewer may not look."""


class Viewer:
    """`control` is what it may steer when it holds the token; None: nothing."""

    def __init__(self, connection: ServerConnection, feed: Feed, access: Access, control: Control | None) -> None:
        self._connection, self._feed, self._access, self._control = connection, feed, access, control
        self._cursor = 0
        self._reached_end = False
        self._steers = False

    async def greet(self) -> None:
        """Its first message brings the token. Raises Refused."""
        message = read(await asyncio.wait_for(self._connection.recv(), HELLO))
        token = message.get("token")
        known = isinstance(token, str) and self._access.knows(token)
        if not known and not self._access.open:
            await self._connection.close(NO_TOKEN, NEEDED)
            raise Refused
        if known and self._control is not None:
            self._steers = True
            self._control.attach()
        await self.tell({"k": "hello", "mode": self._feed.mode, "control": self._steers})

    def leave(self) -> None:
        """It has gone."""
        if self._steers and self._control is not None:
            self._steers = False
            self._control.detach()

    async def tell(self, message: dict[str, Any]) -> None:
        await self._connection.send(json.dumps(message, separators=(",", ":")))

    async def send_new(self) -> bool:
        """The next lines; whether there were any. A viewer that takes nothing for too long is cut off."""
        history = self._feed.history
        if self._reached_end and history.behind(self._cursor) > LAG:
            self._cursor = history.newest_key()
        lines, self._cursor = history.since(self._cursor, BATCH)
        if not lines:
            self._reached_end = True
            return False
        try:
            await asyncio.wait_for(self._connection.send(b"\n".join(lines), text=True), STALL)
        except TimeoutError:
            self._connection.transport.abort()
        return True

    async def listen(self) -> None:
        """Answer what it sends until it leaves."""
        async for data in self._connection:
            message = read(data)
            if "want" in message:
                await self._send_picture(message["want"])
            elif "do" in message:
                await self._obey(message)

    async def _send_picture(self, reference: Any) -> None:
        png = self._feed.history.picture(reference) if isinstance(reference, int) else None
        await self.tell({"k": "png", "ref": reference, "png": png})

    async def _obey(self, message: dict[str, Any]) -> None:
        try:
            self._ask(message)
        except BadInput as error:
            await self.tell({"k": "refused", "why": str(error)})

    def _ask(self, message: dict[str, Any]) -> None:
        """Pass a request on. Raises BadInput for one that can't be."""
        if self._control is None:
            raise BadInput("there is nothing to steer here")
        if not self._steers:
            raise BadInput(NEEDED)
        arguments = {name: value for name, value in message.items() if name != "do"}
        for name, value in arguments.items():
            if type(value) is not ARGUMENTS.get(name):
                raise BadInput(f"'{name}' can't be used like this")
        self._control.request(str(message["do"]), **arguments)


def read(data: str | bytes) -> dict[str, Any]:
    """A viewer's message; empty when it is none."""
    try:
        message = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}

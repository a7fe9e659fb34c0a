"""The port that takes programs as text (30003): a program runs as soon as its outermost block closes."""

from __future__ import annotations

import asyncio

from pg4da.hardware.emulator.ur5e.controller import Controller
from pg4da.hardware.emulator.ur5e.link import Line
from pg4da.hardware.emulator.ur5e.script_text import Incoming
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError

PORT = 30003


class ScriptPort:
    """Loads programs into one controller; what is wrong with one goes to the controller's log, as on the robot."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._order = asyncio.Lock()

    async def serve(self, line: Line) -> None:
        """A link's handler. Raises ValueError for a text without end."""
        incoming = Incoming()
        while data := await line.read(1 << 16):
            for text in incoming.feed(data.decode("utf-8", "replace").replace("\r\n", "\n")):
                await self.run(text)

    async def run(self, text: str) -> None:
        """Compile beside the loop, which must not stand still, then start it."""
        if not self._controller.remote:
            self._controller.say("a program is refused: the controller is in local control")
            return
        async with self._order:  # the program that came last is the one that runs, however long each takes
            try:
                code = await asyncio.to_thread(self._controller.compile, text)
            except ScriptError as error:
                self._controller.say(f"a program is refused: {error}")
                return
            self._controller.load(code)

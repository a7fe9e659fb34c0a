"""The control port: one JSON object a line in, one out. For tests and demonstrations; no robot has one.

    {"do": "inject", "device": "left", "fault": "stall", "value": "2", "after": 0}
    {"do": "clear", "device": "left", "fault": "stall"}      both may be left out
    {"do": "status"}

The answer is {"ok": true, …} or {"ok": false, "error": "…"}.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pg4da.hardware.emulator.addresses import PortTaken
from pg4da.hardware.emulator.emulation import KINDS, Emulation
from pg4da.hardware.emulator.faults import make_fault

Handler = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class ControlPort:
    """`more` adds commands beside inject, clear and status; a ValueError out of one is told to the client."""

    def __init__(self, emulation: Emulation, more: Mapping[str, Handler] | None = None) -> None:
        self._emulation = emulation
        self._commands: dict[str, Handler] = {
            "inject": self._inject,
            "clear": self._clear,
            "status": self._status,
            **(more or {}),
        }
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        """Raises PortTaken."""
        host, port = self._emulation.addresses.host, self._emulation.addresses.control_port
        try:
            self._server = await asyncio.start_server(self._serve, host, port)
        except OSError as error:
            raise PortTaken("the control port", host, port, str(error)) from error

    def close(self) -> None:
        """Idempotent."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self.answer(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # the client went, or sent a line without end
        finally:
            self._writers.discard(writer)
            writer.close()

    async def answer(self, line: bytes) -> dict[str, Any]:
        """What one line leads to."""
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict) or not isinstance(asked.get("do"), str):
                raise ValueError('a command is an object such as {"do": "status"}')
            handler = self._commands.get(asked["do"])
            if handler is None:
                raise ValueError(f"unknown command '{asked['do']}'; valid: {', '.join(sorted(self._commands))}")
            return {"ok": True, **await handler(asked)}
        except (ValueError, OSError) as error:
            return {"ok": False, "error": str(error)}

    async def _inject(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        value = asked.get("value")
        after = asked.get("after", 0)
        if not isinstance(after, int | float) or after < 0:
            raise ValueError(f"after: {after!r} is no number of seconds")
        text = None if value is None else str(value)
        fault = make_fault(str(asked.get("fault", "")), str(asked.get("device", "")), text, float(after), KINDS)
        if after > 0:
            self._emulation.plan(fault)
        else:
            await self._emulation.inject(fault)
        return {"injected": fault.name, "device": fault.device, "value": fault.value}

    async def _clear(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        device, name = str(asked.get("device") or ""), str(asked.get("fault") or "")
        if device and device not in KINDS:
            raise ValueError(f"there is no '{device}'; valid: {', '.join(sorted(KINDS))}")
        if name and not any(name in KINDS[each] for each in ([device] if device else KINDS)):
            raise ValueError(f"there is no fault '{name}' to clear")
        await self._emulation.clear(device, name)
        return {}

    async def _status(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._emulation.status()

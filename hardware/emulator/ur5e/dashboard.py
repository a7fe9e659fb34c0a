"""The dashboard server, port 29999: a command a line, an answer a line (UR's dashboard server guide)."""

from __future__ import annotations

from collections.abc import Callable

from pg4da.hardware.emulator.ur5e.controller import PAUSED, PLAYING, STOPPED, Controller
from pg4da.hardware.emulator.ur5e.link import Line
from pg4da.hardware.emulator.ur5e.safety import SafetyMode

PORT = 29999
BANNER = "Connected: Universal Robots Dashboard Server"
BUILT = "Jul 06 2022"
TOO_SOON = (
    "Cannot unlock protective stop until 5s after occurrence. Always inspect cause of protective stop before unlocking"
)
_STATES = {STOPPED: "STOPPED", PLAYING: "PLAYING", PAUSED: "PAUSED"}
# What a controller does only when it is in remote control.
_REMOTE = {
    "play", "stop", "pause", "load", "power on", "power off", "brake release", "unlock protective stop",
    "restart safety", "shutdown",
}  # fmt: skip


class Dashboard:
    """Commands of one controller."""

    def __init__(self, controller: Controller) -> None:
        self._c = controller
        self._loaded = ""
        self._popup = ""
        self._commands: dict[str, Callable[[], str]] = {**self._looks(), **self._acts()}
        self._with_text: dict[str, Callable[[str], str]] = {
            "load": self._load,
            "popup": self._show_popup,
            "addToLog": self._add_to_log,
            "setUserRole": lambda role: f"Setting user role: {role}",
        }

    async def serve(self, line: Line) -> None:
        """A link's handler."""
        line.send(f"{BANNER}\n".encode())
        while data := await line.line():
            command = data.decode("utf-8", "replace").strip()
            line.send(f"{self.answer(command)}\n".encode())
            if command == "quit":
                return

    def answer(self, command: str) -> str:
        """One command's answer."""
        word, _, text = command.partition(" ")
        if not self._c.remote and (command in _REMOTE or word in _REMOTE):
            return f"Failed to execute: {command}"
        if command in self._commands:
            return self._commands[command]()
        if word in self._with_text and text:
            return self._with_text[word](text.strip())
        return f"could not understand: '{command}'"

    def _looks(self) -> dict[str, Callable[[], str]]:
        c = self._c
        return {
            "PolyscopeVersion": self._version,
            "version": lambda: ".".join(map(str, c.identity.version)),
            "get serial number": lambda: c.identity.serial,
            "get robot model": lambda: c.identity.model,
            "is in remote control": lambda: _truth(c.remote),
            "robotmode": lambda: f"Robotmode: {c.safety.robot_mode.name}",
            "safetymode": lambda: f"Safetymode: {c.safety.mode.name}",
            "safetystatus": lambda: f"Safetystatus: {c.safety.mode.name}",
            "running": lambda: f"Program running: {_truth(c.runtime_state == PLAYING)}",
            "programState": lambda: f"{_STATES[c.runtime_state]} {self._program}",
            "get loaded program": lambda: f"Loaded program: {self._loaded}" if self._loaded else "No program loaded",
            "isProgramSaved": lambda: f"true {self._program}",
            "get operational mode": lambda: "NONE",
        }

    def _acts(self) -> dict[str, Callable[[], str]]:
        return {
            "play": lambda: "Starting program" if self._c.play() else "Failed to execute: play",
            "stop": self._stop,
            "pause": self._pause,
            "power on": lambda: "Powering on" if self._c.safety.power_on() else "Failed to execute: power on",
            "power off": self._power_off,
            "brake release": self._release_brakes,
            "unlock protective stop": self._unlock,
            "restart safety": self._restart_safety,
            "close safety popup": lambda: "closing safety popup",
            "close popup": self._close_popup,
            "quit": lambda: "Disconnected",
            "shutdown": self._shut_down,
        }

    @property
    def _program(self) -> str:
        return self._c.program.name if self._c.program else self._loaded or "null"

    def _version(self) -> str:
        return f"URSoftware {'.'.join(map(str, self._c.identity.version))} ({BUILT})"

    def _stop(self) -> str:
        self._c.stop_program("stopped from the dashboard")
        return "Stopped"

    def _pause(self) -> str:
        if self._c.program is None:
            return "Failed to execute: pause"
        self._c.pause()
        return "Pausing program"

    def _power_off(self) -> str:
        self._c.power_off()
        return "Powering off"

    def _release_brakes(self) -> str:
        return "Brake releasing" if self._c.safety.release_brakes() else "Failed to execute: brake release"

    def _unlock(self) -> str:
        return "Protective stop releasing" if self._c.unlock() else TOO_SOON

    def _restart_safety(self) -> str:
        if self._c.safety.mode in (SafetyMode.FAULT, SafetyMode.VIOLATION):
            self._c.safety.mode = SafetyMode.NORMAL
        self._c.power_off()
        return "Restarting safety"

    def _load(self, program: str) -> str:
        """Programs of the pendant are not emulated."""
        return f"File not found: {program}"

    def _show_popup(self, text: str) -> str:
        self._popup = text
        return "showing popup"

    def _close_popup(self) -> str:
        self._popup = ""
        return "closing popup"

    def _add_to_log(self, text: str) -> str:
        self._c.say(text)
        return "Added log message"

    def _shut_down(self) -> str:
        self._c.power_off()
        return "Shutting down"


def _truth(value: bool) -> str:
    return "true" if value else "false"

"""Obeys what people ask of a running mission: pause, step, resume, breakpoints, answers, stop."""

from __future__ import annotations

from collections.abc import Callable

from pg4da.mission.breakpoints import Breakpoints
from pg4da.mission.control import Control, ControlState, Request
from pg4da.mission.events import Hub
from pg4da.mission.node import Node
from pg4da.mission.runtime import Runtime


class Steering:
    """Between two ticks: `look` takes the requests, `paused` and `steps` tell the loop what to do.

    A pause holds the cell, stops the mission's clock and ticks nothing.
    """

    def __init__(self, control: Control, runtime: Runtime, hub: Hub, stop: Callable[[str], None]) -> None:
        self.control = control
        self.paused = self.stopping = False
        self.steps = 0
        self.slowed = runtime.cell.pace < 1.0  # a first try of a real cell never runs at full pace
        self._runtime, self._hub, self._stop = runtime, hub, stop
        self._breakpoints = Breakpoints(runtime.nodes)
        self._told: ControlState | None = None
        self._changed = True
        self._at: Node | None = None

    @property
    def waiting_for_a_person(self) -> bool:
        """Nothing is to be gained by simulating faster than real time."""
        return self.paused or (self._runtime.questions.first is not None and self.control.attended)

    def look(self) -> None:
        """Take what was asked, see whether a breakpoint was reached, and tell what has changed."""
        if self.control.waiting:
            self._take()
        if self._breakpoints.reached is not None and not self.paused:
            self._pause()
        if self._breakpoints.reached is not self._at:
            self._at, self._changed = self._breakpoints.reached, True
        if self._changed or self._runtime.questions.changed:
            self._tell()

    def stop(self) -> None:
        """The mission is about to end: nothing is held any more, and that is told."""
        self.stopping, self.paused = True, False
        self._breakpoints.clear()
        if self.slowed:
            self._runtime.cell.resume()
        self._tell()

    def step_begins(self) -> None:
        """One tick in a pause."""
        self.steps -= 1
        self._changed = True
        self._breakpoints.release()
        self._runtime.cell.resume()

    def step_ends(self) -> None:
        self._runtime.cell.hold()

    def pass_time(self, dt: float, pace_before: float) -> None:
        """After the cell advanced by dt [s] while slowed: the mission's clock goes on as far as the arms did."""
        pace = self._runtime.cell.pace
        self._runtime.clock.lose(dt * (1.0 - (pace_before + pace) / 2))
        self.slowed = self.paused or pace < 1.0

    def _take(self) -> None:
        while (request := self.control.take()) is not None:
            self._changed = True
            problem = self._obey(request)
            if problem:
                self._hub.publish("refused", {"command": request.command, "message": problem})

    def _obey(self, request: Request) -> str:
        """What is wrong with it; empty when it was done."""
        if request.command == "stop":
            self._stop(request.reason or "stopped by the operator")
        elif self.stopping and request.command != "answer":
            return "the mission is about to end"
        elif request.command == "breakpoint":
            if not self._breakpoints.set(request.node, request.on):
                return f"there is no node {request.node}"
        elif request.command == "answer":
            return self._runtime.questions.answer(request.choice, request.prompt)
        elif request.command == "pause":
            self._pause()
        elif not self.paused:
            return "the mission is not paused"
        elif request.command == "step":
            self.steps += 1
        else:
            self._resume()
        return ""

    def _pause(self) -> None:
        self._changed = True
        if not self.paused:
            self.paused = self.slowed = True
            self._runtime.cell.hold()

    def _resume(self) -> None:
        self.paused, self.steps = False, 0
        self._breakpoints.release()
        self._runtime.cell.resume()

    def _tell(self) -> None:
        self._changed = self._runtime.questions.changed = False
        reached = self._breakpoints.reached
        state = ControlState(
            "stopping" if self.stopping else "paused" if self.paused else "running",
            None if reached is None else reached.number,
            self._breakpoints.numbers,
            self._runtime.questions.first,
        )
        if state != self._told:
            self._told = state
            self._hub.control(state)

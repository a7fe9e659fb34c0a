"""A cell in memory, toy skills, and a way to run a mission written in a test."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import Field

from pg4da.hardware.cell import ArmState, CameraFrame, Workspace
from pg4da.mission.events import Event, Listener
from pg4da.mission.executive import Executive, MissionResult
from pg4da.mission.loader import load_spec
from pg4da.mission.problems import MissionError
from pg4da.mission.tree import MissionTree, load_mission
from pg4da.skills.skill import Context, Phase, Ports, Skill, SkillFailure


class FakeClock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time


class FakeArm:
    """Has one joint, which moves at `speed` until it is stopped; braking takes `braking` seconds."""

    def __init__(self, name: str, clock: FakeClock) -> None:
        self.name, self._clock = name, clock
        self.speed, self.braking, self.stops = 0.0, 0.1, 0
        self._stopped_at: float | None = None

    def move(self) -> None:
        self.speed, self._stopped_at = 1.0, None

    def stop(self) -> None:
        self.stops += 1
        if self.speed and self._stopped_at is None:
            self._stopped_at = self._clock.now()

    @property
    def state(self) -> ArmState:
        if self._stopped_at is not None and self._clock.now() - self._stopped_at >= self.braking:
            self.speed = 0.0
        return ArmState(np.zeros(1), np.array([self.speed]), self._clock.now())


class FakeCamera:
    def capture(self, timeout: float = 1.0) -> CameraFrame:
        rgb = np.full((48, 64, 3), 90, np.uint8)
        return CameraFrame(rgb, np.ones((48, 64), np.float32), np.eye(3), np.eye(4), 0.0, 0)


class FakeCell:
    """`at(time, action)` schedules something to happen, such as a signal."""

    def __init__(self) -> None:
        self.name = "fake"
        self.clock = FakeClock()
        self.arms = {name: FakeArm(name, self.clock) for name in ("left", "right")}
        self.camera, self.workspace = FakeCamera(), Workspace()
        self.bin_position = np.zeros(3)
        self.stops = self.closes = 0
        self.pace = 1.0
        self._plan: list[tuple[float, Callable[[], None]]] = []

    def at(self, time: float, action: Callable[[], None]) -> None:
        self._plan.append((time, action))

    def advance(self, dt: float) -> None:
        self.clock.time += dt
        due = [action for time, action in self._plan if time <= self.clock.time]
        self._plan = [(time, action) for time, action in self._plan if time > self.clock.time]
        for action in due:
            action()

    def stop(self) -> None:
        self.stops += 1
        for arm in self.arms.values():
            arm.stop()

    def hold(self) -> None:
        self.pace = 0.0

    def resume(self) -> None:
        self.pace = 1.0

    def close(self) -> None:
        self.closes += 1

    def picture(self, size: tuple[int, int] = (640, 480)) -> Any:
        return np.full((size[1], size[0], 3), 128, np.uint8)


class Log(Listener):
    """Notes of the toy skills, and all events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def on_event(self, event: Event) -> None:
        self.events.append(event)

    @property
    def notes(self) -> list[str]:
        return [event.data["text"] for event in self.events if event.kind == "note"]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [event.data for event in self.events if event.kind == kind]


class Toy(Skill):
    def note(self, text: str) -> None:
        self.context.emit("note", {"text": text})


class Say(Toy):
    name = "say"

    class Inputs(Ports):
        text: str = "said"

    def run(self, inputs: Any) -> Any:
        self.note(inputs.text)
        yield
        return self.Outputs()


class Count(Toy):
    """One more than `start`."""

    name = "count"

    class Inputs(Ports):
        start: int = Field(ge=0)

    class Outputs(Ports):
        total: int

    def run(self, inputs: Any) -> Any:
        yield
        return self.Outputs(total=inputs.start + 1)


class Fail(Toy):
    """Fails the first `times` times it runs in a mission."""

    name = "fail"

    class Inputs(Ports):
        code: str = "slipped"
        recoverable: bool = True
        times: int = 1000
        phase: str = "execution"

    def run(self, inputs: Any) -> Any:
        runs = self.context.services.get("fails", 0) + 1
        self.context.services["fails"] = runs
        self.note(f"try {runs}")
        yield
        if runs <= inputs.times:
            raise SkillFailure(inputs.code, Phase(inputs.phase), f"failed try {runs}", inputs.recoverable)
        return self.Outputs()


class Move(Toy):
    """Moves both arms for so many seconds."""

    name = "move"
    needs = frozenset({"left", "right"})

    class Inputs(Ports):
        seconds: float = 1.0
        text: str = "move"

    def run(self, inputs: Any) -> Any:
        cell = self.context.cell
        end = cell.clock.now() + inputs.seconds
        still = all(arm.state.dq[0] == 0 for arm in cell.arms.values())
        self.note(f"{inputs.text} starts {'at rest' if still else 'while moving'}")
        for arm in cell.arms.values():
            arm.move()
        try:
            while cell.clock.now() < end:
                yield
        except GeneratorExit:
            self.note(f"{inputs.text} stopped")
            raise
        for arm in cell.arms.values():
            arm.stop()
        self.note(f"{inputs.text} done")
        return self.Outputs()


class Look(Toy):
    """Waits without an arm."""

    name = "look"
    needs = frozenset({"camera"})

    class Inputs(Ports):
        seconds: float = 0.1

    def run(self, inputs: Any) -> Any:
        end = self.context.cell.clock.now() + inputs.seconds
        while self.context.cell.clock.now() < end:
            yield
        return self.Outputs()


class Break(Toy):
    """Has a bug, after it has set the arms in motion."""

    name = "break"
    needs = frozenset({"left"})

    def run(self, inputs: Any) -> Any:
        self.context.cell.arms["left"].move()
        yield
        raise ZeroDivisionError("a bug in a skill")


class Stubborn(Toy):
    """Its own clean-up is broken."""

    name = "stubborn"
    needs = frozenset({"left"})

    def run(self, inputs: Any) -> Any:
        self.context.cell.arms["left"].move()
        try:
            while True:
                yield
        finally:
            raise RuntimeError("broken clean-up")


class Press(Toy):
    """An operator presses Ctrl-C, or the system asks to end, while this runs."""

    name = "press"
    needs = frozenset({"left"})

    class Inputs(Ports):
        signal: str = "SIGINT"

    def run(self, inputs: Any) -> Any:
        self.context.cell.arms["left"].move()
        yield
        os.kill(os.getpid(), getattr(signal, inputs.signal))
        while True:
            yield


TOYS: dict[str, type[Skill]] = {toy.name: toy for toy in (Say, Count, Fail, Move, Look, Break, Stubborn, Press)}


@dataclass
class Run:
    """A mission that was run: how it ended and what happened."""

    result: MissionResult
    log: Log
    cell: FakeCell
    tree: MissionTree
    notes: list[str] = field(default_factory=list)


@pytest.fixture
def cell() -> FakeCell:
    return FakeCell()


@pytest.fixture
def toys() -> dict[str, type[Skill]]:
    return dict(TOYS)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a mission file and give its path; `root` only, or a whole file when it starts with `mission:`."""

    def write_mission(text: str, name: str = "test") -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(text if text.lstrip().startswith("mission:") else f"mission: {name}\n{text}")
        return path

    return write_mission


@pytest.fixture
def start(write: Callable[..., Path], cell: FakeCell) -> Callable[..., Run]:
    """Run a mission written in the test to its end in the fake cell."""

    def run_text(text: str, observers: tuple[Any, ...] = (), **inputs: Any) -> Run:
        log = Log()
        context = Context(cell, policy=None, rng=np.random.default_rng(0))  # type: ignore[arg-type]
        tree = load_mission(str(write(text)), context, inputs, TOYS)
        result = Executive(tree, observers=(log, *observers)).run()
        return Run(result, log, cell, tree, log.notes)

    return run_text


@pytest.fixture
def places(write: Any, toys: Any) -> Callable[[str, str], list[tuple[int, int]]]:
    """Line and column of each problem of a mission whose message holds the words; fails where there is none."""

    def found(text: str, message: str) -> list[tuple[int, int]]:
        with pytest.raises(MissionError) as caught:
            load_spec(str(write(text)), toys)
        marks = [p.mark for p in caught.value.problems if message in p.message]
        assert marks, str(caught.value)
        return [(mark.line, mark.column) for mark in marks]

    return found

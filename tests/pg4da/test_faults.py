"""Whatever goes wrong in whichever skill of retrieve.yaml: every arm rests within 150 ms and its own braking time.

One mission in the simulated cell is run to the end, with one grasp that is made to fail so that recovery comes into it.
The cell's state is kept where each skill starts; each fault is then injected from there, in mid-motion where there is
one.
"""

from __future__ import annotations

import copy
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest

from pg4da.hardware.cell import Cell
from pg4da.mission.control import Control
from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive
from pg4da.mission.loader import load_spec
from pg4da.mission.tree import load_mission
from pg4da.policies.registry import make_policy
from pg4da.run import RunRequest, find_scene
from pg4da.sim.cell import MujocoCell
from pg4da.skills.registry import SKILLS
from pg4da.skills.skill import Context, Phase, Ports, Skill, SkillFailure

STATE = mujoco.mjtState.mjSTATE_INTEGRATION
REACTION = 0.150  # s
FAST, STILL = 0.3, 0.02  # rad/s
HANG = 0.3  # s on the wall


def words() -> tuple[str, ...]:
    """Every skill that retrieve.yaml names, its subtrees' too."""

    def below(spec: Any) -> Iterator[str]:
        if spec.subtree is not None:
            yield from below(spec.subtree.root)
        if spec.word in SKILLS:
            yield spec.word
        for child in spec.below():
            yield from below(child)

    return tuple(sorted(set(below(load_spec("retrieve", SKILLS).root))))


@dataclass
class Moment:
    """Where a skill started: the simulator's state, the devices', what the mission remembered, and the inputs."""

    state: Any
    devices: list[dict[str, Any]]
    services: Any
    inputs: Any


@dataclass
class Recording:
    cell: MujocoCell
    moments: dict[str, Moment] = field(default_factory=dict)

    def keep(self, skill: Skill, inputs: Any) -> None:
        if skill.name not in self.moments:
            state = np.empty(mujoco.mj_stateSize(self.cell.model, STATE))
            mujoco.mj_getState(self.cell.model, self.cell.data, state, STATE)
            devices = [dict(vars(device)) for device in self.cell._devices]
            self.moments[skill.name] = Moment(state, devices, remembered(skill.context.services), inputs)

    def restore(self, name: str) -> dict[str, Any]:
        """Go back to where the skill started; gives what the mission remembered then."""
        moment = self.moments[name]
        mujoco.mj_setState(self.cell.model, self.cell.data, moment.state, STATE)
        mujoco.mj_forward(self.cell.model, self.cell.data)
        for device, attributes in zip(self.cell._devices, moment.devices, strict=True):
            vars(device).update(attributes)
            if hasattr(device, "_write"):
                device._write()
        self.cell.resume()
        return remembered(moment.services)


def remembered(services: dict[str, Any]) -> dict[str, Any]:
    """A copy, but for the planner."""
    found = services.get("pg4da")
    return {} if found is None else {"pg4da": copy.deepcopy(found, {id(found.planner): found.planner})}


@cache
def recording() -> Recording:
    """The whole mission once; the first grasp fails while it moves, so that `recover` runs."""
    cell = MujocoCell(find_scene(RunRequest(scene="packed1")), seed=0)
    kept = Recording(cell)
    broken = []

    def spy(kind: type[Skill]) -> type[Skill]:
        def run(self: Any, inputs: Any) -> Any:
            kept.keep(self, inputs)
            steps = kind.run(self, inputs)
            if kind.name != "grasp" or broken:
                return (yield from steps)
            broken.append(kind.name)
            for _ in range(150):
                next(steps)
                yield
            raise SkillFailure("dropped", Phase.EXECUTION, "made to fail")

        return type(kind.__name__, (kind,), {"run": run})

    skills = {name: spy(kind) for name, kind in SKILLS.items()}
    context = Context(cell, make_policy("geometric"), np.random.default_rng(0))
    assert Executive(load_mission("retrieve", context, {}, skills), hang_bound=None).run().outcome == "success"
    return kept


class Watch(Listener):
    """Speeds when the fault struck, and when every arm was at rest for good."""

    def __init__(self, cell: MujocoCell) -> None:
        self.cell = cell
        self.struck: float | None = None
        self.braking = 0.0
        self.moved = False
        self.rest: float | None = None

    def strike(self) -> None:
        """Now; notes how long the arms need to brake from their speed at their limit."""
        self.struck = self.cell.clock.now()
        arms = self.cell.arms.values()
        self.braking = max(float(np.max(np.abs(a.state.dq) / a.kinematics.max_acceleration)) for a in arms)
        self.moved = speed(self.cell) > FAST

    def on_start(self, cell: Cell) -> None:
        self.on_tick(0.0)

    def on_tick(self, time: float) -> None:
        if speed(self.cell) > STILL:
            self.rest = None
        elif self.rest is None:
            self.rest = self.cell.clock.now()


def speed(cell: MujocoCell) -> float:
    return max(float(np.max(np.abs(arm.state.dq))) for arm in cell.arms.values())


@dataclass
class Case:
    """What a cause may reach for."""

    executive: Executive
    control: Control
    skill: type[Skill]


def fail(case: Case) -> None:
    raise SkillFailure("broken", Phase.EXECUTION, "injected")


def explode(case: Case) -> None:
    raise ZeroDivisionError("injected")


def hang(case: Case) -> None:
    case.skill.step_bound = None  # from here on the executive's own bound holds
    time.sleep(60)


def interrupt(case: Case) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def terminate(case: Case) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def time_out(case: Case) -> None:
    case.executive.tree.root._seconds = 0.0  # type: ignore[attr-defined]


def cancel(case: Case) -> None:
    thread = threading.Thread(target=case.executive.cancel)
    thread.start()
    thread.join()


def lose_viewer(case: Case) -> None:
    case.control.detach()
    while not case.control.waiting:
        time.sleep(0.001)


CAUSES: dict[Callable[[Case], None], tuple[str, str]] = {
    fail: ("failure", "broken"),
    explode: ("failure", "internal_error"),
    hang: ("failure", "hung"),
    interrupt: ("interrupted", "cancelled"),
    terminate: ("interrupted", "cancelled"),
    time_out: ("failure", "timeout"),
    cancel: ("interrupted", "cancelled"),
    lose_viewer: ("interrupted", "cancelled"),
}


MOVING = ("push", "grasp", "place_in_bin", "recover")


def faulty(kind: type[Skill], inputs: Any, watch: Watch, strike: Callable[[], None]) -> type[Skill]:
    """The skill with a fault in mid-motion, or in its first step where it does not move."""

    def run(self: Any, _: Any) -> Any:
        steps = kind.run(self, inputs)
        while True:
            try:
                next(steps)
                ended = None
            except StopIteration as end:
                ended = end
            if watch.struck is None and (speed(watch.cell) > FAST or ended or kind.name not in MOVING):
                watch.strike()
                strike()
                yield
            if ended:
                return ended.value
            yield

    return type(kind.__name__, (kind,), {"run": run, "Inputs": Ports, "step_bound": 60.0})


@pytest.mark.slow
@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
@pytest.mark.parametrize("word", words())
def test_every_arm_comes_to_rest(tmp_path: Path, word: str, cause: Callable[[Case], None]) -> None:
    kept = recording()
    watch = Watch(kept.cell)
    services = kept.restore(word)
    path = tmp_path / "one.yaml"
    path.write_text(f"mission: one\nroot: {{timeout: {{seconds: 600, child: {{{word}: {{}}}}}}}}\n")
    skill = faulty(SKILLS[word], kept.moments[word].inputs, watch, lambda: cause(case))
    context = Context(kept.cell, make_policy("geometric"), np.random.default_rng(0), services=services)
    control = Control(stop_when_lost=True, grace=0.0)
    control.attach()
    executive = Executive(
        load_mission(str(path), context, {}, {word: skill}), observers=(watch,), control=control, hang_bound=HANG
    )
    case = Case(executive, control, skill)
    result = executive.run()
    assert result.failure is not None
    assert (result.outcome, result.failure.code) == CAUSES[cause]
    assert watch.struck is not None
    assert watch.moved == (word in MOVING)
    assert watch.rest is not None
    assert watch.rest - watch.struck <= REACTION + watch.braking


@pytest.mark.slow
@pytest.mark.parametrize("word", MOVING)
def test_a_pause_in_mid_motion(tmp_path: Path, word: str) -> None:
    """Arms slow down, stay, take some single ticks, go on, and the skill ends as it would have, only later."""
    kept = recording()
    times = []
    for paused in (False, True):
        services = kept.restore(word)
        watch = Watch(kept.cell)
        control = Control()
        control.wait = lambda seconds: False  # type: ignore[method-assign]

        def pause(control: Control = control, paused: bool = paused) -> None:
            if paused:
                control.request("pause")

        skill = faulty(SKILLS[word], kept.moments[word].inputs, watch, pause)
        path = tmp_path / "one.yaml"
        path.write_text(f"mission: one\nroot: {{{word}: {{}}}}\n")
        context = Context(kept.cell, make_policy("geometric"), np.random.default_rng(0), services=services)
        operator = Operator(kept.cell, control)
        executive = Executive(
            load_mission(str(path), context, {}, {word: skill}), observers=(watch, operator), control=control
        )
        assert executive.run().outcome == "success"
        times.append(executive.runtime.clock.now() - operator.began)
        if paused:
            assert operator.slowest < STILL
            assert operator.moved < 0.002
    assert times[1] == pytest.approx(times[0], abs=0.05)  # no time passed for the mission while it was held


class Operator(Listener):
    """Two seconds after a pause asks for some single ticks, then goes on."""

    def __init__(self, cell: MujocoCell, control: Control) -> None:
        self.cell, self.control = cell, control
        self.began = cell.clock.now()
        self.paused: float | None = None
        self.slowest, self.moved = 1.0, 0.0
        self._at: list[Any] | None = None

    def on_control(self, time: float, state: Any) -> None:
        if state.state == "paused" and self.paused is None:
            self.paused = time

    def on_tick(self, time: float) -> None:
        since = 0.0 if self.paused is None else time - self.paused
        if 1.0 < since < 2.0:
            at = [arm.state.q for arm in self.cell.arms.values()]
            self.slowest = min(self.slowest, speed(self.cell))
            self._at = self._at or at
            self.moved = max(float(np.abs(np.subtract(at, self._at)).max()), self.moved)
        elif 2.0 <= since < 2.08:
            self.control.request("step")
        elif since >= 2.5 and not self.control.waiting:
            self.control.request("resume")
            self.paused = float("inf")

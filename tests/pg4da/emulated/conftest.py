"""One emulated cell for many missions, and faults that come while a skill of the mission is at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.mission.control import Control
from pg4da.mission.executive import Executive, MissionResult
from pg4da.mission.tree import MissionTree
from pg4da.plugins import skills
from pg4da.run import RunRequest, find_policy, make_cell, scene_of
from pg4da.session import prepare
from pg4da.skills.execute import stop_all
from pg4da.skills.skill import Context, Phase, Skill, SkillFailure, Steps

GRACE = 0.5  # s after a fault in which arms must have come to rest
AT_REST = 0.03  # rad/s
MOVING = frozenset({"push", "grasp", "place_in_bin", "go_home", "recover"})
BROKEN_OFF = 2.0  # s
UNDER_WAY = 0.6  # s after the start of a skill that moves, so that it does when the fault comes
CUBE = "cube.urdf 0 1 0 0 0.45 0.0225 0 0 0\n"
PACKED = CUBE + "".join(
    f"cube.urdf 1 0 0 {0.0455 * x:.4f} {0.45 + 0.0455 * y:.4f} 0.0225 0 0 0\n"
    for x in (-1, 0, 1)
    for y in (-1, 0, 1)
    if (x, y) != (0, 0)
)
HOME = """\
mission: home
root: {sequence: [{check_cell: {}}, {recover: {}}, {observe: {target: green}}, {go_home: {}}]}
"""


@dataclass
class Seen:
    """What became of a mission in which something went wrong. moved [rad/s]: of either arm after the grace."""

    result: MissionResult
    injected: bool = False
    moved: float = 0.0

    @property
    def code(self) -> str:
        return self.result.failure.code if self.result.failure else ""

    @property
    def message(self) -> str:
        return str(self.result.failure) if self.result.failure else ""


class Rig:
    """A cell of real drivers with its emulator, used for one mission after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name, text in (("cube", CUBE), ("packed", PACKED)):
            (folder / f"{name}.txt").write_text(text)
        (folder / "home.yaml").write_text(HOME)
        request = RunRequest(cell="emulated", scene=str(folder / "cube.txt"))
        self.cell: Any = make_cell(request, scene_of(request))
        self.control = self.cell.emulator.control

    def close(self) -> None:
        self.cell.close()

    def lay_out(self, scene: str) -> None:
        """cube: the target alone, which is grasped at once; packed: it must be pushed first."""
        self.control.reset(str(self._folder / f"{scene}.txt"))

    def run(self, mission: str = "retrieve", known: dict[str, type[Skill]] | None = None) -> MissionResult:
        """A mission to its end in this cell."""
        path = self._folder / f"{mission}.yaml"
        request = RunRequest(mission=str(path) if path.is_file() else mission)
        found = dict(known or skills())
        spec, inputs = prepare(request, found)
        context = Context(self.cell, find_policy("geometric"), np.random.default_rng(0))
        return Executive(MissionTree(spec, found, context, inputs), control=Control(), hang_bound=20.0).run()

    def run_with(self, device: str, fault: str, value: str | None, skill: str) -> Seen:
        """The mission `retrieve`, with the fault while `skill` is at work for the first time."""
        bell = threading.Event()
        watch = _Watch(self.control, device, fault, value, skill in MOVING)
        thread = threading.Thread(target=watch.run, args=(bell,), daemon=True)
        thread.start()
        known = {**skills(), skill: ringing(skills()[skill], bell)}
        if skill == "recover":  # which only comes after a failure
            known["verify"] = failing_once(known["verify"])
        if skill == "go_home":  # which has nothing to do after a mission that went well
            known["place_in_bin"] = breaking_off(known["place_in_bin"], self.cell.clock.now)
        result = self.run(known=known)
        watch.over.set()
        bell.set()
        thread.join(20.0)
        return Seen(result, watch.rung, watch.moved)

    def mend(self) -> None:
        """The cause is cleared, an operator says go on."""
        self.control.clear()
        self.cell.recover()


class _Watch:
    """Injects the fault when the bell rings, then looks whether the arms of the world come to rest."""

    def __init__(self, control: Any, device: str, fault: str, value: str | None, moving: bool) -> None:
        self._control, self._fault = control, (device, fault, value)
        self._moving = moving
        self.rung = False
        self.moved = 0.0
        self.over = threading.Event()

    def run(self, bell: threading.Event) -> None:
        bell.wait()
        self.rung = not self.over.is_set()
        if not self.rung:
            return
        if self._moving:
            time.sleep(UNDER_WAY)
        self._control.inject(*self._fault)
        due = self._control.status()["time"] + GRACE
        while (status := self._control.status())["time"] < due:
            time.sleep(0.02)
        self.moved = max(float(np.abs(arm["dq"]).max()) for arm in status["arms"].values())


def ringing(kind: type[Skill], bell: threading.Event) -> type[Skill]:
    """The same skill, which rings when it begins."""

    class Ringing(kind):  # type: ignore[misc, valid-type]
        def run(self, inputs: Any) -> Steps:
            bell.set()
            return (yield from super().run(inputs))

    Ringing.__doc__ = kind.__doc__
    return Ringing


def failing_once(kind: type[Skill]) -> type[Skill]:
    """The same skill, which fails the first time."""
    failures = iter((SkillFailure("lost_grip", Phase.POSTCONDITION, "said so by the test"),))

    class Failing(kind):  # type: ignore[misc, valid-type]
        def run(self, inputs: Any) -> Steps:
            found = yield from super().run(inputs)
            for failure in failures:
                raise failure
            return found

    Failing.__doc__ = kind.__doc__
    return Failing


def breaking_off(kind: type[Skill], now: Callable[[], float]) -> type[Skill]:
    """The same skill, which fails for good BROKEN_OFF s after its start, away from home."""

    class Breaking(kind):  # type: ignore[misc, valid-type]
        def run(self, inputs: Any) -> Steps:
            end = now() + BROKEN_OFF
            for _ in super().run(inputs):
                if now() > end:
                    stop_all(self.context)
                    raise SkillFailure("broken_off", Phase.EXECUTION, "said so by the test", recoverable=False)
                yield

    Breaking.__doc__ = kind.__doc__
    return Breaking


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    found = Rig(tmp_path_factory.mktemp("rig"))
    try:
        yield found
    finally:
        found.close()

"""What the record costs: a tick of a tree of 100 nodes, a real mission, the size of the file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import thread_time
from types import SimpleNamespace
from typing import Any

import numpy as np
import py_trees
from py_trees.common import Status

from pg4da.bench.mission import one_core
from pg4da.bench.rows import Row, row
from pg4da.hardware.cell import ArmState, GripperState
from pg4da.mission.changes import Drained
from pg4da.mission.loader import load_spec
from pg4da.mission.tree import MissionTree
from pg4da.recording.record import Record
from pg4da.skills.skill import Context
from pg4da.stream.narrator import Narrator

TICK = 0.008  # s on the cell's clock
BRANCHES, LEAVES = 9, 10  # with the root: 100 nodes
MINUTES = 5
MICRO, MEGA = 1e6, 1e-6


class MovingArm:
    """Never at rest: the most that a record has to write of an arm."""

    def __init__(self, name: str, now: Callable[[], float], shift: float) -> None:
        from pg4da.hardware.ur5e.kinematics import UR5eKinematics

        self.name, self._now = name, now
        T = np.eye(4)
        T[0, 3] = shift
        self.kinematics = UR5eKinematics(T, np.eye(4))
        self.gripper = SimpleNamespace(state=GripperState(0.05, True, False, 0.0))

    @property
    def state(self) -> ArmState:
        return ArmState(np.full(6, 0.1 * self._now()), np.full(6, 0.1), self._now())


class MovingCell:
    """A clock and two arms."""

    name = "bench"
    pace = 1.0

    def __init__(self) -> None:
        self.time = 0.0
        self.clock = SimpleNamespace(now=lambda: self.time)
        self.arms = {name: MovingArm(name, self.clock.now, x) for name, x in (("left", -0.55), ("right", 0.55))}


def rows(quick: bool) -> list[Row]:
    """Microseconds a tick, megabytes."""
    one_core()
    batches = 10 if quick else 40
    found = [
        row("record, 100 nodes, 3 changes and 1 value a tick, both arms moving", "µs", tick_cost(batches, 3), 20.0),
        row("record, 100 nodes, nothing changes, both arms moving", "µs", tick_cost(batches, 0), 20.0),
        row("py_trees' BehaviourTree.tick of as many nodes", "µs", py_trees_cost(batches)),
    ]
    costs, sizes, pictures = zip(*(mission_cost(seed) for seed in range(1 if quick else 3)), strict=True)
    found.append(row("record, a real mission, everything counted", "µs", costs, 20.0))
    found.append(row(f"record of {MINUTES} minutes of missions without pictures", "MB", sizes, 5.0))
    found.append(row(f"its pictures in {MINUTES} minutes", "MB", pictures))
    return found


def tick_cost(batches: int, changes: int, ticks: int = 500) -> list[float]:
    """A batch's mean cost of a tick [µs]: telling it and writing it."""
    with tempfile.TemporaryDirectory() as folder:
        cell, tree = MovingCell(), hundred(Path(folder))
        record = Record(Path(folder) / "record.jsonl")
        narrator = Narrator(record, pictures=False)
        narrator.on_start(cell)  # type: ignore[arg-type]
        narrator.on_tree(tree)
        costs = []
        for batch in range(batches):
            drained = [_changes(batch * ticks + n, changes) for n in range(ticks)]
            started = thread_time()
            for each in drained:
                if changes:
                    narrator.on_changes(cell.time, each)
                cell.time += TICK
                narrator.on_tick(cell.time)
            costs.append(MICRO * (thread_time() - started) / ticks)
        record.close()
    return costs


def _changes(tick: int, count: int) -> Drained:
    """A leaf ends, its branch goes on, the next leaf starts."""
    first = 3 + tick % (BRANCHES * LEAVES - count)
    states = (Status.SUCCESS, Status.RUNNING, Status.RUNNING)
    return Drained(tuple((first + i, states[i]) for i in range(count)), ((0, "count", tick),))


def hundred(folder: Path) -> MissionTree:
    """A mission of 100 nodes."""
    leaves = "".join(f"\n            - set: {{key_{leaf}: {leaf}}}" for leaf in range(LEAVES))
    branches = (
        f"\n      - sequence:\n          children:{leaves}".replace("\n          - ", "\n            - ") * BRANCHES
    )
    path = folder / "hundred.yaml"
    path.write_text(f"mission: hundred\nroot:\n  sequence:\n    children:{branches}\n")
    context = Context(MovingCell(), None, np.random.default_rng(0))  # type: ignore[arg-type]
    tree = MissionTree(load_spec(str(path), {}), {}, context, {})
    assert len(tree.nodes) == 1 + BRANCHES * (1 + LEAVES)
    return tree


def py_trees_cost(batches: int, ticks: int = 20) -> list[float]:
    """A sweep over a tree of the same shape [µs]."""
    branches = []
    for b in range(BRANCHES):
        leaves = [py_trees.behaviours.Success(f"{b}.{leaf}") for leaf in range(LEAVES)]
        branches.append(py_trees.composites.Sequence(str(b), memory=False, children=leaves))
    tree = py_trees.trees.BehaviourTree(py_trees.composites.Sequence("root", memory=False, children=branches))
    costs = []
    for _ in range(batches):
        started = thread_time()
        for _ in range(ticks):
            tree.tick()
        costs.append(MICRO * (thread_time() - started) / ticks)
    return costs


def mission_cost(seed: int) -> tuple[float, float, float]:
    """A tick [µs]; the record of five minutes of such missions without pictures, and its pictures [MB]."""
    from pg4da.run import RunRequest, run_mission
    from pg4da.sim.scenes.generator import generate

    scene = generate("case2-dense_clutter", seed)
    with tempfile.TemporaryDirectory() as folder, clocked() as spent:
        path = Path(folder) / "record.jsonl"
        result = run_mission(RunRequest(scene=scene, seed=seed, record=path))
        sizes = {True: 0, False: 0}
        for line in path.read_bytes().splitlines():
            sizes[json.loads(line)["k"] == "picture"] += len(line) + 1
    scale = MEGA * 60 * MINUTES / result.sim_time_s
    return MICRO * sum(spent) * TICK / result.sim_time_s, scale * sizes[False], scale * sizes[True]


@contextmanager
def clocked() -> Iterator[list[float]]:
    """Seconds of every call of a narrator during the run itself; its start and the wait for the last pictures not."""
    names = ("on_event", "on_changes", "on_tick")
    before: dict[str, Any] = {name: getattr(Narrator, name) for name in names}
    spent: list[float] = []

    def wrapped(function: Callable[..., None]) -> Callable[..., None]:
        def call(*args: Any) -> None:
            started = thread_time()
            function(*args)
            spent.append(thread_time() - started)

        return call

    for name in names:
        setattr(Narrator, name, wrapped(before[name]))
    try:
        yield spent
    finally:
        for name in names:
            setattr(Narrator, name, before[name])

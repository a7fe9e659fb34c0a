"""What a tick of a 1,000-leaf tree costs, beside py_trees' own in the same run: waiting on a leaf, and all of them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
import py_trees

from pg4da.bench.mission import one_core
from pg4da.bench.recording import MovingCell
from pg4da.bench.rows import Row, row
from pg4da.mission.control import Control
from pg4da.mission.events import Observer
from pg4da.mission.executive import Executive
from pg4da.mission.loader import load_spec
from pg4da.mission.tree import MissionTree
from pg4da.recording.record import Record
from pg4da.skills.skill import Context, Ports, Skill, Steps
from pg4da.stream.broadcast import Broadcast
from pg4da.stream.narrator import Narrator

FAN_OUT, LEVELS = 10, 3
DEEP = 98
TICKS = 500
MICRO = 1e6


class Busy(Skill):
    """Works for ever."""

    name = "busy"

    def run(self, inputs: Ports) -> Steps:
        """A step is a yield."""
        while True:
            yield


class StillCell(MovingCell):
    """Arms at rest; time passes when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        for arm in self.arms.values():
            arm._now = lambda: 0.0

    def advance(self, dt: float) -> None:
        self.time += dt

    def stop(self) -> None: ...


def rows(quick: bool) -> list[Row]:
    """Microseconds a tick of the whole loop, and how many times py_trees' tick that is."""
    one_core()
    batches = 10 if quick else 40
    waiting, theirs = beside(batches, waits(FAN_OUT, LEVELS), py_waits(), TICKS, TICKS // 10)
    sweep, their_sweep = beside(batches, sweeps(told=False), py_sweeps(), 10, 10)
    told_sweep, _ = beside(batches, sweeps(told=True), py_sweeps(), 10, 1)
    deep, _ = beside(batches, waits(1, DEEP), py_waits(), TICKS, 1)
    return [
        row("tick, 1,000 leaves, waiting on the first, record and a viewer on", "µs", waiting, 15.0),
        row("BehaviourTree.tick of py_trees, the same tree", "µs", theirs),
        row("times faster", "", ratio(theirs, waiting), at_least=30.0),
        row("sweep of 1,000 conditions", "µs", sweep),
        row("the same, record and a viewer on", "µs", told_sweep),
        row("BehaviourTree.tick of py_trees, 1,000 successes", "µs", their_sweep),
        row("times faster", "", ratio(their_sweep, sweep), at_least=3.0),
        row(f"tick, {DEEP} sequences one in another, record and a viewer on", "µs", deep),
    ]


def ratio(theirs: list[float], ours: list[float]) -> list[float]:
    """Batch by batch, taken one after the other on the same core."""
    return [a / b for a, b in zip(theirs, ours, strict=True)]


Act = Callable[[], Any]
Loop = Iterator[Act]


def beside(batches: int, ours: Any, theirs: Act, n: int, m: int) -> tuple[list[float], list[float]]:
    """Mean cost [µs] of a tick of each, in alternating batches of n and m ticks."""
    costs: tuple[list[float], list[float]] = ([], [])
    with ours as tick:
        for _ in range(batches):
            for act, count, found in ((tick, n, costs[0]), (theirs, m, costs[1])):
                started = thread_time()
                for _ in range(count):
                    act()
                found.append(MICRO * (thread_time() - started) / count)
    return costs


@contextmanager
def waits(fan_out: int, levels: int) -> Loop:
    """One turn of the executive's loop, with everything it does between two ticks."""
    leaf = iter(["busy: {}"])
    with ticking(tree_text(fan_out, levels, lambda: next(leaf, "condition: {if: true}")), told=True) as turn:
        yield turn


@contextmanager
def sweeps(told: bool) -> Loop:
    """Every leaf is asked in every tick."""
    text = tree_text(FAN_OUT, LEVELS, lambda: "condition: {if: $go}", "memory: false, ")
    with ticking(f"inputs: {{go: {{type: bool, default: true}}}}\n{text}", told) as turn:
        yield turn


@contextmanager
def ticking(text: str, told: bool) -> Loop:
    """A started executive in a cell where nothing moves; its loop is turned by hand."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.yaml"
        path.write_text(f"mission: bench\n{text}\n")
        skills: dict[str, type[Skill]] = {"busy": Busy}
        context = Context(StillCell(), None, np.random.default_rng(0))  # type: ignore[arg-type]
        tree = MissionTree(load_spec(str(path), skills), skills, context, {"go": True})
        with listening(Path(folder)) if told else nobody() as observers:
            executive = Executive(tree, observers=observers, control=Control(), hang_bound=5.0)
            executive.hub.start(executive.cell)
            executive.runtime.changes.on = told
            executive.hub.tree(tree)
            with executive._watchdog:
                yield executive.loop.turn


@contextmanager
def nobody() -> Iterator[tuple[Observer, ...]]:
    yield ()


@contextmanager
def listening(folder: Path) -> Iterator[tuple[Observer, ...]]:
    """A record on disk, and a viewer that takes every line."""
    broadcast, record = Broadcast(), Record(folder / "record.jsonl")
    narrator = Narrator(record, broadcast, pictures=False)
    lines = broadcast.subscribe()

    def view() -> None:
        while not lines.closed:
            lines.get(0.5)

    viewer = threading.Thread(target=view, daemon=True)
    viewer.start()
    try:
        yield (narrator,)
    finally:
        lines.close()
        viewer.join()
        record.close()
        broadcast.close()


def tree_text(fan_out: int, levels: int, leaf: Callable[[], str], options: str = "") -> str:
    """A tree of sequences in YAML."""

    def node(level: int) -> str:
        if level == 0:
            return "{" + leaf() + "}"
        below = ", ".join(node(level - 1) for _ in range(fan_out))
        return "{sequence: {" + f"{options}children: [{below}]" + "}}"

    return f"root: {node(levels)}"


def py_tree(leaf: Callable[[], py_trees.behaviour.Behaviour], memory: bool, levels: int = LEVELS) -> Any:
    if levels == 0:
        return leaf()
    below = [py_tree(leaf, memory, levels - 1) for _ in range(FAN_OUT)]
    return py_trees.composites.Sequence("s", memory=memory, children=below)


def py_waits() -> Act:
    """The first leaf runs for ever."""
    leaves = iter([py_trees.behaviours.Running("busy")])
    root = py_tree(lambda: next(leaves, None) or py_trees.behaviours.Success("s"), memory=True)
    return py_trees.trees.BehaviourTree(root).tick


def py_sweeps() -> Act:
    root = py_tree(lambda: py_trees.behaviours.Success("s"), memory=False)
    return py_trees.trees.BehaviourTree(root).tick

"""A mission, some of its nodes replaced, run to its end in a cell in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pg4da.mission.declarations import bind
from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive
from pg4da.mission.loader import load_spec
from pg4da.mission.tree import MissionTree
from pg4da.policies.types import Policy
from pg4da.skills.services import Services, Tally
from pg4da.skills.skill import Context, Skill
from pg4da.testing import coverage
from pg4da.testing.absent import Absent, RealCellNeeded
from pg4da.testing.cell import VirtualCell
from pg4da.testing.outcome import MissionRun, StillRunning, trace
from pg4da.testing.replace import Replaced, exchange
from pg4da.testing.script import Script
from pg4da.testing.scripted import Call, Placeholder
from pg4da.testing.visits import Visits

if TYPE_CHECKING:
    from pg4da.skills.motion.planner import MotionPlanner

TICK = 0.02  # s on the virtual clock


@dataclass
class MissionTest:
    """What `mission_under_test` makes; `run` may be called again and again, each time from the start."""

    mission: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    replace: Mapping[str, Script] = field(default_factory=dict)
    skills: Mapping[str, type[Skill]] | None = None
    cell: VirtualCell | None = None
    policy: Policy | None = None
    seed: int = 0
    tick: float = TICK

    def __post_init__(self) -> None:
        """Everything that can be wrong with the test itself is told here."""
        self._calls: list[Call] = []
        self._known = self.skills if self.skills is not None else known_skills()
        self.spec = load_spec(self.mission, self._known)
        self._inputs = bind(self.spec.inputs, self.inputs, "inputs")
        self._exchange()

    def run(self, within: float = 600.0, cancel_at: float | None = None) -> MissionRun:
        """To the end. within [s on the virtual clock]; cancel_at [s]: when to stop it from outside.

        Raises StillRunning past the bound, and RealCellNeeded where a skill that was not replaced wants a real cell.
        """
        replaced = self._exchange()
        cell, visits, covered = self.cell or VirtualCell(), Visits(), coverage.Coverage()
        covered.expect(self.spec, replaced.untouched)
        context = self._context(cell)
        tree = MissionTree(replaced.spec, replaced.skills, context, self._inputs)
        bound = _Bound(cell.clock.now(), within, cancel_at)
        executive = Executive(tree, self.tick, (visits, covered, bound), hang_bound=None)
        bound.executive = executive
        result = executive.run()
        if coverage.current is not None:
            coverage.current.merge(covered)
        self._complain(visits, bound, tree)
        return MissionRun(
            result.outcome,
            result.failure,
            result.outputs,
            result.sim_time,
            dict(tree.board),
            tuple(visits.all),
            tuple(self._calls),
            tuple(visits.failures),
            tuple(visits.abandoned),
            cell,
        )

    def _exchange(self) -> Replaced:
        """Afresh for each run: scripts begin at their first step."""
        self._calls = []
        return exchange(self.spec, self._known, self.replace, self._calls.append)

    def _context(self, cell: VirtualCell) -> Context:
        policy = self.policy if self.policy is not None else cast(Policy, Absent("a policy"))
        planner = cast("MotionPlanner", Absent("a planner of motions"))
        shared = Services(planner=planner, memory=None, tally=Tally())
        return Context(cell, policy, np.random.default_rng(self.seed), services={"pg4da": shared})

    def _complain(self, visits: Visits, bound: _Bound, tree: MissionTree) -> None:
        for path, message in visits.errors:
            if message.startswith(f"{RealCellNeeded.__name__}: "):
                raise RealCellNeeded(_not_replaced(path, message.partition(": ")[2]))
        for failure in visits.failures:
            if failure.code == "bad_input" and _read_placeholder(tree, failure.path):
                raise RealCellNeeded(_not_replaced(failure.path, "it reads what a replaced node gives no value for"))
        if bound.overrun is not None:
            told = "\n".join(trace(tuple(visits.all)))
            raise StillRunning(f"not ended within {bound.within:g} s; running: {'; '.join(bound.overrun)}\n{told}")


def _not_replaced(path: str, why: str) -> str:
    return f"'{path}' was not replaced, and {why}; replace '{path.split('/')[-1]}' as well"


def _read_placeholder(tree: MissionTree, path: str) -> bool:
    """Whether the skill at a path may have been given one."""
    boards = [node.board for node in tree.nodes if node.path == path]
    return any(isinstance(value, Placeholder) for board in boards for value in board.values())


class _Bound(Listener):
    """Stops a mission that takes too long, or when the test wants it."""

    executive: Executive

    def __init__(self, start: float, within: float, cancel_at: float | None) -> None:
        self.within = within
        self.overrun: list[str] | None = None
        self._start, self._cancel_at = start, cancel_at

    def on_tick(self, time: float) -> None:
        if self._cancel_at is not None and time - self._start >= self._cancel_at:
            self._cancel_at = None
            self.executive.cancel("cancelled by the test")
        elif time - self._start > self.within and self.overrun is None:
            tree = self.executive.tree
            leaves = [node for node in tree.nodes if not node.nodes and node.status.name == "RUNNING"]
            self.overrun = [node.path for node in leaves] or [tree.name]
            self.executive.cancel(f"not ended within {self.within:g} s")


def known_skills() -> Mapping[str, type[Skill]]:
    """Those that come with pg4da, and those of other packages."""
    from pg4da.plugins import skills

    return skills()


def mission_under_test(
    mission: str | Path,
    inputs: Mapping[str, Any] | None = None,
    replace: Mapping[str, Script] | None = None,
    *,
    skills: Mapping[str, type[Skill]] | None = None,
    cell: VirtualCell | None = None,
    policy: Policy | None = None,
    seed: int = 0,
    tick: float = TICK,
) -> MissionTest:
    """A mission, by path or packaged name, with nodes replaced by pattern: `{"Look": [fail("bad_frame"), real()]}`.

    A pattern without a slash names a node anywhere, one with a slash counts from the root, `**` stands for any number
    of levels; the last one that means a node counts. Nodes that are not replaced run as they are, in `cell` (default:
    a fresh VirtualCell for each run). Raises BadInput for a pattern that means no node, naming the nearest one, for an
    output that a node has not, for an input that does not fit, and MissionError for a wrong mission.
    """
    return MissionTest(str(mission), inputs or {}, replace or {}, skills, cell, policy, seed, tick)

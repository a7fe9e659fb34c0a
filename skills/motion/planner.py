"""From stages to trajectories: chooses configurations, finds ways round, checks everything, then times it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory
from pg4da.skills.motion.candidates import Group, candidates, groups
from pg4da.skills.motion.choices import Choice, Choices
from pg4da.skills.motion.clearance import Clearance, Obstacles
from pg4da.skills.motion.errors import Blocked, MotionError
from pg4da.skills.motion.geometry import Geometry
from pg4da.skills.motion.lean import UPRIGHT, Lean, leans
from pg4da.skills.motion.plan import Plan
from pg4da.skills.motion.stage_planner import Situation, check_lines, plan_line, plan_transit
from pg4da.skills.motion.stages import Clutter, Stage

EFFORT = 200  # of one attempt: a choice of configurations that is looked at costs 1, a transit that is planned 5
TRANSIT_EFFORT = 5
SEARCHES = 2  # of which may search for a way round

Trajectories = list[Mapping[str, Trajectory]]


class MotionPlanner:
    """Plans for all arms of a cell. Holds a collision model, no state between plans: same question, same answer.

    Uses what the cell publishes (kinematics, home, workspace, bin) and the perceived clutter; nothing of a simulator.
    """

    def __init__(self, cell: Cell, seed: int = 0) -> None:
        self._cell = cell
        self._geometry = Geometry(cell)
        self._clearance = Clearance(self._geometry)
        self._seed = seed

    def plan(
        self,
        stages: Sequence[Stage],
        start: Mapping[str, Array],
        clutter: Clutter | None,
        widths: Mapping[str, float] | None = None,
        symmetric: bool = True,
        lean: float = 0.0,
    ) -> Plan:
        """Trajectories for every stage, one after another, at rest in between.

        start: configuration (dof,) of every arm; arms that a stage doesn't name stand still in it. clutter None: a bare
        table. widths: opening [m] of each gripper, by default as measured. symmetric: a tool pose turned by half a turn
        about its approach axis is as good; a transit and the lines after it are turned together. lean: how far [rad] a
        tool may be tilted about its fingertips where it can't be done as asked, in a transit followed by contact lines.

        Raises Unreachable, Blocked, and ValueError for arms that the cell lacks or that `start` leaves out.
        """
        self._validate(stages, start)
        situation = self._situation(start, clutter, widths)
        search = _Search(situation, groups(stages), symmetric, lean, self._seed)
        return search.run()

    def _situation(
        self, start: Mapping[str, Array], clutter: Clutter | None, widths: Mapping[str, float] | None
    ) -> Situation:
        measured = {name: arm.gripper.state.width for name, arm in self._cell.arms.items()}
        opening = measured | dict(widths or {})
        self._geometry.set_widths(opening)
        return Situation(
            clearance=self._clearance,
            kinematics={name: arm.kinematics for name, arm in self._cell.arms.items()},
            home={name: np.asarray(arm.home, float) for name, arm in self._cell.arms.items()},
            now={name: np.array(q, float) for name, q in start.items()},
            obstacles=None if clutter is None else Obstacles(clutter),
            workspace=self._cell.workspace,
            at_start=True,
            retreat={name: arm.gripper.tip_retreat(opening[name]) for name, arm in self._cell.arms.items()},
        )

    def _validate(self, stages: Sequence[Stage], start: Mapping[str, Array]) -> None:
        if set(start) != set(self._cell.arms):
            raise ValueError(f"start names {sorted(start)}; the cell has {sorted(self._cell.arms)}")
        for i, group in enumerate(groups(stages)):
            unknown = set(group.arms) - set(self._cell.arms)
            if unknown:
                raise ValueError(f"group {i} names {sorted(unknown)}; the cell has {sorted(self._cell.arms)}")


class _Search:
    """Depth first over the groups of a program, cheapest choices first, within a budget."""

    def __init__(self, situation: Situation, program: list[Group], symmetric: bool, lean: float, seed: int) -> None:
        self._start = situation
        self._groups = program
        self._symmetric = symmetric
        self._largest_lean = lean
        self._leaning = False
        self._seed = seed
        self._effort = EFFORT
        self._searches = 0
        self._way_blocked = False
        self._first: MotionError | None = None

    def run(self) -> Plan:
        """As asked, then leaning where that is allowed, then searching for ways round where only those were missing."""
        plan = self._attempt()
        search = self._way_blocked
        if plan is None and self._largest_lean > 0.0:
            plan = self._attempt(leaning=True)
        if plan is None and search:
            plan = self._attempt(searches=SEARCHES)
        if plan is not None:
            return plan
        assert self._first is not None
        raise self._first

    def _attempt(self, searches: int = 0, leaning: bool = False) -> Plan | None:
        self._searches, self._leaning, self._effort = searches, leaning, EFFORT
        found = self._from(0, self._start)
        return None if found is None else Plan(tuple(found[0]), found[1])

    def _from(self, number: int, situation: Situation) -> tuple[Trajectories, dict[str, Array]] | None:
        if number == len(self._groups):
            return [], dict(situation.now)
        group = self._groups[number]
        try:
            choices = self._choices(group, situation)
        except MotionError as error:
            self._note(error)
            return None
        for choice in choices:
            self._note(choices.first)
            try:
                done, after = self._make(group, choice, situation)
            except Blocked as error:
                self._note(error)
                if error.hand:
                    choices.rule_out(choice)
            else:
                rest = self._from(number + 1, after)
                if rest is not None:
                    return done + rest[0], rest[1]
            if self._effort <= 0:
                return None
        self._note(choices.first)
        return None

    def _choices(self, group: Group, situation: Situation) -> Choices:
        """Candidates of all arms of a group. Raises Unreachable."""
        options = []
        for arm in group.arms:
            kinematics, now, home = situation.kinematics[arm], situation.now[arm], situation.home[arm]
            leaning = self._leans(group, arm, situation) if self._leaning else (UPRIGHT,)
            options.append(candidates(arm, kinematics, group, now, home, self._symmetric, leaning))
        return Choices(situation, group, options)

    def _leans(self, group: Group, arm: str, situation: Situation) -> Sequence[Lean]:
        paths = {name: group.points(name) for name in group.arms if any(line.contact for line in group.lines)}
        if arm not in paths or not len(paths[arm]):
            return (UPRIGHT,)
        others = [points for name, points in paths.items() if name != arm and len(points)]
        at_home = situation.kinematics[arm].forward(situation.home[arm])[:3, 3]
        tilted = leans(paths[arm], others, at_home, self._largest_lean, situation.retreat[arm])
        return (UPRIGHT, *tilted)

    def _make(self, group: Group, choice: Choice, situation: Situation) -> tuple[Trajectories, Situation]:
        goals = {arm: choice[arm].path[0] for arm in (group.transit.goals if group.transit else ())}
        after = situation.moved(goals) if goals else situation
        self._effort -= 1
        check_lines(after, group, choice)  # costs less than the timing
        done: Trajectories = []
        if goals:
            self._effort -= TRANSIT_EFFORT
            searching = self._searches > 0
            try:
                done.append(plan_transit(situation, group, goals, self._seed if searching else None))
            except Blocked:
                self._searches -= searching
                self._way_blocked = True
                raise
        for i in range(len(group.lines)):
            stage, after = plan_line(after, group, i, choice)
            done.append(stage)
        return done, after

    def _note(self, error: MotionError | None) -> None:
        self._first = self._first or error

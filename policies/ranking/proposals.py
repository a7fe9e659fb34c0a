"""Every push worth a look: straight ones past or through the target, and sweeps of what lies on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.lookahead import Prediction, Stroke, Table
from pg4da.policies.geometric.outlines import Array
from pg4da.policies.geometric.prefilter import shortlist
from pg4da.policies.geometric.pushes import FreeSpace, Plan, Stops, isolating_plans
from pg4da.policies.geometric.segmentation import Thing
from pg4da.policies.geometric.uncover import LAYER, covering, interest, laid_open, load, painted, strokes_through
from pg4da.policies.geometric.worth import Foreseen, leaves, room_for
from pg4da.policies.learned.surroundings import Surroundings, hiding_place
from pg4da.policies.types import Array as Points

FAMILIES = ("single", "centre", "rake", "dual", "sweep")
WIDE = 2.7  # times as many pushes past the target as the hand-written policy looks ahead on
# Farther than the hand-written policy goes. From 24 states of fresh scenes closed grippers 2, 6, 10 and 15 cm past the
# target that they went through freed it in 12, 18, 23 and 35 % of the tries, two arms in 9, 11, 22 and 30 %.
STOPS = Stops((0.06, 0.14, 0.22), (0.16, 0.08, 0.0))
FROM_EDGE = 0.12  # m that they stay inside: what fingers push ahead of them lies 5 to 10 cm in front
UNSEEN = 0.0225  # m, half the edge of the square that stands for a target that is not seen
PAST = (0.04, 0.08, 0.16)  # m past the middle of what is swept off
COVERS = 3
ENOUGH = 0.6  # of what is covered laid open: no other thing on top is looked at
ON_TOP = 0.008  # m over the fingertips, what a sweep moves
STEP = 0.006  # m of the look-ahead on what lies on top


@dataclass(frozen=True)
class Proposal:
    """A push: its family, its strokes made at once, the fingertips' height [m].

    plan: what the planar look-ahead can try, None for sweeps. swept: what is foreseen of a sweep, its value the share
    of what is covered that it lays open, less for its length.
    """

    family: str
    strokes: tuple[Stroke, ...]
    height: float
    plan: Plan | None = None
    swept: Foreseen | None = None

    @property
    def travel(self) -> float:
        """Length of its longer stroke [m]."""
        return max(s.length for s in self.strokes)


def middle_of(around: Surroundings) -> Points:
    """Centre of the target, or of its likeliest hiding place, (2,) in `world` [m]. Raises NoAction for neither."""
    target = around.segments.target
    return target.centre if target is not None else hiding_place(around.observation)


def proposals(around: Surroundings, arms: int = 2, wide: float = WIDE) -> list[Proposal]:
    """Pushes past the target and sweeps, none of them looked ahead on; with one arm no dual ones."""
    found = list(_past(around, wide))
    found += _sweeps(around)
    return [p for p in found if len(p.strokes) <= arms]


def _past(around: Surroundings, wide: float) -> Iterator[Proposal]:
    target, reach = around.segments.target, around.reach
    settings = reach.settings
    middle = middle_of(around)
    outline = target.outline if target is not None else middle + _square(UNSEEN)
    height = settings.push_height
    space = FreeSpace(around.cloud, reach.workspace, height - 0.002)
    plans = list(isolating_plans(outline, middle, space, reach.workspace, reach.gripper, settings, STOPS))
    low = [t.centre for t in around.segments.things if not t.raised]
    heart = np.mean(low, axis=0) if low else middle
    for plan in shortlist(plans, space, middle, heart, wide):
        for stop in plan.stops:
            strokes = tuple(s.cut(stop) for s in plan.strokes)
            if stop == plan.stops[0] or reach.workspace.contain(np.array([s.end for s in strokes]), FROM_EDGE).all():
                yield Proposal(plan.family, strokes, height, plan)


def _sweeps(around: Surroundings) -> Iterator[Proposal]:
    observation, segments, reach = around.observation, around.segments, around.reach
    settings, target = reach.settings, segments.target
    weight = interest(observation, segments)
    above = target.top + settings.over_layer if target is not None else settings.second_layer
    covers = covering(segments.others, weight, observation.grid, above)
    if not covers:
        return
    bottom = target.top if target is not None else segments.others[covers[0]].top - LAYER
    height = max(settings.push_height, bottom + settings.over_layer)
    space = FreeSpace(around.cloud, reach.workspace, height - 0.004)
    top = _Top(around, height, weight)
    best = 0.0
    for index in covers[:COVERS]:
        thing = segments.others[index]
        for stroke in strokes_through(thing, space, reach.workspace, reach.gripper, settings):
            to = float(np.linalg.norm(thing.centre - stroke.start))
            travels = sorted({round(min(to + past, stroke.length), 3) for past in PAST})
            for travel, swept in zip(travels, top.swept(stroke, travels), strict=True):
                best = max(best, swept.value)
                yield Proposal("sweep", (stroke.cut(travel),), height, swept=swept)
        if best > ENOUGH:
            return


class _Top:
    """What lies higher than the fingertips of a sweep, to look ahead on."""

    def __init__(self, around: Surroundings, height: float, weight: NDArray[np.float32]) -> None:
        self._things: list[Thing] = [t for t in around.segments.others if t.top > height + ON_TOP]
        self._weight, self._grid, self._bounds = weight, around.observation.grid, around.reach.workspace
        self._table = Table(self._things, around.reach.gripper, STEP)
        self._before = load(weight, painted([t.parts for t in self._things], self._grid))
        self._centres = np.array([t.centre for t in self._things], float).reshape(-1, 2)
        self._room = room_for(self._things)

    def swept(self, stroke: Stroke, travels: Sequence[float]) -> Iterator[Foreseen]:
        """What is foreseen of a stroke at each of its stops; harm stays once there was some."""
        harm = False
        for prediction in self._table.plough((stroke,), travels):
            harm = harm or self._harms(prediction)
            gain = laid_open(self._things, prediction, self._weight, self._grid, self._before)
            cost = 0.4 * prediction.travel
            yield Foreseen(gain - cost, 0.0, cost, np.zeros(2), 0.0, harm)

    def _harms(self, prediction: Prediction) -> bool:
        return leaves(self._centres, prediction, self._bounds, self._room)


def _square(half: float) -> Array:
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]], float) * half
    at = np.linspace(0, 4, 65)[:-1]
    return np.column_stack([np.interp(at, np.arange(5), corners[:, axis]) for axis in (0, 1)])


def families(found: Sequence[Proposal]) -> list[int]:
    """Index in FAMILIES of each."""
    return [FAMILIES.index(p.family) for p in found]

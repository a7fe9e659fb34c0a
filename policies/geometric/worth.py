"""What a predicted push is worth: is the target free to grasp afterwards, and does everything stay on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pg4da.policies.geometric.jaw import fit_score, promise, tip_height
from pg4da.policies.geometric.lookahead import Prediction, Table
from pg4da.policies.geometric.outlines import Array, densify, moved
from pg4da.policies.geometric.pushes import Plan
from pg4da.policies.geometric.segmentation import Thing
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.geometric.slots import ROOM, find_slots
from pg4da.policies.types import GripperShape

NEAR = 0.17
EDGE = 0.06  # m; predictions are off by centimetres
LOW = 0.05  # m; what reaches no higher does not topple far
TOPPLING = 1.2  # m further from the edge for each metre that something is higher than LOW: what tumbles down rolls on
FARTHEST = 0.25  # m from the edge that even a tower may be moved outwards
REACH = (0.36, 0.80)  # m from an arm's base, where it grasps with ease
GRASPS = (0.22, 0.90)  # m from an arm's base, where it grasps at all
DRAG = 0.07  # m that a target is taken along further than predicted, as often as not
CENTRAL = 0.18  # m round the middle of the workspace, out of which targets are not herded without need
INSIDE = 0.15  # m from the edge, nearer than which the target is harder to reach and sooner lost
MOVED = 0.002
HARM = (-1.0, 0.0)
DOUBTS = (0.83, 1.17)  # factors on the friction under which a promising plan is tried again


@dataclass(frozen=True)
class Worth:
    """value of a plan stopped after `travel` [m], 1 at best, negative when it does more harm than good; grasp: score
    of the best grasp predicted then."""

    plan: Plan
    travel: float
    value: float
    grasp: float


@dataclass(frozen=True)
class Foreseen:
    """What a push is predicted to do under one friction. value, grasp: as of Worth; shift (2,) [m], turn [rad]: of the
    target; harm: something would come too near to the edge, or the target where no arm grasps; cost: what value lost
    for where the target comes to lie."""

    value: float
    grasp: float
    cost: float
    shift: Array
    turn: float
    harm: bool


def leaves(centres: Array, prediction: Prediction, bounds: Bounds, room: Array | float = EDGE) -> bool:
    """Whether a centre, of (n, 2), comes nearer to the edge than its room (n,) [m]; what lies there may come in."""
    before = bounds.to_edge(centres)
    after = bounds.to_edge(centres + prediction.shift)
    return bool(((after < room) & (after < before - MOVED)).any())


def room_for(things: Sequence[Thing]) -> Array:
    """How near to the edge things may be moved outwards [m], (n,): the higher they reach, the farther they fall."""
    tops = np.array([t.top for t in things], float)
    return np.asarray(np.minimum(EDGE + TOPPLING * np.maximum(tops - LOW, 0.0), FARTHEST))


def lost(place: Array, shift: Array, bases: Array) -> bool:
    """Whether a target at `place` (2,) comes by `shift` [m] where no arm grasps; what lies there may move out."""
    return _beyond_reach(place + shift, bases) > max(0.0, _beyond_reach(place, bases) - MOVED)


def _beyond_reach(place: Array, bases: Array) -> float:
    """How deep [m] a place (2,) lies too near to the base of one arm and too far from the others; negative in reach."""
    if len(bases) == 0:
        return -1.0
    distance = np.linalg.norm(bases - place, axis=1)
    return float(np.min(np.maximum(GRASPS[0] - distance, distance - GRASPS[1])))


class Judge:
    """Tries plans on the table and says what the best stop of each is worth."""

    def __init__(
        self,
        things: Sequence[Thing],
        target: int,
        bounds: Bounds,
        gripper: GripperShape,
        settings: Settings,
        bases: Sequence[tuple[float, float]] = (),
    ) -> None:
        self._middle = np.array([bounds.x_min + bounds.x_max, bounds.y_min + bounds.y_max]) / 2
        self._bases = np.array(bases, float).reshape(-1, 2)
        self._things = things
        self._target = target
        self._bounds = bounds
        self._gripper = gripper
        self._settings = settings
        self._outlines = [np.concatenate([densify(p, 0.003) for p in t.parts]) for t in things]
        self._outlines[target] = densify(things[target].outline, 0.0028)
        self._centres = np.array([t.centre for t in things])
        self._room = room_for(things)
        self._radii = np.array([t.radius for t in things])
        angles = np.arange(18) * np.pi / 18
        no_one = np.zeros((0, 2))
        self._slots = find_slots(self._outlines[target], no_one, self._centres[target], angles, gripper.finger_width)
        self._table = Table(things, gripper, settings.look_ahead_step)
        tip = tip_height(things[target].top, settings)
        self._tall = [
            (more, {i for i, thing in enumerate(things) if thing.top > tip + height}) for height, more in gripper.wider
        ]

    def worth(self, plan: Plan) -> Worth | None:
        """The best stop of a plan, or None when it would push something out of the workspace."""
        best: Worth | None = None
        for prediction in self._table.plough(plan.strokes, plan.stops):
            if self._harms(prediction):
                break
            if np.abs(prediction.shift).max() < MOVED:
                continue
            value, grasp = self._value(plan, prediction)
            if best is None or value > best.value + 1e-6:
                best = Worth(plan, prediction.travel, value, grasp)
        return best

    def doubted(self, worth: Worth) -> Worth:
        """The same stop with its value and grasp averaged over other frictions: what hangs on luck is worth less."""
        doubts = (self._table.plough(worth.plan.strokes, (worth.travel,), grip) for grip in DOUBTS)
        tries = [self._value(worth.plan, p) if not self._harms(p) else HARM for stops in doubts for p in stops]
        value, grasp = np.mean([(worth.value, worth.grasp), *tries], axis=0).tolist()
        return replace(worth, value=value, grasp=grasp)

    def foresee(self, plan: Plan, stop: float, grip: float = 1.0) -> Foreseen:
        """What a plan stopped after `stop` [m] does when all friction is `grip` times as high as is usual."""
        prediction = next(iter(self._table.plough(plan.strokes, (stop,), grip)))
        value, grasp = self._value(plan, prediction)
        k, cost = self._target, self._cost(plan, prediction)
        return Foreseen(value, grasp, cost, prediction.shift[k], float(prediction.turn[k]), self._harms(prediction))

    def _harms(self, prediction: Prediction) -> bool:
        k = self._target
        if leaves(self._centres, prediction, self._bounds, self._room):
            return True
        return lost(self._centres[k], prediction.shift[k], self._bases)

    def _value(self, plan: Plan, prediction: Prediction) -> tuple[float, float]:
        k = self._target
        centres = self._centres + prediction.shift
        centre = centres[k]
        apart = np.linalg.norm(centres - centre, axis=1)
        close = np.flatnonzero((apart < NEAR) & (apart < self._radii + self._radii[k] + ROOM + 0.001))
        near = [int(i) for i in close if i != k]
        tall = ((more, [i for i in near if i in those]) for more, those in self._tall)
        higher = [(more, self._round_target(those, prediction)) for more, those in tall if those]
        slots = self._slots.among(self._round_target(near, prediction), higher)
        grasp = float(fit_score(slots, self._gripper, self._settings).max())
        hope = promise(slots, self._gripper, self._settings)
        value = 0.45 + 0.55 * grasp if grasp > 0 else hope
        return value - self._cost(plan, prediction), grasp

    def _cost(self, plan: Plan, prediction: Prediction) -> float:
        """What it takes off a push's value that the target comes to lie where it does."""
        shift = prediction.shift[self._target]
        cost = 0.4 * float(np.linalg.norm(shift)) + 0.05 * prediction.travel
        dragged = self._centres[self._target] + shift + DRAG * np.array(plan.strokes[0].course[:2])
        cost += 2.0 * max(0.0, INSIDE - float(self._bounds.to_edge(dragged))) + 4.0 * self._out_of_reach(dragged)
        return cost + 0.5 * max(0.0, float(np.linalg.norm(dragged - self._middle)) - CENTRAL)

    def _out_of_reach(self, centre: Array) -> float:
        """How far [m] a point lies from where the better placed arm grasps with ease."""
        if len(self._bases) == 0:
            return 0.0
        distance = np.linalg.norm(self._bases - centre, axis=1)
        return float(np.min(np.maximum(np.maximum(REACH[0] - distance, distance - REACH[1]), 0.0)))

    def _round_target(self, which: Sequence[int], prediction: Prediction) -> Array:
        """Outlines of things where they will lie relative to the target, as if the target had stayed."""
        if not which:
            return np.zeros((0, 2))
        shift, turn = prediction.shift, prediction.turn
        placed = [moved(self._outlines[i], self._things[i].centre, shift[i], float(turn[i])) for i in which]
        k = self._target
        return moved(np.concatenate(placed), self._centres[k] + shift[k], -shift[k], -float(turn[k]))

"""Planar, quasi-static look-ahead: where the objects go when fingers plough through them.

Lightly damped physics is of no use here: friction with the table stops a block as soon as nothing pushes it, so every
velocity is dropped after every step. Millimetres inside, metres outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pymunk

from pg4da.policies.geometric.outlines import Array, direction, signed_area
from pg4da.policies.geometric.segmentation import Thing
from pg4da.policies.types import GripperShape

MM = 1e3
# pymunk multiplies the two surfaces' values: blocks on each other slide at 0.5, rubber fingertips on them at 0.7
FRICTION = 0.707
FINGER_FRICTION = 1.0


@dataclass(frozen=True)
class Stroke:
    """A straight stroke of one gripper: fingertips from start to end (2,), closing axis at yaw, opened to width [m]."""

    start: Array
    end: Array
    yaw: float
    width: float

    @property
    def length(self) -> float:
        dx, dy = (self.end - self.start).tolist()
        return sqrt(dx * dx + dy * dy)

    @property
    def course(self) -> tuple[float, float, float]:
        """Unit vector of travel, and length [m]."""
        length = self.length
        dx, dy = (self.end - self.start).tolist()
        return dx / max(length, 1e-9), dy / max(length, 1e-9), length

    def at(self, s: float) -> Array:
        """Point after s [m] of travel, held at the end."""
        return np.asarray(self.start + (self.end - self.start) * min(1.0, max(0.0, s / max(self.length, 1e-9))))

    def cut(self, s: float) -> Stroke:
        """The same stroke stopped after s [m]."""
        return Stroke(self.start, self.at(s), self.yaw, self.width)


@dataclass(frozen=True)
class Prediction:
    """Where things are after `travel` [m] of a push: for each its shift (n, 2) [m] and turn (n,) [rad]."""

    travel: float
    shift: Array
    turn: Array


def finger_boxes(gripper: GripperShape, width: float) -> tuple[Array, ...]:
    """Footprints of the two fingers, or of both as one when closed, in the gripper's frame (closing axis = x)."""
    inner, half = 0.5 * width, 0.5 * gripper.finger_width
    outer = inner + gripper.finger_thickness
    if width < 0.004:
        return (_box(-outer, outer, half),)
    return _box(-outer, -inner, half), _box(inner, outer, half)


def _box(x0: float, x1: float, half: float) -> Array:
    return np.array([[x0, -half], [x1, -half], [x1, half], [x0, half]])


class Table:
    """The clutter as rigid convex bodies that strokes can be tried on, again and again."""

    def __init__(self, things: Sequence[Thing], gripper: GripperShape, step: float) -> None:
        self._centres = np.array([t.centre for t in things], float).reshape(-1, 2)
        self._gripper = gripper
        self._step = step
        self._grip = 1.0
        self._space = pymunk.Space()
        self._space.iterations, self._space.damping = 8, 0.0
        self._space.collision_slop, self._space.collision_bias = 0.3, 0.02
        self._homes = [(float(t.centre[0] * MM), float(t.centre[1] * MM)) for t in things]
        self._bodies = [self._add(_recipe(t), home) for t, home in zip(things, self._homes, strict=True)]

    def plough(self, strokes: Sequence[Stroke], stops: Sequence[float], grip: float = 1.0) -> Iterator[Prediction]:
        """Move the grippers together along their strokes, by equal travel, and yield what lies where at each stop.

        grip: factor on all friction, to see how much hangs on it.
        """
        self._set_grip(grip)
        for body, home in zip(self._bodies, self._homes, strict=True):
            body.position, body.angle = home, 0.0
        hands = [self._add_hand(stroke) for stroke in strokes]
        try:
            yield from self._stops(strokes, hands, stops)
        finally:
            for hand in hands:
                self._space.remove(hand, *hand.shapes)

    def _set_grip(self, grip: float) -> None:
        if grip != self._grip:
            for body in self._bodies:
                for shape in body.shapes:
                    shape.friction = FRICTION * grip
            self._grip = grip

    def _stops(
        self, strokes: Sequence[Stroke], hands: Sequence[pymunk.Body], stops: Sequence[float]
    ) -> Iterator[Prediction]:
        courses = [stroke.course for stroke in strokes]
        travel = 0.0
        for stop in stops:
            count = max(1, int(np.ceil((stop - travel) / self._step - 1e-9)))
            for _ in range(count):
                before, travel = travel, travel + (stop - travel) / count
                count -= 1
                for hand, (dx, dy, length) in zip(hands, courses, strict=True):
                    move = (min(travel, length) - min(before, length)) * MM
                    hand.velocity = (dx * move, dy * move)
                self._space.step(1.0)
            yield self._read(stop)

    def _read(self, travel: float) -> Prediction:
        places = np.array([b.position for b in self._bodies], float).reshape(-1, 2)
        return Prediction(travel, places / MM - self._centres, np.array([b.angle for b in self._bodies]))

    def _add(self, recipe: _Recipe, home: tuple[float, float]) -> pymunk.Body:
        body = pymunk.Body(recipe.mass, recipe.moment)
        body.position = home
        shapes = [pymunk.Poly(body, part) for part in recipe.parts]
        for shape in shapes:
            shape.friction = FRICTION
        self._space.add(body, *shapes)
        return body

    def _add_hand(self, stroke: Stroke) -> pymunk.Body:
        body = pymunk.Body(body_type=pymunk.Body.KINEMATIC)
        body.position = tuple(stroke.start * MM)
        body.angle = stroke.yaw
        self._space.add(body)
        for box in finger_boxes(self._gripper, stroke.width):
            shape = pymunk.Poly(body, (box * MM).tolist())
            shape.friction = FINGER_FRICTION * self._grip
            self._space.add(shape)
        return body


@dataclass(frozen=True)
class _Recipe:
    parts: list[list[tuple[float, float]]]
    mass: float
    moment: float


def _recipe(thing: Thing) -> _Recipe:
    local = [(part - thing.centre) * MM for part in thing.parts]
    parts = [[(float(x), float(y)) for x, y in part] for part in local]
    spread = float(np.mean([np.mean(np.sum(part**2, axis=1)) for part in local]))
    mass = float(sum(abs(signed_area(part)) for part in local)) * 1e-3
    return _Recipe(parts, mass, mass * spread * 0.5)


def closing_across(angle: float) -> float:
    """Yaw of a closing axis square to a direction of travel, folded into ±90° [rad]."""
    return float((angle + np.pi / 2 + np.pi / 2) % np.pi - np.pi / 2)


def stroke_along(start: Array, angle: float, length: float, width: float = 0.0) -> Stroke:
    """A stroke of `length` from `start` towards `angle` [rad], the jaw across it."""
    return Stroke(start, start + direction(angle) * length, closing_across(angle), width)

"""Looks at what arms are about to do, all of them together, before they do it. Not safety-rated.

It stands between a planner's mistake and the robots; people are kept safe by the controllers' own safety settings, by
fences and by the emergency stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import Array, transform
from pg4da.hardware.safety.capsules import Capsules, capsules
from pg4da.hardware.safety.config import SafetyConfig
from pg4da.hardware.safety.distance import between_segments
from pg4da.hardware.shaped import Shaped

WIDTHS = 0.005  # m; grippers whose widths differ by less share their shapes
NEARER = 0.005  # m; arms that are too near already may move, unless they come nearer than this
POINTS, LOOKED_AT = ("elbow", "wrist", "tool"), [1, 3, -1]  # DH frames, the tool last


@dataclass(frozen=True)
class Course:
    """What one arm is about to do. rows: (n, dof) from now on; width [m] of its gripper, whose tips then lie
    `retreat` [m] behind the tool's frame.

    Of an arm that does not tell how it looks (`hardware.shaped.Shaped`), only the tool is looked at.
    """

    kinematics: Kinematics
    rows: Array
    width: float
    retreat: float = 0.0


class Guard:
    """step [s]: between the rows of what it is given."""

    def __init__(self, config: SafetyConfig, step: float = 0.04) -> None:
        self.config, self.step = config, step
        self._shapes: dict[tuple[int, int], Capsules] = {}

    def refuse(self, courses: Mapping[str, Course]) -> str:
        """Why this must not be done, with the moment; empty when it may. An arm that stands has one row."""
        frames = {name: _frames(course) for name, course in courses.items()}
        for name in courses:
            found = self._outside(name, frames[name])
            if found:
                return found
        names = [name for name in courses if frames[name].shape[1] > 1]
        for i, first in enumerate(names):
            for second in names[i + 1 :]:
                found = self._too_near(first, second, courses, frames)
                if found:
                    return found
        return ""

    def _outside(self, name: str, frames: Array) -> str:
        """Points that start outside may come back in."""
        c = self.config
        points = frames[..., :3, 3][:, LOOKED_AT if frames.shape[1] > 1 else [-1]]
        lower, upper = np.array([c.x_min, c.y_min, c.z_min]), np.array([c.x_max, c.y_max, c.z_max])
        beyond = np.maximum(lower - points, points - upper).max(axis=2)
        bad = np.argwhere(beyond > np.maximum(beyond[:1], 0.0) + 1e-6)
        if not len(bad):
            return ""
        row, point = bad[0]
        x, y, z = points[row, point]
        return (
            f"the {name} arm's {POINTS[point - points.shape[1]]} would leave the bounds of the cell after "
            f"{row * self.step:.1f} s, at ({x:.2f}, {y:.2f}, {z:.2f}) m"
        )

    def _too_near(self, first: str, second: str, courses: Mapping[str, Course], frames: Mapping[str, Array]) -> str:
        gap, names = gaps(*((self._shape(courses[name]), frames[name]) for name in (first, second)))
        least = min(self.config.arm_distance, float(gap[0]) - NEARER)
        row = int(np.argmin(gap))
        if gap[row] >= least:
            return ""
        return (
            f"the {first} arm's {names[row][0]} and the {second} arm's {names[row][1]} would come within "
            f"{1000 * gap[row]:.0f} mm after {row * self.step:.1f} s; at least {1000 * self.config.arm_distance:.0f} "
            "mm are kept"
        )

    def _shape(self, course: Course) -> Capsules:
        """Made once for each arm and about each width."""
        assert isinstance(course.kinematics, Shaped)
        key = id(course.kinematics), round(course.width / WIDTHS)
        if key not in self._shapes:
            self._shapes[key] = capsules(course.kinematics, key[1] * WIDTHS)
        return self._shapes[key]


Placed = tuple[Capsules, Array]


def gaps(one: Placed, other: Placed) -> tuple[Array, list[tuple[str, str]]]:
    """Shortest gap [m] between two arms at each row (n,), negative inside each other, and which links that is.

    Each as its shapes and its frames (n, 7, 4, 4).
    """
    n = max(len(one[1]), len(other[1]))
    ends_one, ends_other = _padded(*one, n), _padded(*other, n)
    apart = between_segments(ends_one[:, :, None], ends_other[:, None, :])
    gap = apart - one[0].radius[:, None] - other[0].radius[None, :]
    flat = gap.reshape(n, -1)
    nearest = flat.argmin(axis=1)
    names = [(one[0].names[k // gap.shape[2]], other[0].names[k % gap.shape[2]]) for k in nearest]
    return flat.min(axis=1), names


def _padded(shapes: Capsules, frames: Array, n: int) -> Array:
    """Placed, the last row repeated up to n rows: an arm that has arrived stands."""
    placed = shapes.placed(frames[:, :6])
    return placed[np.minimum(np.arange(n), len(placed) - 1)]


def _frames(course: Course) -> Array:
    """The six link frames and the tool, (n, 7, 4, 4); of an arm that does not tell of its links the tool alone."""
    k = course.kinematics
    tips = transform(np.eye(3), (0.0, 0.0, -course.retreat))
    if not isinstance(k, Shaped):
        return np.stack([k.forward(q) @ tips for q in course.rows])[:, None]
    links = k.link_frames(course.rows)
    return np.concatenate([links, (links[:, -1] @ k.T_flange_tool @ tips)[:, None]], axis=1)

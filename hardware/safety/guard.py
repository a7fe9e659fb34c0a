"""Looks at what arms are about to do, all of them together, before they do it. Not safety-rated.

It stands between a planner's mistake and the robots; people are kept safe by the controllers' own safety settings, by
fences and by the emergency stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import Array
from pg4da.hardware.safety.capsules import Capsules, capsules
from pg4da.hardware.safety.config import SafetyConfig
from pg4da.hardware.safety.distance import between_segments
from pg4da.hardware.ur5e.kinematics import UR5eKinematics

NEARER = 0.005  # m; arms that are too near already may move, unless they come nearer than this
POINTS, LOOKED_AT = ("elbow", "wrist", "tool"), [1, 3, -1]  # DH frames, the tool last


@dataclass(frozen=True)
class Course:
    """What one arm is about to do. rows: (n, dof) from now on; width [m] of its gripper.

    The links are known of a UR5e; of another arm only the tool is looked at.
    """

    kinematics: Kinematics
    rows: Array
    width: float


class Guard:
    """step [s]: between the rows of what it is given."""

    def __init__(self, config: SafetyConfig, step: float = 0.04) -> None:
        self.config, self.step = config, step

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
        gap, names = gaps(courses[first], courses[second], frames[first], frames[second])
        least = min(self.config.arm_distance, float(gap[0]) - NEARER)
        row = int(np.argmin(gap))
        if gap[row] >= least:
            return ""
        return (
            f"the {first} arm's {names[row][0]} and the {second} arm's {names[row][1]} would come within "
            f"{1000 * gap[row]:.0f} mm after {row * self.step:.1f} s; at least {1000 * self.config.arm_distance:.0f} "
            "mm are kept"
        )


def gaps(a: Course, b: Course, frames_a: Array, frames_b: Array) -> tuple[Array, list[tuple[str, str]]]:
    """Shortest gap [m] between two arms at each row (n,), negative inside each other, and which links that is."""
    shapes_a, shapes_b = capsules(a.width), capsules(b.width)
    n = max(len(frames_a), len(frames_b))
    ends_a, ends_b = _padded(shapes_a, frames_a, n), _padded(shapes_b, frames_b, n)
    apart = between_segments(ends_a[:, :, None], ends_b[:, None, :])
    gap = apart - shapes_a.radius[:, None] - shapes_b.radius[None, :]
    flat = gap.reshape(n, -1)
    nearest = flat.argmin(axis=1)
    names = [(shapes_a.names[k // gap.shape[2]], shapes_b.names[k % gap.shape[2]]) for k in nearest]
    return flat.min(axis=1), names


def _padded(shapes: Capsules, frames: Array, n: int) -> Array:
    """Placed, the last row repeated up to n rows: an arm that has arrived stands."""
    placed = shapes.placed(frames[:, :6])
    return placed[np.minimum(np.arange(n), len(placed) - 1)]


def _frames(course: Course) -> Array:
    """The six DH frames and the tool, (n, 7, 4, 4); of an arm that is no UR5e the tool alone, (n, 1, 4, 4)."""
    k = course.kinematics
    if not isinstance(k, UR5eKinematics):
        return np.stack([k.forward(q) for q in course.rows])[:, None]
    links = k.link_frames(course.rows)
    return np.concatenate([links, (links[:, -1] @ k.T_flange_tool)[:, None]], axis=1)

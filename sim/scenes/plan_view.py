"""A scene seen straight from above, on a grid: who covers whom, how tightly the target is hemmed in, can it be grasped.

Used to make and to check scenes; it knows the objects' true poses, so nothing of the mission may use it.
"""

from __future__ import annotations

import math
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.scenes.scene import Scene, SceneObject

Mask = NDArray[np.bool_]

RESOLUTION = 0.001  # m
HALF_SIZE = 0.15  # m; the grid reaches this far round the target
RING = 0.02  # m
LOW = 0.012  # m; what is lower stays below closing fingers
FINGER_THICKNESS, FINGER_WIDTH, CLEARANCE = 0.006, 0.015, 0.001  # m
MAX_OPENING = 0.14  # m


def inside_hull(points: Array, x: Array, y: Array) -> Mask:
    """Which of the places (x, y) lie in the convex hull of points (n, 2)."""
    return np.asarray(outside_hull(points, x, y) <= 0.0)


def outside_hull(points: Array, x: Array, y: Array) -> Array:
    """Distance of the places (x, y) from the nearest side of the convex hull of points (n, 2), negative within."""
    planes = ConvexHull(points).equations
    distance = planes[:, 0, None, None] * x + planes[:, 1, None, None] * y + planes[:, 2, None, None]
    return np.asarray(distance.max(axis=0))


class PlanView:
    """Height maps of the target and of all others round the target's place."""

    def __init__(self, scene: Scene) -> None:
        self._target = scene.objects[scene.target]
        self._others = [obj for i, obj in enumerate(scene.objects) if i != scene.target]
        self._centre = self._target.position[:2]
        ticks = np.arange(-HALF_SIZE, HALF_SIZE + RESOLUTION / 2, RESOLUTION)
        self.x, self.y = np.meshgrid(ticks + self._centre[0], ticks + self._centre[1])

    @cached_property
    def target_top(self) -> Array:
        """Height of the target's upper side [m], 0 where it is not."""
        top = np.zeros_like(self.x)
        self._raise(top, self._target)
        return np.asarray(top)

    @cached_property
    def others_top(self) -> Array:
        """Height of the highest other object [m], 0 on the table."""
        top = np.zeros_like(self.x)
        for obj in self._others:
            self._raise(top, obj)
        return np.asarray(top)

    def _raise(self, top: Array, obj: SceneObject) -> None:
        shape = load_shape(obj.shape)
        if np.abs(obj.position[:2] - self._centre).max() > HALF_SIZE + shape.radius:
            return
        rotation = Rotation.from_quat(obj.quaternion)
        for part in shape.parts:
            points = rotation.apply(part) + obj.position
            low = np.floor((points[:, :2].min(axis=0) - self._centre + HALF_SIZE) / RESOLUTION).astype(int)
            high = np.ceil((points[:, :2].max(axis=0) - self._centre + HALF_SIZE) / RESOLUTION).astype(int) + 1
            window = np.s_[max(low[1], 0) : max(high[1], 0), max(low[0], 0) : max(high[0], 0)]
            if self.x[window].size:
                covered = inside_hull(points[:, :2], self.x[window], self.y[window])
                top[window] = np.maximum(top[window], np.where(covered, points[:, 2].max(), 0.0))

    @property
    def visible_share(self) -> float:
        """Part of the target's outline with nothing above it, 0..1."""
        outline = self.target_top > 0
        return float((outline & (self.others_top <= self.target_top)).sum() / max(outline.sum(), 1))

    @property
    def ring_occupancy(self) -> float:
        """Occupied share of a ring of 2 cm round the target's outline, 0..1."""
        outline = (self.target_top > 0).astype(np.uint8)
        reach = round(RING / RESOLUTION)
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        ring = (cv2.dilate(outline, disc) > 0) & (outline == 0)
        return float((self.others_top[ring] > LOW).mean())

    def graspable(self) -> bool:
        """Whether thin fingers find a collision-free top-down grasp of the target as it stands."""
        if self.visible_share < 0.3:
            return False
        outline = np.column_stack([self.x[self.target_top > 0], self.y[self.target_top > 0]]) - self._centre
        offsets = np.arange(-0.04, 0.0401, 0.005)
        return any(
            self._grasp_fits(outline, a, o) for a in np.linspace(0, math.pi, 24, endpoint=False) for o in offsets
        )

    def _grasp_fits(self, outline: Array, angle: float, offset: float) -> bool:
        along = np.array([math.cos(angle), math.sin(angle)])
        across = np.array([-along[1], along[0]])
        held = outline[np.abs(outline @ across - offset) <= FINGER_WIDTH / 2] @ along
        if not len(held) or np.ptp(held) + 2 * (CLEARANCE + FINGER_THICKNESS) > MAX_OPENING:
            return False
        gap = held.min() - CLEARANCE, held.max() + CLEARANCE
        spans = ((gap[0] - FINGER_THICKNESS, gap[0]), (gap[1], gap[1] + FINGER_THICKNESS))
        return all(self._finger_fits(along, across, span, offset) for span in spans)

    def _finger_fits(self, along: Array, across: Array, span: tuple[float, float], offset: float) -> bool:
        u, v = np.meshgrid(
            np.linspace(span[0] - CLEARANCE, span[1], 9),
            np.linspace(offset - FINGER_WIDTH / 2 - CLEARANCE, offset + FINGER_WIDTH / 2 + CLEARANCE, 18),
        )
        places = u.ravel()[:, None] * along + v.ravel()[:, None] * across
        cells = np.round((places + HALF_SIZE) / RESOLUTION).astype(int).clip(0, self.x.shape[0] - 1)
        return not (self.others_top[cells[:, 1], cells[:, 0]] > LOW).any()

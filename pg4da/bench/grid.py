"""Clutter of any size for the cost tables: blocks in rows, the target in the middle."""

from __future__ import annotations

import math

import numpy as np

from pg4da.sim.scenes.scene import Scene, SceneObject

SHAPES = ("cube", "cylinder", "half-cube", "half-cylinder")
PITCH = 0.047  # m; blocks of 45 mm with 2 mm between them, as packed as the published scenes
TARGET = (0.0, 1.0, 0.0)
OTHERS = ((0.8, 0.2, 0.15), (0.2, 0.3, 0.8), (0.85, 0.5, 0.1), (0.5, 0.25, 0.6))


def grid_scene(count: int) -> Scene:
    """`count` blocks round the workspace's centre, nearest places first; up to about 300 fit."""
    return Scene(f"grid{count}", "bench", tuple(block(i, place) for i, place in enumerate(places(count))), 0)


def places(count: int) -> list[tuple[float, float]]:
    """Grid points (x, y) [m], sorted by distance from the centre."""
    reach = math.ceil(math.sqrt(count)) // 2 + 1
    points = [(PITCH * i, PITCH * j) for i in range(-reach, reach + 1) for j in range(-reach, reach + 1)]
    points.sort(key=lambda p: (round(p[0] ** 2 + p[1] ** 2, 9), p))
    return [(x, y + 0.5) for x, y in points[:count]]


def block(index: int, place: tuple[float, float]) -> SceneObject:
    shape = "cube" if index == 0 else SHAPES[index % len(SHAPES)]
    color = TARGET if index == 0 else OTHERS[index % len(OTHERS)]
    return SceneObject(shape, color, np.array([*place, 0.0226]), np.array([0.0, 0.0, 0.0, 1.0]))

"""Observations of a hand-made table: upright prisms given by their outlines, seen by a camera straight above."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pg4da.policies.types import MapGrid, Observation

CAMERA = (0.0, 0.5, 1.25)
FOCAL, U0, V0 = 570.0, 319.5, 239.5
TARGET = (0, 250, 0)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    K: Array
    T_world_camera: Array


@dataclass(frozen=True)
class Prism:
    """outline (k, 2) [m], convex; top [m]."""

    outline: Array
    top: float = 0.045
    color: tuple[int, int, int] = (180, 60, 60)


def block(x: float, y: float, a: float, b: float, turn: float = 0.0, top: float = 0.045, shade: int = 0) -> Prism:
    """A box a × b [m] about (x, y), turned [degrees]; shade makes its colour differ from the others'."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    corners = 0.5 * np.array([[-a, -b], [a, -b], [a, b], [-a, b]]) @ np.array([[c, s], [-s, c]])
    color = (90 + (shade * 53) % 160, (shade * 31) % 100, 40 + (shade * 97) % 200)
    return Prism(corners + np.array([x, y]), top, color)


def target(x: float, y: float, a: float, b: float, turn: float = 0.0) -> Prism:
    return Prism(block(x, y, a, b, turn).outline, 0.045, TARGET)


def observe(prisms: list[Prism], visible: float = 1.0, hiding: NDArray[np.float32] | None = None) -> Observation:
    """What the camera sees of the prisms; `visible` is told, not measured."""
    depth = np.full((480, 640), CAMERA[2], np.float32)
    rgb = np.full((480, 640, 3), 205, np.uint8)
    grid = MapGrid()
    height = np.zeros((grid.cells, grid.cells), np.float32)
    mask = np.zeros((grid.cells, grid.cells), np.uint8)
    color = np.full((grid.cells, grid.cells, 3), 205, np.uint8)
    for prism in sorted(prisms, key=lambda p: p.top):
        scale = FOCAL / (CAMERA[2] - prism.top)
        pixels = np.stack(
            [U0 + scale * (prism.outline[:, 0] - CAMERA[0]), V0 - scale * (prism.outline[:, 1] - CAMERA[1])]
        )
        _fill(depth, pixels.T, CAMERA[2] - prism.top)
        _fill(rgb, pixels.T, prism.color)
        cells = np.stack([prism.outline[:, 0] - grid.x_min, grid.y_min + grid.size - prism.outline[:, 1]], 1)
        cells = cells / grid.resolution - 0.5
        _fill(height, cells, prism.top)
        _fill(color, cells, prism.color)
        _fill(mask, cells, int(prism.color == TARGET))
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = np.diag([1.0, -1.0, -1.0]), CAMERA
    view = View(rgb, depth, np.array([[FOCAL, 0, U0], [0, FOCAL, V0], [0, 0, 1]]), T)
    none = np.zeros_like(height)
    return Observation(
        grid, color, height, height > -1, mask > 0, visible, none if hiding is None else hiding, view, 0.0
    )


def _fill(image: NDArray[np.generic], corners: Array, value: float | tuple[int, int, int]) -> None:
    whole = (corners * 16).round().astype(np.int32)
    cv2.fillConvexPoly(image, whole, value if isinstance(value, tuple) else (float(value),), shift=4)


def hemmed(seed: int = 0) -> list[Prism]:
    """A cube target with eight blocks round it, 1 mm apart."""
    step, side = 0.046, 0.045
    around = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-0.1, 0.1), rng.uniform(0.4, 0.6)
    blocks = [block(x + i * step, y + j * step, side, side, shade=k + 1) for k, (i, j) in enumerate(around)]
    return [target(x, y, side, side), *blocks]


@pytest.fixture(scope="session")
def table() -> SimpleNamespace:
    """The functions above: tests cannot import one another."""
    return SimpleNamespace(block=block, target=target, observe=observe, hemmed=hemmed, Prism=Prism, TARGET=TARGET)

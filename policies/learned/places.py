"""Which cells of the network's coarse map mean a grasp of the target, and which a push beside it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pg4da.policies.learned.surroundings import hiding_place
from pg4da.policies.types import Array, MapGrid, Mask, Observation

CELLS = 56
SCALE = 1.5  # of the target's smallest enclosing circle (paper, section III-C 2)
LEAST_RADIUS = 0.08  # m; within 1.5 times a cube's circle, 48 mm, two arms 100 mm apart could never work


@dataclass(frozen=True)
class Disc:
    """Where push key points may be: centre (2,) in `world` [m], radius [m]; body [m]: the target's own circle."""

    centre: Array
    radius: float
    body: float


@dataclass(frozen=True)
class Places:
    """grasp, push (n, n): cells of the coarse map, no cell in both; disc: the push cells' in metres."""

    grid: MapGrid
    grasp: Mask
    push: Mask
    disc: Disc


def places(observation: Observation, cells: int = CELLS) -> Places:
    """Where a motion may be on a map of cells × cells. Raises NoAction for a target that is nowhere."""
    fine = observation.grid
    grid = MapGrid(fine.x_min, fine.y_min, fine.size, cells)
    disc = push_disc(observation)
    rows, cols = np.indices((cells, cells))
    away = np.linalg.norm(grid.to_world(rows, cols) - disc.centre, axis=-1)
    grasp = coarse(observation.target_mask, cells)
    return Places(grid, grasp, (away < disc.radius) & ~grasp, disc)


def push_disc(observation: Observation) -> Disc:
    """Round the target's smallest enclosing circle, or round its likeliest hiding place."""
    grid = observation.grid
    if not observation.target_seen:
        return Disc(hiding_place(observation), LEAST_RADIUS, 0.5 * LEAST_RADIUS)
    rows, cols = np.nonzero(observation.target_mask)
    points = grid.to_world(rows, cols).astype(np.float32)
    (x, y), radius = cv2.minEnclosingCircle(points)
    body = float(radius) + 0.5 * grid.resolution
    return Disc(np.array([x, y], float), max(SCALE * body, LEAST_RADIUS), body)


def coarse(mask: Mask, cells: int) -> Mask:
    """A mask on cells × cells: cells at least half covered, or the best covered one where none is so."""
    if not mask.any():
        return np.zeros((cells, cells), bool)
    share = cv2.resize(mask.astype(np.float32), (cells, cells), interpolation=cv2.INTER_AREA)
    return np.asarray(share >= min(0.5, float(share.max())))

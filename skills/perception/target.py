"""The target in the maps, by its colour, and how much of it is seen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.types import MapGrid, Mask
from pg4da.skills.perception.colors import likeness, parse_color

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

LIKE = 0.3  # a cell like this may belong to the target
SURE = 0.55  # mean likeness of the best half of a component that may be the target
NEARLY = 0.8  # share of the best component's likeness that a rival must have
MIN_AREA = 80e-6  # m², smaller components are specks
MIN_HEIGHT = 0.008  # m, the target stands on the table, it is not painted on it
SAME_COLOR = 0.16  # distance of colour shares (r, g, b over their sum) within one object
DARK = 12.0  # of 255
EXTENT = 0.13  # m, parts of one target are not farther from its main part
HIGHER = 0.015  # m, a neighbour this much higher lies over the target's edge
TYPICAL_AREA = 0.0020  # m², footprint of a 45 mm cube, the middle of the seven blocks
CLEAR = 0.06  # share of the edge that may have a higher neighbour by chance


def _shares(color: Bytes) -> Floats:
    """Colour free of shading: r, g, b over their sum; in the dark, where that is noise, all the same."""
    c = color.astype(np.float32) + DARK
    return np.asarray(c / c.sum(axis=-1, keepdims=True), np.float32)


def _main_component(labels: NDArray[np.int32], sizes: NDArray[np.int32], like: Floats, min_cells: int) -> int:
    """Label of the largest of the components whose best half is nearly as like as any; 0 when none is like enough."""
    strength, total = np.zeros(len(sizes)), np.zeros(len(sizes))
    for label in 1 + np.flatnonzero(sizes[1:] >= min_cells):
        values = np.sort(like[labels == label])
        strength[label], total[label] = values[len(values) // 2 :].mean(), values.sum()
    rivals = strength >= max(SURE, NEARLY * float(strength.max()))
    return int(np.argmax(np.where(rivals, total, 0.0)))


def _same_object(labels: NDArray[np.int32], main: int, color: Bytes, resolution: float) -> Mask:
    """Cells of the main component and of components near it in place and colour (a bar may lie across the target)."""
    core, near = labels == main, np.flatnonzero(labels)
    shares = _shares(color.reshape(-1, 3)[near])
    off = np.linalg.norm(shares - np.median(shares[core.ravel()[near]], axis=0), axis=-1)
    alike = np.zeros(labels.shape, bool)
    alike.ravel()[near] = off < SAME_COLOR
    distance = cv2.distanceTransform((~core).astype(np.uint8), cv2.DIST_L2, 3) * resolution
    return np.asarray(alike & (distance < EXTENT))


def _without_specks(mask: Mask, seen: Mask, min_cells: int) -> Mask:
    """Components of at least min_cells, closed over cells that were not measured."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    whole = (mask | (closed & ~seen)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    big = stats[:, cv2.CC_STAT_AREA] >= min_cells
    big[0] = False
    return np.asarray(big[labels])


def target_mask(color: Bytes, height: Floats, seen: Mask, colour: str, resolution: float = 1.0 / 224) -> Mask:
    """Cells (n, n) that show the target, all False when it is not seen.

    colour: a name (green, red, …), `#rrggbb` or `r,g,b`; ValueError lists the choices. Hue and saturation decide, so
    shading and exposure do not; of several things of like colour the one with the largest strong area is taken.
    """
    like = likeness(color, parse_color(colour)) * (seen & (height > MIN_HEIGHT))
    candidates = (like >= LIKE).astype(np.uint8)
    _, found, stats, _ = cv2.connectedComponentsWithStats(candidates, connectivity=8)
    labels, sizes = np.asarray(found, np.int32), np.asarray(stats[:, cv2.CC_STAT_AREA], np.int32)
    min_cells = max(2, round(MIN_AREA / resolution**2))
    main = _main_component(labels, sizes, like, min_cells)
    if main == 0:
        return np.zeros(seen.shape, bool)
    return _without_specks(_same_object(labels, main, color, resolution), seen, min_cells)


def covered_edge(mask: Mask, height: Floats) -> float:
    """Share 0..1 of the ring of cells round the mask where something reaches over the target's surface."""
    if not mask.any():
        return 0.0
    kernel = np.ones((3, 3), np.uint8)
    surface = cv2.dilate(np.where(mask, height, np.float32(-1.0)), kernel, iterations=2)
    ring = (cv2.dilate(mask.astype(np.uint8), kernel, iterations=2) > 0) & ~mask
    over = cv2.dilate(np.where(mask, np.float32(-1.0), height), kernel)
    return float(np.mean(over[ring] > surface[ring] + HIGHER))


def visible_share(mask: Mask, height: Floats, grid: MapGrid, expected_area: float | None = None) -> float:
    """Seen part of the target's outline from above, 0..1: an estimate, for its true size is not known.

    Nothing higher round its edge means nothing lies on it: 1, whatever its area (it may have tipped over). Otherwise
    its area against what is expected: TYPICAL_AREA, or expected_area [m²], the largest seen so far, when that is
    larger; never more than the covered edge allows (all of it covered: 0.5). So a small target beside something high
    is underrated, a large one that was never seen in full overrated.
    """
    if not mask.any():
        return 0.0
    covered = covered_edge(mask, height)
    if covered <= CLEAR:
        return 1.0
    area = float(mask.sum()) * grid.resolution**2
    return min(1.0 - covered / 2, area / max(expected_area or 0.0, TYPICAL_AREA, area))

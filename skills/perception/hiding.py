"""Where a target that is not seen can hide: under something tall enough that has not been looked under."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.types import Array, MapGrid, Mask

Floats = NDArray[np.float32]

# Height of a surface [m] against how likely the target (22 mm at least) lies under it: a single layer of blocks is
# solid down to the table, a second one stands on something.
HEIGHTS = (0.028, 0.045, 0.056, 0.072)
WEIGHTS = (0.0, 0.10, 0.15, 1.0)
LOOKED_BELOW = 0.056  # m, a surface seen below this shows the bottom layer
LOOKED_WEIGHT = 0.25  # of a place that was looked at before something came to lie there
FADE = 0.75  # how much of the memory of a look survives the next one: pushes move things
SHADOW_WEIGHT = 0.6  # of cells that the camera cannot see
LAST_SEEN_BOOST = 3.0
LAST_SEEN_SIGMA = 0.05  # m
CLUSTER_LEVEL = 0.35
FOOTPRINT = 0.040  # m, diameter round a target's centre that something must cover
COVERS = 0.3  # likelihood of a place that something lies on, or that is in shadow, and that was not looked under
BORDER = 0.05  # m, this near the map's edge stand the arms' plinths; nothing is looked for there


@dataclass(frozen=True)
class Cluster:
    """A place that may hide the target. mask (n, n); centre (2,) in `world` [m]; mass: share of all the hope, 0..1."""

    mask: Mask
    centre: Array
    mass: float


def update_looked(looked: Floats | None, height: Floats, seen: Mask) -> Floats:
    """How surely each cell (n, n) was seen down to the bottom layer without the target, 0..1, after another look."""
    now = (seen & (height < LOOKED_BELOW)).astype(np.float32)
    return now if looked is None else np.maximum(now, FADE * looked)


def _room(possible: Mask, min_size: float, resolution: float) -> Mask:
    """Cells of places into which a disc of min_size [m] fits."""
    width = 2 * int(min_size / resolution / 2) + 1  # odd: an even kernel would shift the map by a cell
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return np.asarray(cv2.morphologyEx(possible.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0)


def _weights(height: Floats, seen: Mask, looked: Floats | None, min_size: float, resolution: float) -> Floats:
    """Likelihood of each cell by height, shadow and memory, not normalised."""
    weight = np.interp(height, HEIGHTS, WEIGHTS).astype(np.float32)
    weight[_room(~seen, min_size, resolution)] = SHADOW_WEIGHT
    weight[~_room((weight > 0) | ~seen, min_size, resolution)] = 0.0
    border = max(1, round(BORDER / resolution))
    inner = np.zeros(height.shape, bool)
    inner[border:-border, border:-border] = True
    weight[~inner] = 0.0
    if looked is not None:
        weight *= 1.0 - (1.0 - LOOKED_WEIGHT) * looked * (height > LOOKED_BELOW)
    return weight


def unsearched_area(height: Floats, seen: Mask, looked: Floats | None, min_size: float, resolution: float) -> float:
    """Area [m²] under a second layer or in shadow that a target has room in and that was not looked under lately.

    Arguments as for `hiding_map`. Where it is 0 the target is hardly there: one layer hides nothing but a thin thing
    under something that leans.
    """
    covers = _room(_weights(height, seen, looked, min_size, resolution) >= COVERS, min_size, resolution)
    return float(covers.sum()) * resolution**2


def _covered_around(weight: Floats, resolution: float) -> Floats:
    """Less hope near the rim: a target that is not seen at all is covered on every side of its centre."""
    width = 2 * int(FOOTPRINT / resolution / 2) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)).astype(np.float32)
    mean = cv2.filter2D(weight, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.minimum(weight, mean), np.float32)


def _boost(weight: Floats, grid: MapGrid, last_seen: Array) -> Floats:
    """More hope near the place where the target was last seen."""
    rows, cols = np.mgrid[0 : grid.cells, 0 : grid.cells]
    distance = np.linalg.norm(grid.to_world(rows, cols) - last_seen, axis=-1)
    near = np.exp(-0.5 * (distance / LAST_SEEN_SIGMA) ** 2)
    return np.asarray(weight * (1.0 + LAST_SEEN_BOOST * near), np.float32)


def _clusters(weight: Floats, grid: MapGrid) -> list[Cluster]:
    """Connected places, most promising first."""
    level = CLUSTER_LEVEL * float(weight.max())
    count, labels = cv2.connectedComponents((weight > level).astype(np.uint8), connectivity=4)
    total, found = float(weight.sum()), []
    for label in range(1, count):
        mask = labels == label
        rows, cols = np.nonzero(mask)
        w = weight[mask]
        centre = np.average(grid.to_world(rows, cols), axis=0, weights=w)
        found.append(Cluster(mask, centre, float(w.sum()) / total))
    return sorted(found, key=lambda c: -c.mass)


def hiding_map(
    height: Floats,
    seen: Mask,
    looked: Floats | None = None,
    min_size: float = 0.022,
    *,
    grid: MapGrid | None = None,
    last_seen: Array | None = None,
) -> tuple[Floats, Cluster | None]:
    """Map (n, n) 0..1 of where the target can hide, and its most promising cluster (None where nothing can hide it).

    looked: the memory of earlier looks (update_looked), not including this one. min_size [m]: the target's smallest
    edge. last_seen (2,) [m]: where the target was when it was last seen. The best cluster's peak is 1.
    """
    grid = grid or MapGrid(cells=height.shape[0])
    weight = _weights(height, seen, looked, min_size, grid.resolution)
    if last_seen is not None:
        weight = _boost(weight, grid, last_seen)
    weight = _covered_around(weight, grid.resolution)
    if weight.max() <= 0:
        return np.zeros_like(height), None
    clusters = _clusters(weight, grid)
    best = clusters[0]
    out = np.asarray(weight / weight[best.mask].max(), np.float32)
    for cluster in clusters:
        out[cluster.mask] *= 0.5 + 0.5 * cluster.mass / best.mass
    return np.clip(out, 0.0, 1.0), best

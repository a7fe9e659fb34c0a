"""Objects in the picture: patches of even colour and height, each with its outline seen from above."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.cloud import Cloud
from pg4da.policies.geometric.outlines import Array, centroid, split_concave
from pg4da.policies.types import Observation

COLOR_STEP = 14
HEIGHT_STEP = 0.006
LEAST_PIXELS = 16
JOINED = 7  # pixels; pieces of a sliver nearer than that are one
EDGE_GROWTH = 0.3  # pixels: the outermost pixel centres lie 0 to 0.5 inside the edge


@dataclass(frozen=True)
class Thing:
    """One object as far as it is seen. outline (n, 2): points along its edge in `world`; parts: convex polygons (k, 2).

    top [m]: median height of its upper face. raised: it rests on other objects, not on the table.
    """

    outline: Array
    parts: tuple[Array, ...]
    centre: Array
    top: float
    is_target: bool
    raised: bool = False

    @property
    def radius(self) -> float:
        """Greatest distance of the outline from the centre [m]."""
        return float(np.linalg.norm(self.outline - self.centre, axis=1).max())


@dataclass(frozen=True)
class Segments:
    """Every object, and which pixels of the cloud, (h, w), belong to the target."""

    things: tuple[Thing, ...]
    target_pixels: NDArray[np.bool_]

    @property
    def target(self) -> Thing | None:
        return next((t for t in self.things if t.is_target), None)

    @property
    def others(self) -> tuple[Thing, ...]:
        return tuple(t for t in self.things if not t.is_target)


def segment(cloud: Cloud, observation: Observation, second_layer: float) -> Segments:
    """Every object in the cloud. Neighbours of one colour and height come out as one object."""
    labels, count = _label(cloud)
    order = np.argsort(labels, axis=None, kind="stable")
    starts = np.searchsorted(labels.ravel()[order], np.arange(count + 1))
    target = _target_pixels(cloud, observation)
    things: list[Thing] = []
    target_pixels: list[NDArray[np.intp]] = []
    for label in range(1, count):
        pixels = order[starts[label] : starts[label + 1]]
        if pixels.size < LEAST_PIXELS:
            continue
        if target.ravel()[pixels].mean() > 0.5:
            target_pixels.append(pixels)
        else:
            things.append(_thing(cloud, pixels, False, second_layer))
    if not target_pixels and target.any():  # a sliver, too narrow to be told from what lies round it
        joined = cv2.morphologyEx(target.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((JOINED, JOINED), np.uint8))
        target_pixels.append(np.flatnonzero((joined > 0) & cloud.above))
    mine = np.zeros(labels.shape, bool)
    if target_pixels:
        pixels = np.concatenate(target_pixels)
        mine.ravel()[pixels] = True
        things.append(_thing(cloud, pixels, True, second_layer))
    return Segments(tuple(things), mine)


def _label(cloud: Cloud) -> tuple[NDArray[np.int32], int]:
    """Label pixels, (h, w), 0 where there is no object; cut between neighbours that differ in colour or height."""
    color = np.asarray(cv2.medianBlur(cloud.rgb, 3), np.uint8)
    height = np.asarray(cv2.medianBlur(np.ascontiguousarray(cloud.xyz[..., 2]), 3), np.float32)
    cut = np.zeros(height.shape, bool)
    for near, far in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        red, green, blue = cv2.split(cv2.absdiff(color[near], color[far]))
        cut[near] |= np.asarray(cv2.max(cv2.max(red, green), blue)) > COLOR_STEP
        cut[near] |= np.abs(height[far] - height[near]) > HEIGHT_STEP
    count, labels = cv2.connectedComponents((cloud.above & ~cut).astype(np.uint8), connectivity=4)
    return _grown(np.asarray(labels, np.int32), cloud.above, color, height), int(count)


def _grown(
    labels: NDArray[np.int32], above: NDArray[np.bool_], color: NDArray[np.uint8], height: NDArray[np.float32]
) -> NDArray[np.int32]:
    """Labels with the pixels along the cuts given to a neighbour of their own colour and height."""
    rows, cols = np.nonzero(above & (labels == 0))
    for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0), (0, 1)):
        r, c = (rows - down) % above.shape[0], (cols - right) % above.shape[1]
        source = labels[r, c]
        take = (source > 0) & (np.abs(height[r, c] - height[rows, cols]) <= HEIGHT_STEP)
        shade = color[r, c].astype(np.int16) - color[rows, cols]
        for channel in range(3):
            take &= np.abs(shade[:, channel]) <= COLOR_STEP
        labels[rows[take], cols[take]] = source[take]
        rows, cols = rows[~take], cols[~take]
    return labels


def _target_pixels(cloud: Cloud, observation: Observation) -> NDArray[np.bool_]:
    rows, cols = observation.grid.to_cell(cloud.xyz[cloud.above][:, :2].astype(float)).T
    n = observation.grid.cells
    inside = (rows >= 0) & (rows < n) & (cols >= 0) & (cols < n)
    hit = np.zeros(cloud.above.shape, bool)
    hit[cloud.above] = inside & observation.target_mask[np.clip(rows, 0, n - 1), np.clip(cols, 0, n - 1)]
    return hit


def _thing(cloud: Cloud, pixels: NDArray[np.intp], is_target: bool, second_layer: float) -> Thing:
    """Outline and height from the pixels of the upper face (all pixels when the face is tilted)."""
    z = cloud.xyz[..., 2].ravel()[pixels]
    top = _median(z)
    face = np.abs(z - top) < HEIGHT_STEP
    pixels = pixels[face] if np.count_nonzero(face) > 0.6 * len(face) else pixels
    outline = _contour(cloud, pixels)
    parts = split_concave(outline)
    raised = top > second_layer and _held_up(cloud, outline, top)
    return Thing(outline, parts, centroid(parts), top, is_target, raised)


def _median(values: NDArray[np.float32]) -> float:
    """np.median without its checks, which cost more than a thing's few hundred pixels."""
    half = len(values) // 2
    ordered = np.partition(values, (half - 1, half))
    return float(ordered[half] if len(values) % 2 else 0.5 * (ordered[half - 1] + ordered[half]))


def _contour(cloud: Cloud, pixels: NDArray[np.intp]) -> Array:
    """The longest contour of a set of pixels, in `world`, moved out by EDGE_GROWTH pixels."""
    rows, cols = np.divmod(pixels, cloud.above.shape[1])
    r0, c0 = int(rows.min()) - 1, int(cols.min()) - 1
    mask = np.zeros((int(rows.max()) - r0 + 2, int(cols.max()) - c0 + 2), np.uint8)
    mask[rows - r0, cols - c0] = 1
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    best = max(contours, key=len)[:, 0]
    points = cloud.xyz[best[:, 1] + r0, best[:, 0] + c0, :2].astype(float)
    away = points - points.mean(axis=0)
    length = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    return np.asarray(points + away / length * EDGE_GROWTH * cloud.pixel)


def _held_up(cloud: Cloud, outline: Array, top: float) -> bool:
    """Whether most of what surrounds an outline is lower than its top yet well above the table."""
    centre = outline.mean(axis=0)
    away = outline - centre
    ring = outline + away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6) * 0.012
    origin = cloud.xyz[0, 0, :2].astype(float)
    step_col = (cloud.xyz[0, -1, :2].astype(float) - origin) / max(cloud.above.shape[1] - 1, 1)
    step_row = (cloud.xyz[-1, 0, :2].astype(float) - origin) / max(cloud.above.shape[0] - 1, 1)
    cells = np.linalg.solve(np.stack([step_col, step_row], axis=1), (ring - origin).T).T.round().astype(int)
    cols = np.clip(cells[:, 0], 0, cloud.above.shape[1] - 1)
    rows = np.clip(cells[:, 1], 0, cloud.above.shape[0] - 1)
    around = cloud.xyz[rows, cols, 2]
    return bool(np.mean((around > 0.025) & (around < top - 0.015)) > 0.4)

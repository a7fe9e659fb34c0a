"""What to do when nothing better is known: a broom stroke through the likeliest place, so that the scene changes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pg4da.policies.geometric.cloud import Cloud
from pg4da.policies.geometric.lookahead import stroke_along
from pg4da.policies.geometric.outlines import Array, direction
from pg4da.policies.geometric.paths import push_paths
from pg4da.policies.geometric.pushes import FreeSpace
from pg4da.policies.geometric.segmentation import Segments
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.types import Action, Observation, Push

DIRECTIONS = 12
CLEAR = 0.034  # m free round the start
EDGES = (0.18, 0.08, 0.03)  # m from the edge where a stroke may end, tried in turn: nothing looks ahead for it
REASON = "nothing better is known: stirs the likeliest place"
EDGE_INWARD = 0.08  # m for one that leads inwards


def fallback_pushes(
    observation: Observation,
    cloud: Cloud,
    segments: Segments,
    bounds: Bounds,
    settings: Settings,
    arm_bases: Mapping[str, tuple[float, float]],
) -> list[Action]:
    """Short strokes through the target or its likeliest hiding place, those towards the workspace's middle first."""
    place, top = _place(observation, cloud, segments)
    height = max(settings.push_height, top - 0.033)
    space = FreeSpace(cloud, bounds, height - 0.003)
    middle = np.array([0.5 * (bounds.x_min + bounds.x_max), 0.5 * (bounds.y_min + bounds.y_max)])
    for margin in EDGES:
        pushes: list[Action] = []
        for k in range(DIRECTIONS):
            angle = 2 * np.pi * k / DIRECTIONS
            d = direction(angle)
            backs = np.arange(0.04, 0.45, 0.01)
            points = place - backs[:, None] * d
            free = space.free(points, CLEAR) & bounds.contain(points, settings.workspace_margin)
            end = place + 0.04 * d
            inward = float(np.clip(d @ (middle - place) / 0.3, -1, 1))
            least = min(EDGE_INWARD, margin) if inward > 0 else margin
            if not free.any() or not bounds.inside(float(end[0]), float(end[1]), least):
                continue
            start = points[int(np.argmax(free))]
            stroke = stroke_along(start, angle, float((end - start) @ d), settings.broom_width)
            paths = push_paths((stroke,), height, settings.path_spacing, arm_bases)
            score = 0.10 + 0.05 * inward
            pushes.append(Push(paths, settings.broom_width, score, "uncover", REASON))
        if pushes:
            return sorted(pushes, key=lambda p: -p.score)
    return []


def _place(observation: Observation, cloud: Cloud, segments: Segments) -> tuple[Array, float]:
    """Middle of the target, else of the likeliest hiding cell, else of the highest thing; and the height there [m]."""
    if segments.target is not None:
        return segments.target.centre, segments.target.top
    if float(observation.hiding.max()) > 0:
        row, col = np.unravel_index(int(np.argmax(observation.hiding)), observation.hiding.shape)
        return observation.grid.to_world(np.asarray(row), np.asarray(col)), float(observation.height[row, col])
    high = np.where(cloud.above, cloud.xyz[..., 2], 0)
    row, col = np.unravel_index(int(np.argmax(high)), high.shape)
    return cloud.xyz[row, col, :2].astype(float), float(high[row, col])

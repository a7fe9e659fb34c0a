"""The three pictures of a run: what the camera sees, the heights, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.types import Decision, Observation

Picture = NDArray[np.uint8]
OUTLINE = (((0, 0, 0), 3), ((255, 255, 255), 1))  # colour, width: seen on a target of any colour


def camera(observation: Observation) -> Picture:
    """The camera's picture with the target's outline, (H, W, 3)."""
    view, grid = observation.view, observation.grid
    image = np.ascontiguousarray(view.rgb, np.uint8).copy()
    mask = observation.target_mask.astype(np.uint8)
    shapes, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for shape in shapes:
        columns, rows = shape[:, 0, 0], shape[:, 0, 1]
        points = np.column_stack([grid.to_world(rows, columns), observation.height[rows, columns]])
        for color, width in OUTLINE:
            cv2.polylines(image, [pixels(points, observation)], True, color, width, cv2.LINE_AA)
    return image


def pixels(points: NDArray[Any], observation: Observation) -> NDArray[np.int32]:
    """Where points in `world` (n, 3) lie in the camera's picture (n, 2)."""
    T = observation.view.T_world_camera
    rays = (points - T[:3, 3]) @ T[:3, :3] @ np.asarray(observation.view.K).T
    return np.rint(rays[:, :2] / rays[:, 2:]).astype(np.int32)


def heightmap(observation: Observation) -> Picture:
    """Heights near the clutter with the target's mask."""
    from pg4da.skills.perception.canvas import clutter_view
    from pg4da.skills.perception.draw import PANEL, height_panel

    return np.asarray(height_panel(observation, clutter_view(observation, PANEL)), np.uint8)


def decision(observation: Observation, decided: Decision) -> Picture:
    """Planned paths on the colour map beside the score map."""
    from pg4da.skills.perception.canvas import clutter_view
    from pg4da.skills.perception.draw import PANEL, plan_panel, score_panel, way_of

    view = clutter_view(observation, PANEL, way_of(decided))
    panels = [plan_panel(observation, decided, view), score_panel(observation, decided, view)]
    return np.asarray(np.hstack(panels), np.uint8)


def draw(name: str, data: Mapping[str, Any]) -> Picture:
    """A picture by its name, from what an event carries."""
    seen = data["observation"]
    if name == "decision":
        return decision(seen, data["decision"])
    return camera(seen) if name == "camera" else heightmap(seen)

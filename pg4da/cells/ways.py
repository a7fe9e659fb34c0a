"""The picture of a dry run: where the tools would go, seen by the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import Cell

if TYPE_CHECKING:
    from pg4da.policies.types import Decision, Observation
    from pg4da.skills.plan import Motion

SAMPLES = 40  # of each stage


def picture(
    observation: Observation, decision: Decision | None, cell: Cell, motion: Motion | None
) -> NDArray[np.uint8]:
    """The camera's picture with the tools' ways drawn into it, beside what was decided."""
    from pg4da.skills.perception.draw import decision_picture
    from pg4da.stream.pictures import camera

    view = camera(observation)
    if motion is not None:
        draw_ways(view, observation, cell, motion)
    decided = decision_picture(observation, decision)
    return beside(view, decided)


def draw_ways(image: NDArray[np.uint8], observation: Observation, cell: Cell, motion: Motion) -> None:
    """Each arm's tool path through all stages, projected into the camera's picture."""
    import cv2

    from pg4da.skills.perception.draw import ARM_COLORS
    from pg4da.stream.pictures import pixels

    for stage in motion.plan.stages:
        for arm, trajectory in stage.items():
            times = np.linspace(0.0, trajectory.duration, SAMPLES)
            forward = cell.arms[arm].kinematics.forward
            points = np.array([forward(trajectory.sample(float(t)))[:3, 3] for t in times])
            way = [pixels(points, observation)]
            cv2.polylines(image, way, False, (0, 0, 0), 4, cv2.LINE_AA)
            cv2.polylines(image, way, False, ARM_COLORS[arm], 2, cv2.LINE_AA)


def beside(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two pictures side by side, the left one made as high as the right."""
    import cv2

    width = round(left.shape[1] * right.shape[0] / left.shape[0])
    return np.hstack([np.asarray(cv2.resize(left, (width, right.shape[0])), np.uint8), right])

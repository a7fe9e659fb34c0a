"""Labelled pictures out of GraspNet-1Billion (Fang et al., CVPR 2020), read from its own folders.

Each grasp point has 300 views × 12 turns × 4 depths in its object's frame. A grasp counts for the one of our 360
orientations that is the smallest turn away from it as it lies on the table (half a turn of the jaw is no turn), in the
cell of the 56 × 56 map above which its point lies, if any of the 4 depths holds with the friction and collides with
nothing. Widths are not read: the data set's jaw opens 0.1 m at most, ours 0.14 m.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import overload

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.avn.orientations import CLASSES, grasp_rotations
from pg4da.policies.types import Array
from pg4da.sim.training.graspnet_files import (
    TURNS,
    VIEWS,
    GraspNetError,
    Grasps,
    View,
    collisions_of,
    frame_of,
    grasps_of,
    image_of,
    meta_of,
)
from pg4da.sim.training.labelled import COARSE, GRID, Sample, cells_of
from pg4da.skills.perception.heightmap import points_in_world, project

STEEPEST = np.radians(80.0)  # a grasp leaned further is none of our 360
CAMERAS = ("kinect", "realsense")


class GraspNet(Sequence[Sample]):
    """Samples of the scenes in a folder, each read when it is asked for.

    Every `every`-th picture of a scene is taken (neighbours are nearly alike). Raises GraspNetError for a folder
    without scenes or an unknown camera, and, when a sample is read, for what is absent or misshapen.
    """

    def __init__(self, root: Path, camera: str = "kinect", every: int = 16) -> None:
        if camera not in CAMERAS:
            raise GraspNetError(f"camera {camera!r}: expected one of {', '.join(CAMERAS)}")
        self.root = root
        self.views = [
            View(folder / camera, int(folder.name.removeprefix("scene_")), int(file.stem))
            for folder in sorted((root / "scenes").glob("scene_[0-9]*"))
            for file in sorted((folder / camera / "rgb").glob("*.png"))[::every]
        ]
        if not self.views:
            raise GraspNetError(f"{root}: no scenes/scene_0000/{camera}/rgb/0000.png or the like below it")

    def __len__(self) -> int:
        return len(self.views)

    @overload
    def __getitem__(self, at: int) -> Sample: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Sample]: ...
    def __getitem__(self, at: int | slice) -> Sample | Sequence[Sample]:
        return self._sample(self.views[at]) if isinstance(at, int) else [self._sample(v) for v in self.views[at]]

    def _sample(self, view: View) -> Sample:
        meta = meta_of(view)
        frame = frame_of(view, meta)
        color, height, _ = project(frame, GRID)
        shown = image_of(view.folder / "label" / f"{view.number:04d}.png", cv2.IMREAD_UNCHANGED)
        xyz = np.moveaxis(points_in_world(frame.depth, frame.K, frame.T_world_camera), 0, -1)
        collisions = collisions_of(self.root, view.scene)
        if len(collisions) != len(meta.objects):
            raise GraspNetError(
                f"scene {view.scene}: {len(meta.objects)} objects, collision labels of {len(collisions)}"
            )
        parts = []
        for k, (number, pose) in enumerate(zip(meta.objects, meta.poses, strict=True)):
            seen = (shown == number) & (frame.depth > 0)
            cells, place = cells_of(xyz[seen].astype(np.float64))
            labels = _labels(cells, grasps_of(self.root, number - 1), collisions[k], frame.T_world_camera @ pose)
            parts.append((cells, place, np.full(len(cells), k, np.intp), labels))
        none = (np.zeros((0, 2), np.intp), np.zeros((0, 2)), np.zeros(0, np.intp), np.zeros((0, CLASSES), bool))
        cells, place, owner, labels = (np.concatenate([n, *(p[i] for p in parts)]) for i, n in enumerate(none))
        return Sample(color, height, cells, place, owner, labels)


def _labels(
    cells: NDArray[np.intp], grasps: Grasps, collides: NDArray[np.bool_], T_world_object: Array
) -> NDArray[np.bool_]:
    """Of the cells (m, 2) of one object, (m, 360)."""
    if collides.shape != grasps.good.shape:
        raise GraspNetError(f"collision labels {collides.shape}, grasps {grasps.good.shape}: they belong together")
    out = np.zeros((len(cells), CLASSES), bool)
    holds = (grasps.good & ~collides).any(axis=3).reshape(len(grasps.points), -1)
    number = _classes(T_world_object[:3, :3])
    at = COARSE.to_cell((grasps.points @ T_world_object[:3, :3].T + T_world_object[:3, 3])[:, :2])
    row_of = {tuple(cell): row for row, cell in enumerate(cells.tolist())}
    for cell, held in zip(at.tolist(), holds, strict=True):
        row = row_of.get(tuple(cell))
        if row is not None:
            found = number[held]
            out[row, found[found >= 0]] = True
    return out


def _classes(R_world_object: Array) -> NDArray[np.intp]:
    """The nearest of our 360 orientations for each of 300 views × 12 turns (3600,), −1 for those that are too flat."""
    lying = R_world_object @ _templates()
    flipped = lying * np.array([-1.0, -1.0, 1.0])
    ours = grasp_rotations().reshape(CLASSES, 9).T
    likeness = np.maximum(lying.reshape(-1, 9) @ ours, flipped.reshape(-1, 9) @ ours)
    return np.where(lying[:, 2, 2] < -np.cos(STEEPEST), likeness.argmax(axis=1), -1)


@lru_cache(maxsize=1)
def _templates() -> Array:
    """R_object_grasp (3600, 3, 3), z approaches and x closes, of the data set's views and turns, the turn inner."""
    i = np.arange(VIEWS)
    z = (2 * i + 1) / VIEWS - 1
    azimuth = 2 * np.pi * i * (np.sqrt(5.0) - 1.0) / 2.0
    ring = np.sqrt(1 - z**2)
    x = -np.column_stack([ring * np.cos(azimuth), ring * np.sin(azimuth), z])
    y = np.column_stack([-x[:, 1], x[:, 0], np.zeros(VIEWS)])
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    frames = np.stack([x, y, np.cross(x, y)], axis=2)
    turn = np.pi * np.arange(TURNS) / TURNS
    about = np.zeros((TURNS, 3, 3))
    about[:, 0, 0], about[:, 1, 1], about[:, 2, 2] = 1.0, np.cos(turn), np.cos(turn)
    about[:, 2, 1], about[:, 1, 2] = np.sin(turn), -np.sin(turn)
    return np.asarray((frames[:, None] @ about[None]).reshape(-1, 3, 3)[:, :, [1, 2, 0]])

"""The files of GraspNet-1Billion, as they are laid out.

scenes/scene_0000/kinect (or realsense)/
    cam0_wrt_table.npy, camera_poses.npy
    rgb/0000.png, depth/0000.png, label/0000.png, meta/0000.mat
grasp_label/000_labels.npz
collision_label/scene_0000/collision_labels.npz
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from pg4da.hardware.cell import CameraFrame
from pg4da.policies.types import Array

VIEWS, TURNS, DEPTHS = 300, 12, 4
FRICTION = 0.4  # a grasp is good that holds with so little (the data set's own choice)
OFF = np.array([0.0, 0.5, 0.0])  # m, from the data set's table, 1 m square round its origin, to ours


class GraspNetError(ValueError):
    """A file of the data set that is absent or not as described; the message names it."""


@dataclass(frozen=True)
class View:
    """A picture of a scene: folder of the scene's camera, number of the scene and of the picture."""

    folder: Path
    scene: int
    number: int


@dataclass(frozen=True)
class Meta:
    """objects (n,): numbers as in the label pictures, 1 above the files' names; poses (n, 4, 4): T_camera_object."""

    objects: list[int]
    poses: Array
    K: Array
    scale: float


@dataclass(frozen=True)
class Grasps:
    """points (n, 3) [m] in the object's frame; good (n, 300, 12, 4): holds with FRICTION, the object alone."""

    points: Array
    good: NDArray[np.bool_]


def meta_of(view: View) -> Meta:
    """What lies where in a picture, and what it was taken with. Raises GraspNetError."""
    path = view.folder / "meta" / f"{view.number:04d}.mat"
    try:
        read = loadmat(path)
        poses = np.asarray(read["poses"], float).reshape(3, 4, -1)
        square = np.tile(np.eye(4), (poses.shape[2], 1, 1))
        square[:, :3] = poses.transpose(2, 0, 1)
        objects = [int(k) for k in read["cls_indexes"].ravel()]
        K, scale = np.asarray(read["intrinsic_matrix"], float), float(np.ravel(read["factor_depth"])[0])
    except (OSError, KeyError, ValueError, TypeError, MatReadError) as error:
        raise GraspNetError(f"{path}: not a picture's meta data ({error})") from None
    if len(objects) != len(square):
        raise GraspNetError(f"{path}: {len(objects)} objects, {len(square)} poses")
    return Meta(objects, square, K, scale)


def frame_of(view: View, meta: Meta) -> CameraFrame:
    """The picture in our world: the table's top at z = 0, its middle at (0, 0.5)."""
    T_table_first = _array(view.folder / "cam0_wrt_table.npy", (4, 4))
    T_first_camera = _array(view.folder / "camera_poses.npy", (None, 4, 4))
    if view.number >= len(T_first_camera):
        raise GraspNetError(f"{view.folder / 'camera_poses.npy'}: no pose of picture {view.number}")
    T_world_camera = T_table_first @ T_first_camera[view.number]
    T_world_camera[:3, 3] += OFF
    name = f"{view.number:04d}.png"
    rgb = image_of(view.folder / "rgb" / name, cv2.IMREAD_COLOR)[..., ::-1].astype(np.uint8)
    depth = image_of(view.folder / "depth" / f"{view.number:04d}.png", cv2.IMREAD_UNCHANGED).astype(np.float32)
    return CameraFrame(
        np.asarray(rgb, np.uint8), depth / np.float32(meta.scale), meta.K, T_world_camera, 0.0, view.number
    )


@lru_cache(maxsize=4)
def grasps_of(root: Path, number: int) -> Grasps:
    """The grasps of an object's file. Raises GraspNetError."""
    path = root / "grasp_label" / f"{number:03d}_labels.npz"
    points, score = (_entry(path, name).astype(np.float32) for name in ("points", "scores"))
    collides = _entry(path, "collision").astype(bool)
    shape = (len(points), VIEWS, TURNS, DEPTHS)
    if score.shape != shape or collides.shape != shape:
        raise GraspNetError(f"{path}: scores {score.shape}, collision {collides.shape}: expected {shape}")
    return Grasps(np.asarray(points, float), (score > 0) & (score <= FRICTION) & ~collides)


@lru_cache(maxsize=2)
def collisions_of(root: Path, scene: int) -> list[NDArray[np.bool_]]:
    """Which grasps (n, 300, 12, 4) of each object of a scene collide, in the order of its meta data."""
    path = root / "collision_label" / f"scene_{scene:04d}" / "collision_labels.npz"
    try:
        with np.load(path, allow_pickle=False) as data:
            return [data[f"arr_{k}"].astype(bool) for k in range(len(data.files))]
    except (OSError, KeyError, ValueError) as error:
        raise GraspNetError(f"{path}: not a scene's collision labels ({error})") from None


def _entry(path: Path, name: str) -> NDArray[np.generic]:
    try:
        with np.load(path, allow_pickle=False) as data:
            return np.asarray(data[name])
    except (OSError, KeyError, ValueError) as error:
        raise GraspNetError(f"{path}: not an object's grasps ({error})") from None


def _array(path: Path, shape: tuple[int | None, ...]) -> Array:
    try:
        read = np.asarray(np.load(path, allow_pickle=False), float)
    except (OSError, ValueError) as error:
        raise GraspNetError(f"{path}: not an array ({error})") from None
    if read.ndim != len(shape) or any(want not in (None, have) for want, have in zip(shape, read.shape, strict=True)):
        raise GraspNetError(f"{path}: of shape {read.shape}, expected {shape}")
    return read


def image_of(path: Path, flag: int) -> NDArray[np.generic]:
    """A picture as OpenCV reads it. Raises GraspNetError."""
    picture = cv2.imread(str(path), flag)
    if picture is None:
        raise GraspNetError(f"{path}: no such picture, or not a whole one")
    return np.asarray(picture)

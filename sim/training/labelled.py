"""A picture of a simulated table with the grasps that would hold: what the angle-view network is trained on.

Object outlines and neighbours come from the simulator's own ids and exact depths; the colour map comes from what a
mission's camera and perception would make of the same view.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import CameraFrame
from pg4da.policies.avn.labels import Prism, grasp_labels, prism_of
from pg4da.policies.avn.orientations import CLASSES
from pg4da.policies.geometric.outlines import Array
from pg4da.policies.geometric.solid import Columns, columns_of
from pg4da.policies.geometric.tilted import body_of
from pg4da.policies.types import GripperShape, MapGrid
from pg4da.sim.camera import render
from pg4da.sim.cell import MujocoCell
from pg4da.skills.perception.heightmap import points_in_world, project

GRID = MapGrid()
COARSE = MapGrid(cells=56)
ABOVE = 0.008  # m over the table, where an object begins
LEVEL, FLAT = 0.006, 0.6  # m that a level face's heights differ at most, and its share of the pixels
LEAST_PIXELS = 40
LEAST_IN_CELL = 12  # pixels of an object in a cell that it may be grasped at; a whole cell has about 60


@dataclass(frozen=True)
class Sample:
    """color (224, 224, 3) uint8; height (224, 224) [m]; cells (n, 2): rows and columns of the 56 × 56 map that show an
    object; place (n, 2) [m]: where on it; owner (n,): the object's number in the scene; labels (n, 360); all other
    cells hold nothing."""

    color: NDArray[np.uint8]
    height: NDArray[np.float32]
    cells: NDArray[np.intp]
    place: Array
    owner: NDArray[np.intp]
    labels: NDArray[np.bool_]

    def heat(self) -> NDArray[np.float32]:
        """Labels as the network gives them, (360, 56, 56), 0 or 1."""
        out = np.zeros((CLASSES, COARSE.cells, COARSE.cells), np.float32)
        out[:, self.cells[:, 0], self.cells[:, 1]] = self.labels.T
        return out


@dataclass(frozen=True)
class Solid:
    """An object as the label maker takes it: number in the scene, cells (n, 2) that show it, places (n, 2) [m] there,
    its side faces, and what else stands on the table."""

    number: int
    cells: NDArray[np.intp]
    places: Array
    prism: Prism
    columns: Columns


def labelled(cell: MujocoCell, gripper: GripperShape | None = None) -> Sample:
    """What the camera sees now and where it could grasp. The arms must be out of the picture's middle."""
    frame = cell.camera.capture()
    color, height, _ = project(frame, GRID)
    hand = gripper or GripperShape()
    found = solids_in(cell, frame)
    labels = [grasp_labels(each.places, each.prism, each.columns, hand) for each in found]
    owners = [np.full(len(each.cells), each.number, np.intp) for each in found]
    return Sample(
        color,
        height,
        np.concatenate([np.zeros((0, 2), np.intp), *(each.cells for each in found)]),
        np.concatenate([np.zeros((0, 2)), *(each.places for each in found)]),
        np.concatenate([np.zeros(0, np.intp), *owners]),
        np.concatenate([np.zeros((0, CLASSES), bool), *labels]),
    )


def solids_in(cell: MujocoCell, frame: CameraFrame) -> list[Solid]:
    """The objects in a frame of the cell's camera, from the simulator's own ids and exact depths."""
    numbers = _numbers(cell)
    exact = render(cell.model, cell.data, frame.T_world_camera, frame.K, (frame.depth.shape[1], frame.depth.shape[0]))
    xyz = np.moveaxis(points_in_world(exact.depth, frame.K, frame.T_world_camera), 0, -1)
    owner = np.where(exact.body_id >= 0, numbers[exact.body_id], -1)
    owner[(xyz[..., 2] < ABOVE) | (exact.depth <= 0)] = -1
    parts = [_solid(k, owner, xyz) for k in np.unique(owner[owner >= 0]).tolist()]
    return [p for p in parts if p is not None]


def _numbers(cell: MujocoCell) -> NDArray[np.intp]:
    """Scene number of each body, −1 for what is no object."""
    out = np.full(cell.model.nbody, -1, np.intp)
    for body in range(cell.model.nbody):
        owner, _, rest = cell.model.body(body).name.partition("/")
        if owner == "object" and rest.isdigit():
            out[body] = int(rest)
    return out


def _solid(number: int, owner: NDArray[np.intp], xyz: NDArray[np.float32]) -> Solid | None:
    """One object; None where too little of it is seen."""
    mine = owner == number
    if np.count_nonzero(mine) < LEAST_PIXELS:
        return None
    upper = _upper_face(mine, xyz)
    outline = _outline(upper, xyz)
    face = xyz[upper].astype(np.float64)
    body = body_of(outline, face)
    if len(outline) < 8 or body.normal[2] < 0.5:
        return None
    columns = columns_of(xyz, (owner >= 0) & ~mine, outline.mean(axis=0))
    cells, places = cells_of(face)
    return Solid(number, cells, places, prism_of(outline, body.top, body.normal), columns)


def _upper_face(mine: NDArray[np.bool_], xyz: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels of an object's upper face, without the side faces that a camera beside it sees; all if it is tilted."""
    middle = float(np.median(xyz[mine][:, 2]))
    flat = mine & (np.abs(xyz[..., 2] - middle) < LEVEL)
    return flat if np.count_nonzero(flat) > FLAT * np.count_nonzero(mine) else mine


def _outline(mine: NDArray[np.bool_], xyz: NDArray[np.float32]) -> Array:
    """The longest contour of an object's pixels, in `world`, (m, 2)."""
    contours, _ = cv2.findContours(mine.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    u, v = max(contours, key=len)[:, 0].T
    return xyz[v, u, :2].astype(np.float64)


def cells_of(points: Array) -> tuple[NDArray[np.intp], Array]:
    """Coarse cells (n, 2) that hold enough of the points (m, 3), and the middle (n, 2) of the points in each."""
    index = COARSE.to_cell(points[:, :2])
    inside = ((index >= 0) & (index < COARSE.cells)).all(axis=1)
    flat, where, count = np.unique(
        index[inside, 0] * COARSE.cells + index[inside, 1], return_inverse=True, return_counts=True
    )
    middle = np.stack([np.bincount(where, points[inside, axis]) for axis in (0, 1)], axis=1) / count[:, None]
    enough = count >= LEAST_IN_CELL
    return np.stack(np.divmod(flat[enough], COARSE.cells), axis=1), middle[enough]

"""The gripper's outline: as large as the model that the simulation moves, and clear of what it is said to be."""

import mujoco
import numpy as np
import pytest

from pg4da.hardware.description.gripper import add_gripper
from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.policies.geometric.hand import clear_of, hand_points, opened
from pg4da.policies.geometric.solid import CELL, columns_of
from pg4da.policies.types import GripperShape

HAND = GripperShape()


def grid(height):
    """Columns (n, n) of one height over a square of 0.3 m round the origin, where x > 0."""
    xs, ys = np.meshgrid(np.arange(-0.15, 0.15, CELL), np.arange(-0.15, 0.15, CELL))
    return np.stack([xs, ys, np.where(xs > 0, height, 0.0)], axis=-1).astype(np.float32)


def model_points(width):
    """Corners of the model's fingers, knuckles and palm (n, 3) in the grasp's frame: below the tip is positive z."""
    spec = mujoco.MjSpec()
    add_gripper(spec, spec.worldbody, "g", 0.0)
    model = spec.compile()
    data = mujoco.MjData(model)
    data.qpos[:] = linkage.angle(width)
    mujoco.mj_forward(model, data)
    tip = float(data.site("g/tool").xpos[2]) - linkage.tip_retreat(width)
    solid = [g for g in range(model.ngeom) if model.geom_contype[g] and model.geom_dataid[g] < 0]
    found = []
    for g in solid:
        size, kind = model.geom_size[g], model.geom_type[g]
        if kind == mujoco.mjtGeom.mjGEOM_BOX:
            local = np.stack(np.meshgrid(*[(-1, 1)] * 3), -1).reshape(-1, 3) * size
        else:
            turn = np.linspace(0, 2 * np.pi, 24)
            ring = size[0] * np.column_stack([np.cos(turn), np.sin(turn), np.zeros(24)])
            local = np.concatenate([ring + np.array([0, 0, z]) for z in np.linspace(-size[1], size[1], 20)])
        found.append(local @ data.geom_xmat[g].reshape(3, 3).T + data.geom_xpos[g])
    points = np.concatenate(found)
    points[:, 2] -= tip
    return points


@pytest.mark.parametrize("width", [0.02, 0.06, 0.10, 0.14])
def test_the_outline_holds_all_of_the_model_and_little_more(width):
    points = model_points(width)
    up = -points[:, 2]
    side = up < HAND.palm_height
    reach = np.full(len(points), HAND.finger_thickness)
    for height, wide in HAND.knuckles:
        reach[up >= height] = wide
    beyond = np.abs(points[:, 0]) - width / 2 - reach
    assert beyond[side].max() < 0.0012
    assert beyond[side].max() > -0.002
    assert np.abs(points[side, 1]).max() <= HAND.finger_width / 2 + 1e-6
    palm = (up >= HAND.palm_height) & (up < 0.17) & (np.abs(points[:, 0]) < 0.0441)
    assert np.linalg.norm(points[palm, :2], axis=1).max(initial=0.0) <= HAND.palm_radius


def test_fingers_and_knuckles_move_with_the_opening_and_the_palm_does_not():
    closed, wide = opened(hand_points(HAND, 0.0), np.array([0.0, 0.10]), HAND)
    moved = np.abs(wide[:, 0] - closed[:, 0])
    palm = -closed[:, 2] >= HAND.palm_height
    assert np.allclose(moved[~palm], 0.05)
    assert np.allclose(moved[palm], 0.0)


@pytest.mark.parametrize(
    ("height", "beside", "free"), [(0.05, 0.020, True), (0.05, 0.010, False), (0.09, 0.020, False), (0.09, 0.045, True)]
)
def test_a_stack_needs_room_for_the_knuckle_where_a_block_needs_room_for_the_finger(height, beside, free):
    """An upright hand, 60 mm open and its tips 12 mm over the table, beside something `height` high."""
    xyz = grid(height)
    columns = columns_of(xyz, xyz[..., 2] > 0.01, np.zeros(2))
    upright = np.diag([1.0, -1.0, -1.0])[None]
    origin = np.array([[-0.03 - beside, 0.0, 0.012]])
    assert clear_of(columns, upright, origin, np.array([0.06]), HAND, 0.0015).tolist() == [free]

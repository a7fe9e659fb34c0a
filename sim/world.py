"""What stands still in the cell: table, plinths, bin, floor."""

from __future__ import annotations

import mujoco
import numpy as np

from pg4da.hardware.description.bin import BIN_HALF, BIN_WALL
from pg4da.hardware.description.robot import ARM_BASES, PLINTH_HEIGHT
from pg4da.hardware.frames import Array

TABLE: tuple[float, float, float] = (0.86, 0.83, 0.78)
STEEL: tuple[float, float, float] = (0.45, 0.48, 0.52)
BIN: tuple[float, float, float] = (0.25, 0.42, 0.62)
FLOOR: tuple[float, float, float] = (0.58, 0.60, 0.63)
TABLE_FRICTION = (0.5, 0.005, 0.0001)

PLINTH_HALF = 0.09  # m
BIN_CENTRE = (0.0, -0.16)  # m, outside the workspace, both arms reach it with the tool down
BIN_HEIGHT = 0.06  # m

BIN_OPENING: Array = np.array([*BIN_CENTRE, BIN_HEIGHT])


def add_table(spec: mujoco.MjSpec) -> None:
    """The table top as a plane (steadier and cheaper than a box), and a box to look at."""
    world = spec.worldbody
    world.add_geom(
        name="table", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[2, 2, 0.1], rgba=[*TABLE, 0], friction=TABLE_FRICTION
    )
    _box(world, "table/top", (0.0, 0.37, -0.02), (0.85, 0.75, 0.0199), TABLE, touches=False)
    _box(world, "table/floor", (0.0, 0.4, -0.76), (3.0, 3.0, 0.01), FLOOR, touches=False)
    for i, (x, y) in enumerate(((-0.8, -0.33), (0.8, -0.33), (-0.8, 1.07), (0.8, 1.07))):
        _box(world, f"table/leg{i}", (x, y, -0.395), (0.03, 0.03, 0.355), STEEL, touches=False)


def add_plinths(spec: mujoco.MjSpec) -> None:
    """What the arms stand on."""
    for name, T in ARM_BASES.items():
        centre = (T[0, 3], T[1, 3], PLINTH_HEIGHT / 2)
        half = (PLINTH_HALF, PLINTH_HALF, PLINTH_HEIGHT / 2 - 0.001)
        _box(spec.worldbody, f"plinth/{name}", centre, half, STEEL)


def add_bin(spec: mujoco.MjSpec) -> None:
    """Four walls round a piece of the table."""
    (x, y), (a, b), t = BIN_CENTRE, BIN_HALF, BIN_WALL / 2
    z = BIN_HEIGHT / 2
    for i, side in enumerate((-1, 1)):
        _box(spec.worldbody, f"bin/x{i}", (x + side * (a - t), y, z), (t, b, z), BIN)
        _box(spec.worldbody, f"bin/y{i}", (x, y + side * (b - t), z), (a - 2 * t, t, z), BIN)


def _box(
    world: mujoco.MjsBody,
    name: str,
    centre: tuple[float, ...],
    half: tuple[float, ...],
    color: tuple[float, float, float],
    touches: bool = True,
) -> None:
    geom = world.add_geom(name=name, type=mujoco.mjtGeom.mjGEOM_BOX, pos=centre, size=half, rgba=[*color, 1.0])
    geom.friction = TABLE_FRICTION
    if not touches:
        geom.contype = geom.conaffinity = 0
        geom.group = 2

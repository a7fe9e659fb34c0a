"""From a push or a grasp to the stages of arm motion that make it, in tool poses. Source: paper, section III-C2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array, transform
from pg4da.policies.types import Grasp, Push, PushPath
from pg4da.skills.motion.stages import Clutter, Line, Transit

PUSH_SPEED = 0.15  # m/s; blocks are pushed, not hit
DESCENT_SPEED = 0.20
LIFT_SPEED = 0.25
CLEARANCE = 0.04  # m between a fingertip that travels and whatever lies below it
APPROACH = 0.10  # m of straight approach before a grasp
LIFT = 0.16  # m a grasped object is raised before it travels
PUSH_STAGES = ("on the way to its start", "going down", "along its path", "going up", "on the way home")
GRASP_STAGES = ("on the way to it", "going in", "lifting", "on the way home")


@dataclass(frozen=True)
class Program:
    """Stages to plan and run, the gripper width per arm at the start, after which stage the grippers close, and what
    people call the stages."""

    stages: tuple[Transit | Line, ...]
    widths: Mapping[str, float]
    close_after: int | None = None
    names: tuple[str, ...] = ()


def push_program(push: Push, arms: Mapping[str, PushPath], cell: Cell, clutter: Clutter) -> Program:
    """Above the start, down, along the path, up, home; both arms of a dual push in every stage at once."""
    above, down, along, up = {}, {}, {}, {}
    for name, path in arms.items():
        retreat = cell.arms[name].gripper.tip_retreat(push.width)
        poses = np.stack([_downward(p, path.yaw, retreat) for p in path.points])
        top = _travel_height(path.points, clutter) - retreat
        above[name] = _raised(poses[0], top)
        down[name] = poses[:1]
        along[name] = poses[1:]
        up[name] = _raised(poses[-1], top)[None]
    stages = (
        Transit(above),
        Line(down, DESCENT_SPEED),
        Line(along, PUSH_SPEED, contact=True),
        Line(up, LIFT_SPEED, contact=True),
        Transit({name: cell.arms[name].home for name in arms}),
    )
    return Program(stages, dict.fromkeys(arms, push.width), names=PUSH_STAGES)


def grasp_program(grasp: Grasp, arm: str, cell: Cell) -> Program:
    """Before the grasp along its approach axis, in, (close), straight up, home with the object."""
    gripper = cell.arms[arm].gripper
    at = grasp.pose @ transform(np.eye(3), (0.0, 0.0, gripper.tip_retreat(grasp.width)))
    before = at @ transform(np.eye(3), (0.0, 0.0, -APPROACH))
    lifted = transform(np.eye(3), (0.0, 0.0, LIFT)) @ at
    stages = (
        Transit({arm: before}),
        Line({arm: at[None]}, DESCENT_SPEED, contact=True),
        Line({arm: lifted[None]}, LIFT_SPEED, contact=True),
        Transit({arm: cell.arms[arm].home}),
    )
    return Program(stages, {arm: grasp.opening}, close_after=1, names=GRASP_STAGES)


def _downward(tip: Array, yaw: float, retreat: float) -> Array:
    rotation = Rotation.from_euler("z", yaw) * Rotation.from_euler("x", np.pi)
    return transform(rotation, np.array([tip[0], tip[1], tip[2] - retreat]))


def _raised(pose: Array, z: float) -> Array:
    out = pose.copy()
    out[2, 3] = z
    return out


def _travel_height(points: Array, clutter: Clutter) -> float:
    """Fingertip height [m] that clears the clutter within a hand's width of the path's ends."""
    centres = clutter.grid.to_world(*np.indices(clutter.height.shape))
    ends = points[[0, -1], :2]
    near = (np.linalg.norm(centres[None] - ends[:, None, None], axis=-1) < 0.10).any(axis=0)
    tallest = float(clutter.height[near].max(initial=0.0))
    return max(tallest, float(points[:, 2].max())) + CLEARANCE

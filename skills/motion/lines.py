"""Straight tool paths: sampled poses, and the joint paths that follow them without a jump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation, Slerp

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import Array

STEP = 0.012  # m between samples of a line
TURN_STEP = 0.1  # rad
Index = NDArray[np.intp]
_JUMP = 0.6  # rad; a joint that turns more between two samples has changed branch or passes a singularity


@dataclass(frozen=True)
class ToolPath:
    """Samples of a polyline of poses. poses: (m, 4, 4). index: (m,), the given pose that each sample leads to.

    stage: (m,), the line of a chain of lines that each sample belongs to. Sample 0 is the start itself.
    """

    poses: Array
    index: Index
    stage: Index


def sample_lines(start: Array, lines: list[Array]) -> ToolPath:
    """Sample from `start` (4, 4) through every pose of every line (n, 4, 4)."""
    poses, index, stage = [start[None]], [0], [0]
    last = start
    for i, line in enumerate(lines):
        for j, pose in enumerate(line):
            piece = _between(last, pose)
            poses.append(piece)
            index += [j] * len(piece)
            stage += [i] * len(piece)
            last = pose
    return ToolPath(np.concatenate(poses), np.array(index, np.intp), np.array(stage, np.intp))


def _between(a: Array, b: Array) -> Array:
    """Samples after `a` up to and with `b`, shape (n, 4, 4), n >= 1."""
    turn = Rotation.from_matrix(a[:3, :3].T @ b[:3, :3]).magnitude()
    steps = max(1, int(np.ceil(max(np.linalg.norm(b[:3, 3] - a[:3, 3]) / STEP, turn / TURN_STEP))))
    share = np.arange(1, steps + 1) / steps
    out = np.tile(np.eye(4), (steps, 1, 1))
    out[:, :3, :3] = b[:3, :3] if turn < 1e-9 else _slerp(a, b, share)
    out[:, :3, 3] = a[:3, 3] + share[:, None] * (b[:3, 3] - a[:3, 3])
    return out


def _slerp(a: Array, b: Array, share: Array) -> Array:
    turns = Rotation.from_matrix(np.stack([a[:3, :3], b[:3, :3]]))
    return np.asarray(Slerp([0.0, 1.0], turns)(share).as_matrix())


def solve_all(kinematics: Kinematics, poses: Array) -> Array:
    """Every solution of every pose: (m, 4, 4) to (m, k, dof), NaN where a pose has fewer than k."""
    many = getattr(kinematics, "inverse_all", None)
    if many is not None:
        return np.asarray(many(poses), float)
    answers = [kinematics.inverse(pose) for pose in poses]
    out = np.full((len(poses), max(1, *(len(a) for a in answers)), kinematics.dof), np.nan)
    for row, answer in zip(out, answers, strict=True):
        row[: len(answer)] = answer
    return out


def forward_all(kinematics: Kinematics, q: Array) -> Array:
    """Tool poses of many configurations: (n, dof) to (n, 4, 4)."""
    many = getattr(kinematics, "forward_all", None)
    return np.asarray(many(q) if many is not None else [kinematics.forward(row) for row in q], float)


def follow(kinematics: Kinematics, solutions: Array, starts: Array) -> tuple[Array, Index]:
    """Joint paths through solutions (m, k, dof) that begin at starts (s, dof) and never jump.

    Every start may have solutions of its own, (m, s, k, dof). Returns paths (m, s, dof) and for each start how many
    samples its path holds (m when it doesn't break off).
    """
    periodic = periodic_joints(kinematics)
    turn = np.where(periodic, 2 * np.pi, np.inf)
    paths = np.empty((len(solutions), *starts.shape))
    paths[0] = starts
    length = np.full(len(starts), len(solutions))
    rows = np.arange(len(starts))
    if solutions.ndim == 3:
        solutions = solutions[:, None]
    absent = np.isnan(solutions[..., 0])
    for i in range(1, len(solutions)):
        step = solutions[i] - paths[i - 1][:, None]
        step[..., periodic] -= turn[periodic] * np.round(step[..., periodic] / turn[periodic])
        size = np.abs(step).max(axis=-1)
        size[np.broadcast_to(absent[i], size.shape)] = np.inf
        best = size.argmin(axis=1)
        broken = size[rows, best] > _JUMP
        length[broken] = np.minimum(length[broken], i)
        paths[i] = paths[i - 1] + np.where(broken[:, None], 0.0, step[rows, best])
        if (length <= i).all():
            break
    return paths, length


def into_limits(kinematics: Kinematics, path: Array) -> Array | None:
    """The path shifted by whole turns so that it stays inside the limits; None when no shift does."""
    low, high = path.min(axis=0), path.max(axis=0)
    period = np.where(periodic_joints(kinematics), 2 * np.pi, np.inf)
    up = np.ceil(np.maximum(kinematics.lower - low, 0.0) / period)
    down = np.ceil(np.maximum(high - kinematics.upper, 0.0) / period)
    shift = np.where(np.isfinite(period), (up - down) * np.where(np.isfinite(period), period, 0.0), 0.0)
    inside = (low + shift >= kinematics.lower - 1e-9).all() and (high + shift <= kinematics.upper + 1e-9).all()
    return path + shift if inside else None


def nearest_turn(kinematics: Kinematics, q: Array, near: Array) -> Array:
    """The same configurations (n, dof), whole turns away, as near to `near` (dof,) as the limits allow."""
    turns = 2 * np.pi * np.round((near - q) / (2 * np.pi)) * periodic_joints(kinematics)
    moved = q + turns
    moved = np.where(moved > kinematics.upper, moved - 2 * np.pi, moved)
    return np.asarray(np.where(moved < kinematics.lower, moved + 2 * np.pi, moved))


def periodic_joints(kinematics: Kinematics) -> NDArray[np.bool_]:
    """Joints for which a whole turn more is the same pose, shape (dof,)."""
    periodic = getattr(kinematics, "periodic", None)
    return np.zeros(kinematics.dof, bool) if periodic is None else np.asarray(periodic, bool)


def turned(T: Array, flip: bool) -> Array:
    """Poses (..., 4, 4), turned by half a turn about the approach axis when `flip`: the same for a parallel gripper."""
    return np.asarray(T @ np.diag([-1.0, -1.0, 1.0, 1.0])) if flip else T

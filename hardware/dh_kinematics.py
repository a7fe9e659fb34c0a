"""Forward and inverse kinematics of a six-joint arm with a tool, in `world`, from its Denavit-Hartenberg parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from eaik.IK_DH import DhRobot
from numpy.typing import NDArray

from pg4da.hardware.frames import Array, inverse

BRANCHES = 8  # shoulder, elbow and wrist, two ways each
_SAME = 1e-6  # rad; solutions nearer than this are one
_EXACT = 1e-6  # largest entry of the residual of a solution


@dataclass(frozen=True)
class Dh:
    """Standard parameters, each of shape (6,): alpha [rad], a [m], d [m]. They must have a closed inverse: a spherical
    wrist, or three parallel axes as a UR has them.
    """

    alpha: Array
    a: Array
    d: Array


@dataclass(frozen=True)
class JointLimits:
    """Each of shape (6,): rad, rad, rad/s, rad/s²."""

    lower: Array
    upper: Array
    max_velocity: Array
    max_acceleration: Array


class DhKinematics:
    """`hardware.cell.Kinematics` of an arm with six joints; the tool is fixed to the flange.

    Raises ValueError for a pose that is not (4, 4) and finite.
    """

    def __init__(self, dh: Dh, T_world_base: Array, T_flange_tool: Array, limits: JointLimits) -> None:
        self.dh = dh
        self.T_world_base = np.array(T_world_base, float)
        self.T_flange_tool = np.array(T_flange_tool, float)
        self._limits = limits
        self._solver = DhRobot(dh.alpha, dh.a, dh.d)
        self._T_base_world = inverse(self.T_world_base)
        self._T_tool_flange = inverse(self.T_flange_tool)

    @property
    def dof(self) -> int:
        return len(self.dh.alpha)

    @property
    def lower(self) -> Array:
        return self._limits.lower

    @property
    def upper(self) -> Array:
        return self._limits.upper

    @property
    def max_velocity(self) -> Array:
        return self._limits.max_velocity

    @property
    def max_acceleration(self) -> Array:
        return self._limits.max_acceleration

    @property
    def periodic(self) -> NDArray[np.bool_]:
        """Joints that reach the same pose again after a whole turn inside the limits, shape (6,)."""
        return self.upper - self.lower > 2 * np.pi + _SAME

    def forward(self, q: Array) -> Array:
        """T_world_tool, shape (4, 4)."""
        return np.asarray(self.forward_all(np.asarray(q, float)[None])[0])

    def forward_all(self, q: Array) -> Array:
        """T_world_tool of many configurations: (n, 6) to (n, 4, 4)."""
        return np.asarray(self.link_frames(q)[:, -1] @ self.T_flange_tool)

    def link_frames(self, q: Array) -> Array:
        """T_world_link of the six DH frames, the flange last: (n, 6) to (n, 6, 4, 4)."""
        steps = self._steps(np.asarray(q, float))
        frames = np.empty_like(steps)
        T = np.broadcast_to(self.T_world_base, (len(steps), 4, 4))
        for i in range(self.dof):
            T = T @ steps[:, i]
            frames[:, i] = T
        return frames

    def inverse(self, T_world_tool: Array) -> Array:
        """Configurations that reach the pose, shape (n, 6), n = 0..8, each joint in (-π, π] where the limits allow.

        Whole turns more or less reach it too where `periodic` says so; they are not listed.
        """
        T = np.asarray(T_world_tool, float)
        if T.shape != (4, 4):
            raise ValueError(f"a tool pose is a finite (4, 4) array, not {T.shape}:\n{T}")
        q = self.inverse_all(T[None])[0]
        q = q[np.isfinite(q[:, 0])]
        same = np.abs(_principal(q[:, None] - q[None, :])).max(axis=-1) < _SAME
        return np.asarray(q[~np.tril(same, -1).any(axis=1)], float)

    def inverse_all(self, T_world_tool: Array) -> Array:
        """`inverse` of many poses: (n, 4, 4) to (n, 8, 6), NaN where there are fewer than eight solutions."""
        if not np.isfinite(T_world_tool).all():
            raise ValueError(f"a tool pose is a finite (4, 4) array, not\n{T_world_tool}")
        q = np.full((len(T_world_tool), BRANCHES, self.dof), np.nan)
        for i, T in enumerate(self._T_base_world @ T_world_tool @ self._T_tool_flange):
            solution = self._solver.IK(T)
            exact = [row for row, flag in zip(solution.Q, solution.is_LS, strict=True) if not flag][:BRANCHES]
            if exact:
                q[i, : len(exact)] = exact
        # The solver's flag is not set at every singularity, so each solution is checked.
        reached = self.forward_all(q.reshape(-1, self.dof)).reshape(*q.shape[:2], 4, 4)
        miss = np.abs(reached - T_world_tool[:, None]).max(axis=(2, 3))
        q[~(miss < _EXACT)] = np.nan
        return self._inside(_principal(q))

    def _inside(self, q: Array) -> Array:
        """Turned by a whole turn where only that lies inside the limits; NaN where nothing does: (n, 8, 6)."""
        q = q + 2 * np.pi * (q < self.lower - _SAME)
        q = q - 2 * np.pi * (q > self.upper + _SAME)
        q[((q < self.lower - _SAME) | (q > self.upper + _SAME)).any(axis=-1)] = np.nan
        return np.asarray(q)

    def _steps(self, q: Array) -> Array:
        """Transforms between consecutive DH frames: (n, 6) to (n, 6, 4, 4)."""
        c, s = np.cos(q), np.sin(q)
        ca, sa, a = np.cos(self.dh.alpha), np.sin(self.dh.alpha), self.dh.a
        T = np.zeros((*q.shape, 4, 4))
        T[..., 0, 0], T[..., 0, 1], T[..., 0, 2], T[..., 0, 3] = c, -s * ca, s * sa, a * c
        T[..., 1, 0], T[..., 1, 1], T[..., 1, 2], T[..., 1, 3] = s, c * ca, -c * sa, a * s
        T[..., 2, 1], T[..., 2, 2], T[..., 2, 3] = sa, ca, self.dh.d
        T[..., 3, 3] = 1.0
        return T


def _principal(angles: Array) -> Array:
    """The same angles in (-π, π]."""
    return np.asarray(np.pi - np.mod(np.pi - angles, 2 * np.pi))

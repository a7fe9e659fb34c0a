"""Set points at a fixed rate, of the physics or of a controller: made once when a command starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory


@dataclass(frozen=True)
class Setpoints:
    """positions and velocities, shape (n, dof), one row a step; the last row is at rest."""

    positions: Array
    velocities: Array

    def __len__(self) -> int:
        return len(self.positions)

    def at(self, row: float) -> tuple[Array, Array]:
        """Position and velocity, each (dof,), at a row or between two."""
        if isinstance(row, int):
            return self.positions[row], self.velocities[row]
        row = max(row, 0.0)
        i, share = int(row), row - int(row)
        j = min(i + 1, len(self) - 1)
        q, dq = self.positions, self.velocities
        return (1 - share) * q[i] + share * q[j], (1 - share) * dq[i] + share * dq[j]


def from_trajectory(trajectory: Trajectory, timestep: float) -> Setpoints:
    """Sample a trajectory every timestep [s], its end included."""
    n = max(1, int(np.ceil(trajectory.duration / timestep - 1e-9)))
    t = np.arange(1, n + 1) * timestep
    columns = [np.interp(t, trajectory.times, column) for column in trajectory.positions.T]
    positions = np.stack(columns, axis=1)
    before = np.vstack([trajectory.positions[:1], positions[:-1]])
    velocities = (positions - before) / timestep
    velocities[-1] = 0.0
    return Setpoints(positions, velocities)


def braking(q: Array, dq: Array, max_acceleration: Array, timestep: float) -> Setpoints:
    """Come to rest from q and dq, each shape (dof,), all joints together and none above its deceleration limit."""
    duration = float(np.max(np.abs(dq) / max_acceleration))
    n = max(1, int(np.ceil(duration / timestep)))
    t = np.arange(1, n + 1)[:, None] * timestep
    left = np.clip(1.0 - t / (n * timestep), 0.0, 1.0)
    positions = q + dq * n * timestep * (1.0 - left**2) / 2
    return Setpoints(positions, dq * left)


def check(trajectory: Trajectory, lower: Array, upper: Array, max_velocity: Array, max_acceleration: Array) -> None:
    """Raise ValueError where a trajectory leaves the limits, each shape (dof,); it starts and ends at rest.

    Speeds may exceed by 1 %, accelerations by a quarter (they are second differences of rounded samples).
    """
    q, times = trajectory.positions, trajectory.times
    if q.ndim != 2 or q.shape[1] != len(lower):
        raise ValueError(f"configurations have shape {q.shape[1:]}, the arm has {len(lower)} joints")
    if not np.isfinite(q).all():
        raise ValueError("a configuration is not finite")
    outside = np.argwhere((q < lower - 1e-6) | (q > upper + 1e-6))
    if len(outside):
        i, j = outside[0]
        raise ValueError(
            f"joint {j} at {q[i, j]:.3f} leaves its limits {lower[j]:.3f}..{upper[j]:.3f} at {times[i]:.3f} s"
        )
    if len(times) == 1:
        return
    dt = np.diff(times)[:, None]
    speed = np.diff(q, axis=0) / dt
    _refuse(speed, 1.01 * max_velocity, times, "speed")
    at_rest = np.zeros((1, q.shape[1]))
    change = np.diff(np.vstack([at_rest, speed, at_rest]), axis=0)
    span = np.vstack([dt[:1] / 2, (dt[1:] + dt[:-1]) / 2, dt[-1:] / 2])
    _refuse(change / span, 1.25 * max_acceleration, times, "acceleration")


def _refuse(value: Array, limit: Array, times: Array, what: str) -> None:
    over = np.argwhere(np.abs(value) > limit + 1e-6)
    if len(over):
        i, j = over[0]
        raise ValueError(f"{what} {value[i, j]:.2f} of joint {j} exceeds its limit at {times[i]:.3f} s")

"""Time-parametrised motion within speed and acceleration limits (TOPP-RA, Pham and Pham 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

import numpy as np
from toppra import SplineInterpolator
from toppra.algorithm import TOPPRA
from toppra.constraint import JointAccelerationConstraint, JointVelocityConstraint

from pg4da.hardware.frames import Array

PERIOD = 0.008  # s; the UR5e's controller takes a set point every 8 ms at 125 Hz
_NEXT_TO_NOTHING = 2e-3  # rad or m
_SHARE = 0.95  # of each limit; the rest is for what lies between grid points


class _Profile(Protocol):
    @property
    def duration(self) -> float: ...
    def __call__(self, times: Array) -> Array: ...


@dataclass(frozen=True)
class Limits:
    """Largest speed and acceleration of each coordinate, shape (dof,)."""

    velocity: Array
    acceleration: Array


class TooTight(Exception):
    """No speed profile keeps the limits along this path."""


def parametrise(points: Array, limits: Limits, period: float = PERIOD) -> tuple[Array, Array]:
    """Times (n,) and configurations (n, dof) along a smooth curve through `points` (m, dof), at rest at both ends.

    Points closer together make the curve follow them more closely. The answer is checked, and slowed down where the
    differences between samples pass the limits. Raises TooTight.
    """
    points = _distinct(points, limits)
    if len(points) == 1:
        return np.array([0.0, period]), np.repeat(points, 2, axis=0)
    profile = _hop(points, limits) if len(points) == 2 and _short(points) else _profile(points, limits)
    duration = profile.duration
    for _ in range(8):
        steps = int(np.ceil(duration / period - 1e-9))
        times: Array = period * np.arange(steps + 1, dtype=np.float64)
        positions = profile(np.linspace(0.0, profile.duration, steps + 1))
        excess = excess_ratio(positions, limits, period)
        if excess <= 1.0:
            return times, positions
        duration = times[-1] * excess * 1.01
    raise TooTight("the sampled motion passes a limit however slow it is")


def excess_ratio(positions: Array, limits: Limits, period: float) -> float:
    """How many times slower samples (n, dof) must run to keep the limits; at most 1 when they do already.

    The first and the last sample are taken to be at rest.
    """
    rest = np.concatenate([positions[:1], positions, positions[-1:]])
    velocity = np.diff(rest, axis=0) / period
    acceleration = np.diff(velocity, axis=0) / period
    fast = np.max(np.abs(velocity) / limits.velocity)
    sharp = np.max(np.abs(acceleration) / limits.acceleration)
    return float(max(fast, np.sqrt(sharp)))


@dataclass(frozen=True)
class _Hop:
    """From one point to another near by, smoothly; TOPP-RA has no answer for motions next to nothing."""

    start: Array
    end: Array
    duration: float

    def __call__(self, times: Array) -> Array:
        share = np.asarray(times)[:, None] / self.duration
        return np.asarray(self.start + (3 * share**2 - 2 * share**3) * (self.end - self.start))


def _short(points: Array) -> bool:
    return bool(np.max(np.abs(points[1] - points[0])) < _NEXT_TO_NOTHING)


def _hop(points: Array, limits: Limits) -> _Hop:
    """Its acceleration is 6 d / T² at both ends."""
    distance = np.abs(points[1] - points[0])
    needed = np.sqrt(6.0 * np.max(distance / (_SHARE * limits.acceleration)))
    return _Hop(points[0], points[1], max(float(needed), 4 * PERIOD))


def _distinct(points: Array, limits: Limits) -> Array:
    moved = np.max(np.abs(np.diff(points, axis=0)) / limits.velocity, axis=1) > 1e-7
    return np.asarray(points[np.concatenate([[True], moved])])


def _profile(points: Array, limits: Limits) -> _Profile:
    """The fastest profile. The path coordinate is the time that each piece takes at full speed."""
    pieces = np.max(np.abs(np.diff(points, axis=0)) / limits.velocity, axis=1)
    knots = np.concatenate([[0.0], np.cumsum(pieces)])
    path = SplineInterpolator(knots / knots[-1], points)
    constraints = _constraints(tuple(_SHARE * limits.velocity), tuple(_SHARE * limits.acceleration))
    grid = np.linspace(0.0, 1.0, int(np.clip(2 * len(points), 40, 100)))
    solver = TOPPRA(constraints, path, gridpoints=grid, solver_wrapper="seidel", parametrizer="ParametrizeConstAccel")
    trajectory = solver.compute_trajectory(0.0, 0.0)
    if trajectory is None:
        raise TooTight("no speed profile keeps the limits")
    return cast(_Profile, trajectory)


@lru_cache(maxsize=32)
def _constraints(velocity: tuple[float, ...], acceleration: tuple[float, ...]) -> list[object]:
    """Kept, because making them takes a fifth of a parametrisation (they print their limits into a string)."""
    v, a = np.array(velocity), np.array(acceleration)
    return [
        JointVelocityConstraint(np.stack([-v, v], axis=1)),
        JointAccelerationConstraint(np.stack([-a, a], axis=1)),
    ]

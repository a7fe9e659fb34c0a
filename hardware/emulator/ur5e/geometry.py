"""Poses as a UR controller writes them, and the arm's geometry in its base frame; in plain floats, 500 times a second.

A pose is [x, y, z, rx, ry, rz]: metres and a rotation vector. A chain knows each joint's axis and where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.ur5e.parameters import DH_A, DH_ALPHA, DH_D

_LINKS = [
    (float(d), float(a), math.cos(alpha), math.sin(alpha)) for d, a, alpha in zip(DH_D, DH_A, DH_ALPHA, strict=True)
]
_STILL = 1e-12


@dataclass(frozen=True, slots=True)
class Chain:
    """T_base_flange (4, 4); axes and origins (6, 3) of the joints, all in the base frame."""

    flange: Array
    axes: Array
    origins: Array

    def jacobian(self, point: Array) -> Array:
        """Velocity of a point of the flange and its turning, from joint velocities: (6, 6)."""
        return np.vstack([np.cross(self.axes, point - self.origins).T, self.axes.T])


def chain(q: Sequence[float] | Array) -> Chain:
    """The arm at configuration q, shape (6,), rad."""
    x = y = z = 0.0
    a00, a01, a02, a10, a11, a12, a20, a21, a22 = 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0
    axes, origins = [], []
    for angle, (d, a, ca, sa) in zip(q, _LINKS, strict=True):
        axes.append((a02, a12, a22))
        origins.append((x, y, z))
        c, s = math.cos(angle), math.sin(angle)
        u, v = a * c, a * s
        x, y, z = x + a00 * u + a01 * v + a02 * d, y + a10 * u + a11 * v + a12 * d, z + a20 * u + a21 * v + a22 * d
        m, n, o, p = -s * ca, c * ca, s * sa, -c * sa
        a00, a01, a02 = a00 * c + a01 * s, a00 * m + a01 * n + a02 * sa, a00 * o + a01 * p + a02 * ca
        a10, a11, a12 = a10 * c + a11 * s, a10 * m + a11 * n + a12 * sa, a10 * o + a11 * p + a12 * ca
        a20, a21, a22 = a20 * c + a21 * s, a20 * m + a21 * n + a22 * sa, a20 * o + a21 * p + a22 * ca
    flange = np.array([(a00, a01, a02, x), (a10, a11, a12, y), (a20, a21, a22, z), (0.0, 0.0, 0.0, 1.0)])
    return Chain(flange, np.array(axes), np.array(origins))


def matrix(pose: Sequence[float]) -> Array:
    """T (4, 4) of a pose."""
    x, y, z, rx, ry, rz = pose
    T = np.eye(4)
    T[:3, 3] = x, y, z
    angle = math.sqrt(rx * rx + ry * ry + rz * rz)
    if angle > _STILL:
        T[:3, :3] = turn(np.array([rx, ry, rz]) / angle, angle)
    return T


def turn(axis: Array, angle: float) -> Array:
    """Rotation (3, 3) about a unit axis."""
    x, y, z = axis
    K = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + math.sin(angle) * K + (1.0 - math.cos(angle)) * K @ K)


def rotation_vector(R: Array) -> Array:
    """Axis times angle of a rotation (3, 3), angle within 0..π; shape (3,)."""
    skew = np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    sine, cosine = math.sqrt(float(skew @ skew)) / 2, (float(R[0, 0] + R[1, 1] + R[2, 2]) - 1) / 2
    angle = math.atan2(sine, cosine)
    if sine > 1e-6:
        return np.asarray(skew * (angle / (2 * sine)))
    if cosine > 0:
        return np.asarray(skew / 2)
    square = (R + np.eye(3)) / 2  # half a turn: the axis from its outer product
    column = square[:, int(np.argmax(np.diag(square)))]
    return np.asarray(math.pi * column / np.linalg.norm(column))


def pose_of(T: Array) -> list[float]:
    """The pose of T (4, 4)."""
    return [*T[:3, 3].tolist(), *rotation_vector(T[:3, :3]).tolist()]


def between(T_from: Array, T_to: Array) -> Array:
    """Way and turn from one pose to another, both in the base frame: shape (6,)."""
    return np.concatenate([T_to[:3, 3] - T_from[:3, 3], rotation_vector(T_to[:3, :3] @ T_from[:3, :3].T)])


def follow(q: Array, T_base_tcp: Array, T_flange_tcp: Array, rounds: int = 8) -> Array | None:
    """The configuration near q that reaches a pose near its own, by damped Newton steps; None when it is not found."""
    for _ in range(rounds):
        links = chain(q)
        T = links.flange @ T_flange_tcp
        miss = between(T, T_base_tcp)
        if np.abs(miss).max() < 1e-7:
            return q
        q = q + damped(links.jacobian(T[:3, 3]), miss)
    return None


def damped(jacobian: Array, twist: Array, damping: float = 1e-4) -> Array:
    """Joint motion for a tool motion, bounded near singularities: shape (6,)."""
    square = jacobian @ jacobian.T + damping**2 * np.eye(6)
    return np.asarray(jacobian.T @ np.linalg.solve(square, twist))

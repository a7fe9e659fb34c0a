"""Inverse kinematics as the controller does it: the solution nearest to a configuration."""

from __future__ import annotations

from functools import cache

import numpy as np

from pg4da.hardware.frames import Array, inverse
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import LOWER, UPPER


@cache
def _solver() -> UR5eKinematics:
    return UR5eKinematics(np.eye(4), np.eye(4))


def nearest(T_base_tcp: Array, T_flange_tcp: Array, q: Array) -> Array | None:
    """The configuration nearest to q that reaches a pose, whole turns included; None out of reach."""
    solutions = _solver().inverse(T_base_tcp @ inverse(T_flange_tcp))
    if len(solutions) == 0:
        return None
    turned = solutions + 2 * np.pi * np.round((q - solutions) / (2 * np.pi))
    turned = np.where((turned < LOWER) | (turned > UPPER), solutions, turned)
    return np.asarray(turned[np.abs(turned - q).sum(axis=1).argmin()])


def within_range(q: Array) -> bool:
    """Whether every joint is inside the maker's range."""
    return bool((q >= LOWER).all() and (q <= UPPER).all())

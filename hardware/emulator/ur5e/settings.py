"""Tool and payload that programs set, and what the controller says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.emulator.ur5e.geometry import matrix
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import Value, number, six
from pg4da.hardware.frames import Array

HEAVIEST = 7.5  # kg that the controller accepts for a UR5e


@dataclass(frozen=True)
class Identity:
    """model as the dashboard gives it ("UR5" for a UR5e); version of PolyScope: major, minor, bugfix, build."""

    model: str = "UR5"
    version: tuple[int, int, int, int] = (5, 12, 2, 1101534)
    serial: str = "20225500001"


class Settings:
    """tcp: T_flange_tcp (4, 4). mass [kg]; centre [m] in the flange frame."""

    def __init__(self) -> None:
        self.tcp: Array = np.eye(4)
        self.mass = 0.0
        self.centre: list[float] = [0.0, 0.0, 0.0]
        self.inertia: list[float] = [0.0] * 6

    def set_tcp(self, pose: Value, *_: Value) -> None:
        """Raises ScriptError for what is no pose."""
        self.tcp = matrix(six(pose, "the tcp"))

    def set_payload(self, m: Value, cog: Sequence[float] | None = None, inertia: Sequence[float] | None = None) -> None:
        """Raises ScriptError for a load that the arm does not carry."""
        mass = number(m, "the payload")
        if not 0.0 <= mass <= HEAVIEST:
            raise ScriptError(f"a payload of {mass:g} kg; 0 to {HEAVIEST:g} kg")
        self.mass = mass
        if cog is not None:
            self.centre = [number(value, "the centre of mass") for value in cog][:3]
        if inertia is not None:
            self.inertia = [number(value, "the inertia") for value in inertia][:6]

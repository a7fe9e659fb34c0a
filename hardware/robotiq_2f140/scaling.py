"""Metres, metres a second and newtons as the gripper's counts, and back."""

from __future__ import annotations

from dataclasses import dataclass

from pg4da.hardware.robotiq_2f140.parameters import MAX_FORCE, MAX_SPEED, MAX_WIDTH, MIN_FORCE, MIN_SPEED

FULL = 255


@dataclass(frozen=True)
class Ends:
    """Counts that one unit reports at its two hard stops, nothing in between."""

    opened: int = 3
    closed: int = 229

    def width(self, position: int) -> float:
        """Width [m] between the pads at a reported position, within the stroke."""
        share = (self.closed - position) / (self.closed - self.opened)
        return MAX_WIDTH * min(max(share, 0.0), 1.0)

    def position(self, width: float) -> int:
        """The request for a width [m]. Both ends ask for more than there is, so that the drive presses on its stop."""
        if width <= 0.0:
            return FULL
        if width >= MAX_WIDTH:
            return 0
        return round(self.closed - width / MAX_WIDTH * (self.closed - self.opened))


def speed_count(speed: float) -> int:
    """rSP for a speed of the width [m/s], clamped to what the gripper can do."""
    return _count(speed, MIN_SPEED, MAX_SPEED)


def force_count(force: float) -> int:
    """rFR for a force of a pad [N], clamped likewise."""
    return _count(force, MIN_FORCE, MAX_FORCE)


def speed_of(count: int) -> float:
    """Speed [m/s] of rSP."""
    return MIN_SPEED + (MAX_SPEED - MIN_SPEED) * count / FULL


def force_of(count: int) -> float:
    """Force [N] of rFR."""
    return MIN_FORCE + (MAX_FORCE - MIN_FORCE) * count / FULL


def _count(value: float, least: float, most: float) -> int:
    return round(FULL * (min(max(value, least), most) - least) / (most - least))

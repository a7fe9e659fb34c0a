"""Where the two ends of one gripper lie: its fingers close and open fully, several times, and are read."""

from __future__ import annotations

from dataclasses import dataclass

from pg4da.hardware.cell import Progress
from pg4da.hardware.robotiq_2f140.config import LEAST_STROKE, Robotiq2F140Config
from pg4da.hardware.robotiq_2f140.driver import Robotiq2F140
from pg4da.hardware.robotiq_2f140.parameters import MAX_WIDTH, MIN_FORCE
from pg4da.hardware.robotiq_2f140.scaling import Ends

SPEED = 0.05  # m/s
SPREAD = 2  # counts between rounds that are still the same end
PATIENCE = 10.0  # s for one way
NEARLY_CLOSED = 0.85  # share of 255 counts that every unit passes when nothing is in between


class CalibrationError(Exception):
    """The ends can't be told; the message says why and what to do."""


@dataclass(frozen=True)
class EndsFound:
    """ends: the medians. opened, closed: counts of every round."""

    ends: Ends
    opened: tuple[int, ...]
    closed: tuple[int, ...]


def calibrate_gripper(gripper: Robotiq2F140, rounds: int = 3) -> EndsFound:
    """Close and open `rounds` times with little force. Blocks for some 6 s a round; the fingers end open.

    Raises CalibrationError when something is in between, a round differs from another, or the gripper gives up;
    ValueError for no rounds.
    """
    if rounds < 1:
        raise ValueError(f"{rounds} rounds")
    closed, opened = [], []
    for _ in range(rounds):
        closed.append(_go(gripper, 0.0))
        opened.append(_go(gripper, MAX_WIDTH))
    found = EndsFound(Ends(_middle(opened), _middle(closed)), tuple(opened), tuple(closed))
    _check(found)
    return found


def with_ends(config: Robotiq2F140Config, ends: Ends) -> Robotiq2F140Config:
    """The settings with these ends, checked anew."""
    fields = config.model_dump() | {"position_open": ends.opened, "position_closed": ends.closed}
    return Robotiq2F140Config.model_validate(fields)


def _go(gripper: Robotiq2F140, width: float) -> int:
    handle = gripper.move(width, SPEED, MIN_FORCE)
    handle.ended.wait(PATIENCE)
    if handle.progress is not Progress.DONE:
        handle.cancel()
        raise CalibrationError(handle.message or f"the fingers were not at their end after {PATIENCE:g} s")
    return gripper.status.gPO


def _check(found: EndsFound) -> None:
    low, high = found.ends.opened, found.ends.closed
    if min(found.closed) < NEARLY_CLOSED * 255 or high - low < LEAST_STROKE:
        raise CalibrationError(
            f"the fingers stopped between {low} and {high} counts: take out what is between them, and free their way"
        )
    for name, counts in (("closed", found.closed), ("open", found.opened)):
        if max(counts) - min(counts) > SPREAD:
            raise CalibrationError(f"the rounds differ, {name} at {counts} counts: look at the fingertips' screws")


def _middle(counts: list[int]) -> int:
    return sorted(counts)[len(counts) // 2]

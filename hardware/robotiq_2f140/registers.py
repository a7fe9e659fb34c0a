"""The 2F-140's registers as numbers and back; nothing here talks to anything.

Three words each way (Robotiq, 2F-85 & 2F-140 Instruction Manual, section "Control"): the command at 0x03E8, the
status at 0x07D0. Names of the fields are the maker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

COMMAND, STATUS, WORDS = 0x03E8, 0x07D0, 3
CURRENT_STEP = 0.010  # A a count


class Activation(IntEnum):
    """gSTA."""

    RESET = 0
    UNDER_WAY = 1
    UNUSED = 2
    DONE = 3


class Contact(IntEnum):
    """gOBJ; means nothing while gGTO is 0."""

    MOVING = 0
    WHILE_OPENING = 1
    WHILE_CLOSING = 2
    AT_REQUEST = 3  # nothing met, or lost since


@dataclass(frozen=True)
class Command:
    """What the gripper is told. Position, speed and force are counts 0..255; position 255 is closed."""

    rACT: bool = False
    rGTO: bool = False
    rATR: bool = False  # let go slowly, whatever happens
    rARD: bool = False  # and open to do so
    rPR: int = 0
    rSP: int = 0
    rFR: int = 0


@dataclass(frozen=True)
class Status:
    """What the gripper reports. gPR echoes rPR; gPO is where the fingers are; gCU is the current in 10 mA."""

    gACT: bool = False
    gGTO: bool = False
    gSTA: Activation = Activation.RESET
    gOBJ: Contact = Contact.MOVING
    gFLT: int = 0
    kFLT: int = 0
    gPR: int = 0
    gPO: int = 0
    gCU: int = 0

    @property
    def active(self) -> bool:
        return self.gACT and self.gSTA is Activation.DONE


def encode_command(command: Command) -> list[int]:
    """Three words for 0x03E8. Raises ValueError for counts outside 0..255."""
    flags = command.rACT | command.rGTO << 3 | command.rATR << 4 | command.rARD << 5
    return _words(flags, 0, 0, _count(command.rPR), _count(command.rSP), _count(command.rFR))


def decode_command(words: Sequence[int]) -> Command:
    """The command that three words spell."""
    flags, _, _, position, speed, force = _octets(words)
    act, go, release, opening = (bool(flags & 1 << i) for i in (0, 3, 4, 5))
    return Command(act, go, release, opening, position, speed, force)


def encode_status(status: Status) -> list[int]:
    """Three words for 0x07D0. Raises ValueError for fields that do not fit."""
    flags = status.gACT | status.gGTO << 3 | status.gSTA << 4 | status.gOBJ << 6
    faults = _count(status.gFLT, 15) | _count(status.kFLT, 15) << 4
    return _words(flags, 0, faults, _count(status.gPR), _count(status.gPO), _count(status.gCU))


def decode_status(words: Sequence[int]) -> Status:
    """The status that three words spell."""
    flags, _, faults, echo, position, current = _octets(words)
    return Status(
        gACT=bool(flags & 1),
        gGTO=bool(flags & 8),
        gSTA=Activation(flags >> 4 & 3),
        gOBJ=Contact(flags >> 6),
        gFLT=faults & 15,
        kFLT=faults >> 4,
        gPR=echo,
        gPO=position,
        gCU=current,
    )


def _count(value: int, most: int = 255) -> int:
    if not 0 <= value <= most:
        raise ValueError(f"{value} is outside 0..{most}")
    return value


def _words(*octets: int) -> list[int]:
    return [high << 8 | low for high, low in zip(octets[::2], octets[1::2], strict=True)]


def _octets(words: Sequence[int]) -> list[int]:
    if len(words) != WORDS or any(not 0 <= word <= 0xFFFF for word in words):
        raise ValueError(f"{list(words)} are not {WORDS} words of 16 bits")
    return [octet for word in words for octet in (word >> 8, word & 0xFF)]

"""gFLT by name, each with what a person does about it (the manual's section "Status", gFLT)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GripperFault:
    """code: gFLT. needs_reset: only a rising edge of rACT, hence a new activation, clears it."""

    code: int
    name: str
    remedy: str
    needs_reset: bool = False

    @property
    def message(self) -> str:
        return f"gripper fault 0x{self.code:X}, {self.name}: {self.remedy}"


_RESET = "then activate the gripper again"
FAULTS: dict[int, GripperFault] = {
    fault.code: fault
    for fault in (
        GripperFault(0x5, "action delayed", "wait until its activation has ended"),
        GripperFault(0x7, "not activated", "activate it; its fingers open and close fully", True),
        GripperFault(0x8, "too hot", "let it cool down below 80 °C"),
        GripperFault(0x9, "no communication for a second", "look after the cable and the link's settings"),
        GripperFault(0xA, "supply below 21.6 V", f"look after its 24 V supply, {_RESET}", True),
        GripperFault(0xB, "automatic release under way", f"wait until it has ended, {_RESET}", True),
        GripperFault(0xC, "internal fault", f"switch it off and on, {_RESET}", True),
        GripperFault(0xD, "activation failed", f"see that nothing is in the fingers' way, {_RESET}", True),
        GripperFault(0xE, "current too high", f"take out what is jammed, {_RESET}", True),
        GripperFault(0xF, "automatic release done", f"see why it was asked for, {_RESET}", True),
    )
}


def fault(code: int) -> GripperFault | None:
    """The fault that gFLT tells, None for 0; codes that the maker does not list are told by number."""
    if code == 0:
        return None
    return FAULTS.get(code) or GripperFault(code, "unknown", "see the manual of its firmware", True)

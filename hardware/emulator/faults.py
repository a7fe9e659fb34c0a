"""What can be made to go wrong in the emulated cell, by name: `FAULT[=VALUE]@DEVICE[:AFTER_S]`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

ARMS = ("left", "right")


@dataclass(frozen=True)
class Kind:
    """unit: of the value, empty when the fault has none; default: the value that is taken when none is given."""

    says: str
    unit: str = ""
    default: str = ""


# Of a UR controller; the grippers' and the camera's are told by their servers.
ARM_FAULTS: Mapping[str, Kind] = {
    "protective_stop": Kind("a protective stop, to be unlocked from the dashboard after 5 s"),
    "emergency_stop": Kind("the emergency stop button; clearing it releases the button, the power stays off"),
    "drop": Kind("all connections are cut and none are taken until it is cleared"),
    "stall": Kind("the controller does not answer for a while; its connections stay", "s", "3"),
    "lag": Kind("all that the controller says comes late", "s", "0.05"),
    "noise": Kind("noise on the measured joints, standard deviation", "rad", "0.001"),
    "local_mode": Kind("the controller is not in remote control"),
    "wrong_model": Kind("another robot model", "name", "UR10"),
    "firmware": Kind("another version of PolyScope", "version", "5.23.0"),
}
_FORM = re.compile(r"(?P<name>[a-z_-]+)(=(?P<value>[^@:]+))?@(?P<device>[a-z_]+)(:(?P<after>[^:]+))?")


@dataclass(frozen=True)
class Fault:
    """value: as text, the kind's default when none was given; after [s]: how long after the start it comes."""

    name: str
    device: str
    value: str = ""
    after: float = 0.0

    @property
    def number(self) -> float:
        """The value as a number. Raises ValueError."""
        return _number(self.value, f"{self.name}={self.value}")

    @property
    def version(self) -> tuple[int, int, int, int]:
        """The value as a version. Raises ValueError."""
        parts = self.value.split(".")
        if not 2 <= len(parts) <= 4 or not all(part.isdigit() for part in parts):
            raise ValueError(f"{self.name}={self.value}: a version is MAJOR.MINOR.BUGFIX")
        major, minor, bugfix, build = (*map(int, parts), 0, 0)[:4]
        return major, minor, bugfix, build


def read_fault(text: str, kinds: Mapping[str, Mapping[str, Kind]]) -> Fault:
    """The fault that a text names; kinds: what each device can have. Raises ValueError with the valid choices."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no fault; the form is FAULT[=VALUE]@DEVICE[:AFTER_S]")
    name, device = found["name"], found["device"]
    after = _number(found["after"], f"'{text}': the seconds") if found["after"] else 0.0
    return make_fault(name, device, found["value"], after, kinds)


def make_fault(
    name: str, device: str, value: str | None, after: float, kinds: Mapping[str, Mapping[str, Kind]]
) -> Fault:
    """Checked, the value filled in. Raises ValueError with the valid choices."""
    if device not in kinds:
        raise ValueError(f"there is no '{device}' to make a fault in; valid: {', '.join(sorted(kinds))}")
    name = next((known for known in kinds[device] if known.replace("-", "_") == name.replace("-", "_")), name)
    kind = kinds[device].get(name)
    if kind is None:
        raise ValueError(f"{device} has no fault '{name}'; valid: {', '.join(sorted(kinds[device]))}")
    if value and not kind.unit:
        raise ValueError(f"{name} takes no value, but '{value}' was given")
    fault = Fault(name, device, value or kind.default, after)
    if kind.unit in ("s", "rad", "m") and fault.number < 0:
        raise ValueError(f"{name}={value}: must not be negative")
    if kind.unit == "version":
        _ = fault.version
    return fault


def _number(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{what}: '{text}' is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{what}: must be finite")
    return value

"""The packages that step many worlds at once, and their devices. They are imported here alone, when they are needed."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pg4da.hardware.cameras.installed import need
from pg4da.hardware.errors import DeviceError

NAME = "mujoco-warp"


def load() -> tuple[ModuleType, ModuleType]:
    """The modules warp and mujoco_warp, told to be quiet. Raises DeviceError where they are not installed."""
    warp = need("warp", NAME, "warp")
    warp.config.log_level = warp.LOG_WARNING  # else a line on standard output for each of 60 kernels
    return warp, need("mujoco_warp", NAME, "warp")


def find_device(warp: ModuleType, name: str) -> Any:
    """Warp's device of a name, "cpu" or "cuda:0", say. Raises DeviceError where there is none: no other takes over."""
    try:
        return warp.get_device(name)
    except (ValueError, RuntimeError):
        there = ", ".join(str(device) for device in warp.get_devices())
        raise DeviceError(NAME, f"there is no device {name!r} on this machine", f"there are: {there}") from None


def check_device(name: str) -> None:
    """Raises DeviceError where the packages or the device are missing."""
    find_device(load()[0], name)

"""Packages of camera makers, which not every machine has."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from importlib import import_module
from types import ModuleType

from pg4da.hardware.errors import DeviceError


def need(module: str, device: str, extra: str, how: str = "") -> ModuleType:
    """The module. Raises DeviceError that says how to install it."""
    try:
        with redirect_stdout(sys.stderr):  # some greet when they are imported; our output may be read by a program
            return import_module(module)
    except ImportError as error:
        remedy = how or f"pip install 'pg4da[{extra}]'"
        raise DeviceError(device, f"the package {module} can't be loaded ({error})", remedy) from error

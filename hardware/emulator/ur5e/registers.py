"""The general purpose registers and inputs through which RTDE clients and scripts talk."""

from __future__ import annotations

from pg4da.hardware.emulator.ur5e.rtde_types import Field
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError

COUNT = 48  # integer registers, and as many of floating point, each way


class Registers:
    """`inputs` are written by RTDE clients, by the names RTDE gives them; outputs are written by scripts."""

    def __init__(self) -> None:
        self.inputs: dict[str, Field] = {}
        self.integers = [0] * COUNT
        self.floats = [0.0] * COUNT

    def read_integer(self, index: int) -> int:
        """Input register; 0 before anyone wrote it. Raises ScriptError."""
        value = self.inputs.get(f"input_int_register_{checked(index)}", 0)
        return int(value) if isinstance(value, int | float) else 0

    def read_float(self, index: int) -> float:
        """Input register; 0 before anyone wrote it. Raises ScriptError."""
        value = self.inputs.get(f"input_double_register_{checked(index)}", 0.0)
        return float(value) if isinstance(value, int | float) else 0.0

    def write_integer(self, index: int, value: float) -> None:
        """Output register, 32 bits. Raises ScriptError."""
        self.integers[checked(index)] = (int(value) + (1 << 31)) % (1 << 32) - (1 << 31)

    def write_float(self, index: int, value: float) -> None:
        """Output register. Raises ScriptError."""
        self.floats[checked(index)] = float(value)


def checked(index: int) -> int:
    """Raises ScriptError for a register that is not there."""
    if not isinstance(index, int) or not 0 <= index < COUNT:
        raise ScriptError(f"there is no register {index!r}: 0 to {COUNT - 1}")
    return index

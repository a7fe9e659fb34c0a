"""What RTDE clients set beside the registers: the speed slider and the digital outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pg4da.hardware.emulator.ur5e.drive import Drive
from pg4da.hardware.emulator.ur5e.registers import Registers

# Name of the value and of its mask, and where its bits lie in actual_digital_output_bits.
_OUTPUTS: Mapping[str, int] = {
    "standard_digital_output": 0,
    "configurable_digital_output": 8,
    "tool_digital_output": 16,
}


class Panel:
    """`bits` is actual_digital_output_bits."""

    def __init__(self, registers: Registers, drive: Drive) -> None:
        self._registers = registers
        self._drive = drive
        self.bits = 0

    def apply(self, names: Sequence[str]) -> None:
        """After a client wrote these inputs."""
        if "speed_slider_mask" in names and self._value("speed_slider_mask"):
            self._drive.scaling = min(max(self._value("speed_slider_fraction"), 0.0), 1.0)
        for name, shift in _OUTPUTS.items():
            if f"{name}_mask" in names:
                mask = int(self._value(f"{name}_mask")) << shift
                self.bits = self.bits & ~mask | int(self._value(name)) << shift & mask

    def _value(self, name: str) -> float:
        value = self._registers.inputs.get(name, 0.0)
        return 0.0 if isinstance(value, list) else float(value)

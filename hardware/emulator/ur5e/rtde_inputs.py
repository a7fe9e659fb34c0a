"""Variables that an RTDE client may write: their types, and who holds them."""

from __future__ import annotations

from collections.abc import Sequence

from pg4da.hardware.emulator.ur5e.registers import COUNT

_PLAIN = {
    "speed_slider_mask": "UINT32",
    "speed_slider_fraction": "DOUBLE",
    "standard_digital_output_mask": "UINT8",
    "standard_digital_output": "UINT8",
    "configurable_digital_output_mask": "UINT8",
    "configurable_digital_output": "UINT8",
    "tool_digital_output_mask": "UINT8",
    "tool_digital_output": "UINT8",
    "standard_analog_output_mask": "UINT8",
    "standard_analog_output_type": "UINT8",
    "standard_analog_output_0": "DOUBLE",
    "standard_analog_output_1": "DOUBLE",
    "input_bit_registers0_to_31": "UINT32",
    "input_bit_registers32_to_63": "UINT32",
    "external_force_torque": "VECTOR6D",
}
TYPES: dict[str, str] = {
    **_PLAIN,
    **{f"input_bit_register_{i}": "BOOL" for i in range(64, 128)},
    **{f"input_int_register_{i}": "INT32" for i in range(COUNT)},
    **{f"input_double_register_{i}": "DOUBLE" for i in range(COUNT)},
}


class Claims:
    """A variable belongs to the first connection that asks for it, until that one goes."""

    def __init__(self) -> None:
        self._owners: dict[str, object] = {}

    def claim(self, names: Sequence[str], owner: object) -> list[str]:
        """The type of each, NOT_FOUND or IN_USE; nothing is claimed unless all are free."""
        types = [TYPES.get(name, "NOT_FOUND") for name in names]
        for i, name in enumerate(names):
            if types[i] != "NOT_FOUND" and self._owners.get(name, owner) is not owner:
                types[i] = "IN_USE"
        if not {"NOT_FOUND", "IN_USE"} & set(types):
            self._owners.update(dict.fromkeys(names, owner))
        return types

    def release(self, owner: object) -> None:
        """All that this connection held."""
        self._owners = {name: other for name, other in self._owners.items() if other is not owner}

"""RTDE's data types on the wire: big-endian, as UR's RTDE guide lists them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Field: TypeAlias = float | int | bool | list[float] | list[int]

FORMATS = {
    "BOOL": "?",
    "UINT8": "B",
    "UINT32": "I",
    "UINT64": "Q",
    "INT32": "i",
    "DOUBLE": "d",
    "VECTOR3D": "3d",
    "VECTOR6D": "6d",
    "VECTOR6INT32": "6i",
    "VECTOR6UINT32": "6I",
}
HEADER = struct.Struct(">HB")  # size of the whole frame, kind


def frame(kind: str, payload: bytes = b"") -> bytes:
    """One RTDE frame; kind is its letter."""
    return HEADER.pack(HEADER.size + len(payload), ord(kind)) + payload


@dataclass(frozen=True)
class Layout:
    """How the fields of a recipe lie in a frame."""

    types: tuple[str, ...]
    packing: struct.Struct
    widths: tuple[int, ...]

    @staticmethod
    def of(types: Sequence[str]) -> Layout:
        """Raises KeyError for an unknown type."""
        packing = struct.Struct(">" + "".join(FORMATS[kind] for kind in types))
        widths = tuple(int(FORMATS[kind][0]) if FORMATS[kind][0].isdigit() else 1 for kind in types)
        return Layout(tuple(types), packing, widths)

    def pack(self, fields: Sequence[Field]) -> bytes:
        """One value a field, vectors as lists."""
        flat: list[float | int | bool] = []
        for field in fields:
            if isinstance(field, list):
                flat.extend(field)
            else:
                flat.append(field)
        return self.packing.pack(*flat)

    def unpack(self, payload: bytes) -> list[Field]:
        """Raises struct.error when the payload is too short; what is over is passed over.

        ur_rtde 1.6.5 sends getForwardKinematics(q, tcp) with six numbers more than its recipe has.
        """
        flat = self.packing.unpack_from(payload)
        fields: list[Field] = []
        at = 0
        for width in self.widths:
            fields.append(flat[at] if width == 1 else list(flat[at : at + width]))
            at += width
        return fields

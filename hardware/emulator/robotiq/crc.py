"""The checksum at the end of a Modbus RTU frame."""

from __future__ import annotations

POLYNOMIAL = 0xA001


def crc16(data: bytes) -> bytes:
    """Two bytes, low one first (Modbus over serial line, section 6.2.2)."""
    value = 0xFFFF
    for octet in data:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
    return value.to_bytes(2, "little")


def with_crc(data: bytes) -> bytes:
    """The frame that carries `data`."""
    return data + crc16(data)

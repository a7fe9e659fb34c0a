"""The protocol of a camera server, version 1, over TCP. Numbers only: nothing that is read can run.

Each message, either way: b"PG4C", version (1 byte), length of the header (4 bytes, big endian), the header (JSON in
UTF-8), then the arrays that the header's `arrays` lists, one after the other: [{"name", "dtype", "shape"}], row by row,
little endian, dtype "uint8" or "float32".

The server speaks first: {"camera": its serial number}. The client asks {"ask": "frame", "id": n}; the answer
{"id": n, "sequence", "stamp": on the server's clock [s], "age": of the picture when it was sent [s], "K": 3 rows}
brings the arrays `rgb` (H, W, 3) and `depth` (H, W) [m]; or {"id": n, "error": why there is none}. A picture is taken
after it was asked for.

{"ask": "state", "id": n} asks for a sign of life: {"id": n, "stamp": of the newest moment that the camera could show
[s]}, which stands still while its stream is frozen.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.wall_clock import monotonic

MAGIC, VERSION = b"PG4C", 1
HEAD = struct.Struct(">4sBI")
LONGEST_HEADER, MOST_BYTES = 1 << 16, 1 << 28
DTYPES: dict[str, np.dtype[Any]] = {"uint8": np.dtype("u1"), "float32": np.dtype("<f4")}
Arrays = Mapping[str, NDArray[Any]]


class WireError(ValueError):
    """What came does not follow the protocol."""


class VersionError(WireError):
    """The other side speaks another version."""


@dataclass(frozen=True)
class Message:
    header: Mapping[str, Any]
    arrays: Arrays


def encode(header: Mapping[str, Any], arrays: Arrays | None = None) -> bytes:
    """The bytes of a message. Raises KeyError for an array of another dtype."""
    arrays = arrays or {}
    names = {dtype: name for name, dtype in DTYPES.items()}
    listed = [{"name": key, "dtype": names[value.dtype], "shape": value.shape} for key, value in arrays.items()]
    text = json.dumps({**header, **({"arrays": listed} if listed else {})}, allow_nan=False).encode()
    return b"".join([HEAD.pack(MAGIC, VERSION, len(text)), text, *(value.tobytes() for value in arrays.values())])


def receive(connection: socket.socket, deadline: float | None = None) -> Message:
    """The next message, all of it before `monotonic()` says `deadline` [s].

    Raises WireError; EOFError when the other side has gone; OSError, TimeoutError.
    """
    magic, version, length = HEAD.unpack(_exactly(connection, HEAD.size, deadline))
    if magic != MAGIC:
        raise WireError("what answers there is no camera server")
    if version != VERSION:
        raise VersionError(f"it speaks version {version} of the camera protocol, this is version {VERSION}")
    if length > LONGEST_HEADER:
        raise WireError(f"a header of {length} bytes")
    header = _header(_exactly(connection, length, deadline))
    listed = header.pop("arrays", [])
    if not isinstance(listed, list):
        raise WireError("'arrays' is no list")
    return Message(header, dict(_array(connection, each, deadline) for each in listed))


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except ValueError as error:
        raise WireError(f"a header that is no JSON: {error}") from error
    if not isinstance(header, dict):
        raise WireError("a header that is no object")
    return header


def _array(connection: socket.socket, told: Any, deadline: float | None) -> tuple[str, NDArray[Any]]:
    try:
        name, dtype, shape = str(told["name"]), DTYPES[told["dtype"]], tuple(int(n) for n in told["shape"])
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"an array that is told as {told!r:.80}") from error
    if any(n < 1 for n in shape) or math.prod(shape) * dtype.itemsize > MOST_BYTES:
        raise WireError(f"an array of shape {shape}")
    data = _exactly(connection, math.prod(shape) * dtype.itemsize, deadline)
    return name, np.frombuffer(data, dtype).reshape(shape)


def _exactly(connection: socket.socket, count: int, deadline: float | None) -> bytes:
    data = bytearray(count)
    view, have = memoryview(data), 0
    while have < count:
        if deadline is not None:
            connection.settimeout(max(0.001, deadline - monotonic()))
        got = connection.recv_into(view[have:])
        if got == 0:
            raise EOFError("the connection was closed")
        have += got
    return bytes(data)

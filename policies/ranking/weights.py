"""Files of the ranking's weights: safetensors, read here with numpy alone and never unpickled."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.ranking.crops import CHANNELS, SIDE
from pg4da.policies.ranking.forward import Forward
from pg4da.policies.ranking.numbers import AHEAD, OUTPUTS, STATE

Floats = NDArray[np.float32]
FORMAT = "pg4da ranking 2"
TYPES: dict[str, np.dtype[Any]] = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}
MOST_HEADER = 1 << 20
EMBEDDED, HIDDEN = 96, 64
WIDTHS = (16, 32, 48, 64)


def is_ranking(format_: str) -> bool:
    """Whether a header's format is a ranking's, of whatever version."""
    return format_.rpartition(" ")[0] == FORMAT.rpartition(" ")[0]


def shipped() -> Path:
    """The weights that come with the package."""
    return Path(str(files("pg4da.policies") / "weights" / "ranking.safetensors"))


def read_ranking(path: Path) -> Forward:
    """The network of a file that training wrote. Raises WeightsError for any other, saying what is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror}") from None
    header, body = _header(path, content)
    note = header.pop("__metadata__", {})
    said = note.get("format") if isinstance(note, dict) else None
    if said != FORMAT:
        if is_ranking(str(said)):
            raise WeightsError(f"{path}: holds '{said}', this version reads '{FORMAT}': train it anew")
        raise WeightsError(f"{path}: not the weights of a ranking (its header says: {said or 'no format of ours'})")
    tensors = {name: _tensor(path, name, entry, body) for name, entry in header.items()}
    _check(path, tensors)
    return Forward(tensors)


def _header(path: Path, content: bytes) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(content[:8], "little") if len(content) >= 8 else 0
    if not 2 <= size <= min(MOST_HEADER, len(content) - 8):
        raise WeightsError(f"{path}: not a whole safetensors file (its header is cut short)")
    try:
        header = json.loads(content[8 : 8 + size])
    except ValueError:
        raise WeightsError(f"{path}: not a safetensors file (its header is no JSON)") from None
    if not isinstance(header, dict):
        raise WeightsError(f"{path}: not a safetensors file (its header is no JSON object)")
    return header, content[8 + size :]


def _tensor(path: Path, name: str, entry: Any, body: bytes) -> Floats:
    try:
        kind, shape = TYPES[entry["dtype"]], tuple(int(n) for n in entry["shape"])
        first, last = (int(n) for n in entry["data_offsets"])
    except (KeyError, TypeError, ValueError):
        raise WeightsError(f"{path}: {name} is not described as float16 or float32 numbers") from None
    if (
        not 0 <= first <= last <= len(body)
        or last - first != math.prod(shape) * kind.itemsize
        or min(shape, default=1) < 0
    ):
        raise WeightsError(f"{path}: not a whole safetensors file ({name} is cut short)")
    values = np.asarray(np.frombuffer(body[first:last], kind).reshape(shape), np.float32)
    if not np.isfinite(values).all():
        raise WeightsError(f"{path}: {name} holds numbers that are not finite")
    return values


def expected_shapes() -> dict[str, tuple[int, ...]]:
    """Shape of every tensor of the network, by its name."""
    shapes: dict[str, tuple[int, ...]] = {}
    before, kernel = CHANNELS, 4
    for i, width in enumerate(WIDTHS):
        shapes |= {f"body.{2 * i}.weight": (width, before, kernel, kernel), f"body.{2 * i}.bias": (width,)}
        before, kernel = width, 3
    cells = (SIDE // 2 ** len(WIDTHS)) ** 2
    shapes |= {"embed.1.weight": (EMBEDDED, WIDTHS[-1] * cells), "embed.1.bias": (EMBEDDED,)}
    for head, inputs in (("quick", EMBEDDED + STATE), ("sure", EMBEDDED + STATE + AHEAD)):
        shapes |= {f"{head}.0.weight": (HIDDEN, inputs), f"{head}.0.bias": (HIDDEN,)}
        shapes |= {f"{head}.2.weight": (OUTPUTS, HIDDEN), f"{head}.2.bias": (OUTPUTS,)}
    return shapes


def _check(path: Path, tensors: dict[str, Floats]) -> None:
    wanted = expected_shapes()
    for name in sorted(wanted.keys() | tensors.keys()):
        found = tensors[name].shape if name in tensors else None
        if found != wanted.get(name):
            what = f"has shape {found}" if found is not None else "is missing"
            raise WeightsError(f"{path}: {name} {what}; expected {wanted.get(name, 'no such tensor')}")

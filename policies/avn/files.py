"""Files of network weights: read without ever unpickling objects, written in one go."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import safetensors
import torch
from safetensors.torch import load_file, save
from torch import Tensor

from pg4da.policies.avn.errors import WeightsError

WRAPPERS = ("model_state_dict", "state_dict", "model")
PARALLEL = "module."
WORD = 8  # bytes; a header's length, and what its end is aligned to


@dataclass(frozen=True)
class Stored:
    """What a file holds: tensors by name and the texts of its header."""

    path: Path
    tensors: dict[str, Tensor]
    header: dict[str, str] = field(default_factory=dict)


def read_weights(path: Path) -> Stored:
    """Tensors of a .safetensors file, or of any other that torch.save wrote (read with weights_only).

    Wrappers round the state dict and the prefix of data-parallel training are taken off. Raises WeightsError for a
    file that is absent, cut short, foreign, or holds anything but tensors of finite numbers.
    """
    if not path.is_file():
        raise WeightsError(f"{path}: no such file")
    stored = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    if not stored.tensors:
        raise WeightsError(f"{path}: holds no weights")
    odd = [k for k, v in stored.tensors.items() if v.is_floating_point() and not bool(torch.isfinite(v).all())]
    if odd:
        raise WeightsError(f"{path}: {odd[0]} holds numbers that are not finite")
    return stored


def _read_safetensors(path: Path) -> Stored:
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = dict(file.metadata() or {})
        return Stored(path, load_file(path), header)
    except (safetensors.SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{path}: not a whole safetensors file ({error})") from None


def _read_torch(path: Path) -> Stored:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError:
        raise WeightsError(
            f"{path}: holds more than tensors and is not unpickled, since that could run any code; "
            "save its state_dict alone, best as .safetensors"
        ) from None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise WeightsError(f"{path}: not a whole file of torch.save ({_first_line(error)})") from None
    return Stored(path, _state(path, content))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _state(path: Path, content: Any) -> dict[str, Tensor]:
    """The state dict inside what torch.load gave."""
    for name in WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(name), dict):
            content = content[name]
    if not isinstance(content, dict) or not all(isinstance(v, Tensor) for v in content.values()):
        raise WeightsError(f"{path}: holds no state dict of tensors")
    return {str(name).removeprefix(PARALLEL): tensor for name, tensor in content.items()}


def write_weights(path: Path, tensors: dict[str, Tensor], header: dict[str, str]) -> None:
    """Write a .safetensors file, the same bytes for the same content; a reader never finds a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        content = save({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, metadata=header)
        part.write_bytes(_in_order(content))
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _in_order(content: bytes) -> bytes:
    """A safetensors file with its header sorted: the library writes the texts in an order that changes at random.

    Layout: https://huggingface.co/docs/safetensors, "Format" (length of the header, JSON padded with blanks, tensors).
    """
    end = WORD + int.from_bytes(content[:WORD], "little")
    header = json.dumps(json.loads(content[WORD:end]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % WORD)
    return len(header).to_bytes(WORD, "little") + header + content[end:]

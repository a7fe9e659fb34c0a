"""The angle-view network from files in three layouts: our own, RGB Matters' RGB-only one, torchvision's ResNet50."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.avn.files import Stored, read_weights, write_weights
from pg4da.policies.avn.network import Avn
from pg4da.policies.avn.shape import PUBLISHED, AvnShape

FORMAT = "pg4da angle-view network 1"
COUNTERS = "num_batches_tracked"  # old files lack it, and it changes nothing
RENAMED = {"preact.": "encoder.", "conv_out.": "out."}  # RGB Matters' names for ours


def save_avn(path: Path, avn: Avn, training: Mapping[str, Any] | None = None, half: bool = False) -> None:
    """Write an angle-view network with its shape, as load_avn reads it; half: as float16.

    training: settings, kept in the header.
    """
    tensors = avn.state_dict()
    if half:
        tensors = {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
    header = {"format": FORMAT, "shape": json.dumps(avn.shape.to_dict()), "training": json.dumps(training or {})}
    write_weights(path, tensors, header)


def shipped() -> Path:
    """The angle-view network's weights that come with the package."""
    return Path(str(files("pg4da.policies") / "weights" / "avn.safetensors"))


def load_avn(path: Path) -> Avn:
    """A whole angle-view network from our own file or from RGB Matters' RGB-only checkpoint. Raises WeightsError."""
    stored = read_weights(path)
    if stored.header.get("format") == FORMAT:
        avn = Avn(_shape(stored))
        fill(avn, stored.tensors, path)
        return avn
    if any(name.startswith(("rgb_net.", "normal_net.", "preact.")) for name in stored.tensors):
        avn = Avn(PUBLISHED)
        fill(avn, _from_rgb_matters(stored), path)
        return avn
    if "layer4.2.conv3.weight" in stored.tensors:
        raise WeightsError(f"{path}: a ResNet50 alone; it can start a training, but it scores no grasps")
    raise WeightsError(f"{path}: of no known layout (first of its {len(stored.tensors)} names: {min(stored.tensors)})")


def load_resnet(avn: Avn, path: Path) -> list[str]:
    """Fill the encoder from torchvision's ResNet50 weights; names of what keeps its start values (squeeze-excite).

    Raises WeightsError where the file is another network.
    """
    tensors = {k: v for k, v in read_weights(path).tensors.items() if not k.startswith("fc.")}
    own = avn.encoder.state_dict()
    kept = [name for name in own if ".se." in name]
    fill(avn.encoder, tensors | {name: own[name] for name in kept}, path)
    return kept


def fill(network: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Load tensors into a network, float16 as float32. Raises WeightsError naming what is missing or does not fit."""
    own = network.state_dict()
    missing = [k for k in own if k not in tensors and not k.endswith(COUNTERS)]
    foreign = [k for k in tensors if k not in own]
    if missing or foreign:
        names = f"{_some('lacks', missing)}{'; ' if missing and foreign else ''}{_some('has besides', foreign)}"
        raise WeightsError(f"{path}: does not fit the network: it {names}")
    for name, tensor in tensors.items():
        if tensor.shape != own[name].shape:
            want, found = tuple(own[name].shape), tuple(tensor.shape)
            raise WeightsError(f"{path}: {name} has shape {found}, the network wants {want}")
    network.load_state_dict({k: v.to(own[k].dtype) for k, v in tensors.items()}, strict=False)


def _some(verb: str, names: list[str]) -> str:
    """`lacks a, b and 3 more`, or nothing."""
    if not names:
        return ""
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{verb} {', '.join(sorted(names)[:2])}{more}"


def _shape(stored: Stored) -> AvnShape:
    try:
        return AvnShape.from_dict(json.loads(stored.header["shape"]))
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{stored.path}: its header does not say what the network is like ({error})") from None


def _from_rgb_matters(stored: Stored) -> dict[str, Tensor]:
    """Tensors of that project's RGB-only network under our names."""
    if any(name.startswith("normal_net.") for name in stored.tensors):
        raise WeightsError(f"{stored.path}: the network for colour and normals; only the RGB-only one can be used")
    renamed = {}
    for name, tensor in stored.tensors.items():
        name = name.removeprefix("rgb_net.")
        for theirs, ours in RENAMED.items():
            if name.startswith(theirs):
                name = ours + name.removeprefix(theirs)
        renamed[name] = tensor
    return renamed

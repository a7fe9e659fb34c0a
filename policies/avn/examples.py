"""Crops of labelled pictures, as the angle-view network is shown them while it learns.

Neither turned nor mirrored pictures have exact labels: the 60 views are a spiral, which no turn and no mirror maps
onto itself. Places in a picture differ anyway, so what is varied is the cut, the colours and the noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pg4da.policies.avn.network import picture_of
from pg4da.policies.avn.orientations import CLASSES
from pg4da.policies.avn.shape import STRIDE, AvnShape

GAIN, LIGHT, GRAIN = (0.7, 1.4), (-25.0, 25.0), 6.0  # of a channel; grey levels added; grey levels of noise at most
UNEVEN = 0.002  # m of noise on heights at most
SWAPPED = 0.6  # share of crops whose colour channels change places


class Labelled(Protocol):
    """A picture (n, n, 3), its height map (n, n) [m], cells (m, 2) that show an object and their labels (m, 360)."""

    @property
    def color(self) -> NDArray[np.uint8]: ...
    @property
    def height(self) -> NDArray[np.float32]: ...
    @property
    def cells(self) -> NDArray[np.intp]: ...
    @property
    def labels(self) -> NDArray[np.bool_]: ...


@dataclass(frozen=True)
class Batch:
    """picture (b, channels, s, s); labels (b, 360, s / 4, s / 4), 0 or 1; object (b, s / 4, s / 4): cells that show
    an object, 0 or 1."""

    picture: Tensor
    labels: Tensor
    object: Tensor


def batch_of(samples: Sequence[Labelled], side: int, shape: AvnShape, rng: np.random.Generator) -> Batch:
    """One crop of side × side pixels of each sample, round one of its objects, colours and noise varied."""
    crops = [_crop(sample, side, rng) for sample in samples]
    picture = picture_of(np.stack([c[0] for c in crops]), np.stack([c[1] for c in crops]), shape)
    labels, shown = (torch.from_numpy(np.stack([c[k] for c in crops])) for k in (2, 3))
    return Batch(picture, labels, shown)


_Crop = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


def _crop(sample: Labelled, side: int, rng: np.random.Generator) -> _Crop:
    span, cells = side // STRIDE, len(sample.color) // STRIDE
    middle = sample.cells[rng.integers(len(sample.cells))] if len(sample.cells) else np.full(2, cells // 2)
    wander = rng.integers(-span // 3, span // 3 + 1, 2)
    top, left = np.clip(middle + wander - span // 2, 0, cells - span).tolist()
    cut = (slice(STRIDE * top, STRIDE * top + side), slice(STRIDE * left, STRIDE * left + side))
    at = sample.cells - [top, left]
    inside = ((at >= 0) & (at < span)).all(axis=1)
    row, col = at[inside].T
    labels = np.zeros((CLASSES, span, span), np.float32)
    labels[:, row, col] = sample.labels[inside].T
    shown = np.zeros((span, span), np.float32)
    shown[row, col] = 1.0
    return _recoloured(sample.color[cut], rng), _uneven(sample.height[cut], rng), labels, shown


def _recoloured(color: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The same things in other paint and light, seen by a noisier camera."""
    channels = rng.permutation(3) if rng.random() < SWAPPED else np.arange(3)
    gain, light = rng.uniform(*GAIN, 3).astype(np.float32), np.float32(rng.uniform(*LIGHT))
    grain = rng.standard_normal(color.shape, np.float32) * np.float32(rng.uniform(0, GRAIN))
    return np.clip(color[..., channels] * gain + light + grain, 0, 255).astype(np.uint8)


def _uneven(height: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    noise = rng.standard_normal(height.shape, np.float32) * np.float32(rng.uniform(0, UNEVEN))
    return np.where(height > 0, height + noise, height).astype(np.float32)

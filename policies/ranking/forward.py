"""The ranking's network computed with numpy alone, so that a policy runs where no torch is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BATCH = 32  # crops at a time, which fits a core's cache


@dataclass(frozen=True)
class Forward:
    """weights: the state dict of network.Ranker as float32 arrays."""

    weights: Mapping[str, Floats]

    def embedded(self, crops: Floats) -> Floats:
        """What the body makes of crops (n, CHANNELS, 64, 64): (n, EMBEDDED)."""
        parts = [self._embedded(crops[i : i + BATCH]) for i in range(0, len(crops), BATCH)]
        return np.concatenate(parts)

    def quick(self, embedded: Floats, state: Floats) -> Floats:
        """Figures (n, OUTPUTS) without a look-ahead."""
        return self._head("quick", np.concatenate([embedded, state], axis=1))

    def sure(self, embedded: Floats, state: Floats, ahead: Floats) -> Floats:
        """Figures (n, OUTPUTS) with a look-ahead."""
        return self._head("sure", np.concatenate([embedded, state, ahead], axis=1))

    def _embedded(self, crops: Floats) -> Floats:
        x = np.ascontiguousarray(crops.transpose(0, 2, 3, 1))
        for layer in self._convolutions():
            x = _convolved(x, self.weights[f"{layer}.weight"], self.weights[f"{layer}.bias"])
        flat = x.transpose(0, 3, 1, 2).reshape(len(x), -1)
        return _positive(self._linear("embed.1", flat))

    def _convolutions(self) -> list[str]:
        names = {k.rsplit(".", 1)[0] for k in self.weights if k.startswith("body.")}
        return sorted(names, key=lambda name: int(name.split(".")[1]))

    def _head(self, name: str, x: Floats) -> Floats:
        return self._linear(f"{name}.2", _positive(self._linear(f"{name}.0", x)))

    def _linear(self, name: str, x: Floats) -> Floats:
        return np.asarray(x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"], np.float32)


def _positive(x: Floats) -> Floats:
    return np.maximum(x, 0, out=x)


def _convolved(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Stride 2, one cell of zeros all round, then ReLU; x (n, h, w, c), weight (out, c, k, k)."""
    k = weight.shape[2]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    views = sliding_window_view(padded, (k, k), axis=(1, 2))[:, ::2, ::2]  # (n, h', w', c, k, k)
    n, h, w = views.shape[:3]
    columns = views.transpose(0, 1, 2, 4, 5, 3).reshape(n * h * w, -1)  # ordered so that a copy runs along memory
    kernel = weight.transpose(2, 3, 1, 0).reshape(-1, len(weight))
    return _positive(columns @ kernel + bias).reshape(n, h, w, -1)

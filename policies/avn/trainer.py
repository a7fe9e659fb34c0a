"""Trains an angle-view network on labelled pictures: one step at a time, to be stopped and taken up at any of them."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pg4da.policies.avn.checkpoints import fill
from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.avn.examples import Labelled, batch_of
from pg4da.policies.avn.files import Stored, read_weights, write_weights
from pg4da.policies.avn.loss import loss_of
from pg4da.policies.avn.network import Avn
from pg4da.policies.avn.settings import AvnSettings
from pg4da.policies.avn.shape import NAMED

FORMAT = "pg4da angle-view training 1"
NETWORK, AVERAGED, ADAM = "network.", "averaged.", "adam."
MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class AvnTrainer:
    """network: what is trained; averaged: the mean of its last weights, which is what one keeps; done: steps so far.

    What a step draws depends on the seed and the step's number alone, so a training taken up again goes on as if it
    had never stopped. Raises ValueError for a loss that does not suit the network's shape.
    """

    def __init__(self, settings: AvnSettings, device: str = "cpu") -> None:
        shape = NAMED[settings.shape]
        if shape.odds == (settings.loss == "squares"):
            kind = "log-odds" if shape.odds else "the heat itself"
            raise ValueError(f"the network {settings.shape!r} gives {kind}: loss {settings.loss!r} does not suit it")
        torch.manual_seed(settings.seed)
        self.settings, self.device, self.done = settings, torch.device(device), 0
        self.network = Avn(shape).to(self.device).train()
        self.averaged = copy.deepcopy(self.network).eval().requires_grad_(False)
        self._adam = torch.optim.Adam(self.network.parameters(), settings.rate)

    def step(self, samples: Sequence[Labelled]) -> float:
        """Learn from one batch; its loss. Raises FloatingPointError where the loss is no number."""
        settings = self.settings
        rng = np.random.default_rng([settings.seed, self.done])
        drawn = [samples[k] for k in rng.integers(len(samples), size=settings.batch).tolist()]
        batch = batch_of(drawn, settings.crop, self.network.shape, rng)
        raw = self.network.raw(batch.picture.to(self.device))
        labels, shown = batch.labels.to(self.device), batch.object.to(self.device)
        loss = loss_of(raw, labels, shown, settings.loss, settings.empty)
        if not bool(torch.isfinite(loss)):
            raise FloatingPointError(f"step {self.done}: the loss is {float(loss)}; a lower rate may help")
        self._descend(loss)
        self.done += 1
        self._average()
        return float(loss.detach())

    def _descend(self, loss: Tensor) -> None:
        for group in self._adam.param_groups:
            group["lr"] = rate_at(self.done, self.settings)
        self._adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.gradient)
        self._adam.step()

    def _average(self) -> None:
        """Young averages follow faster; counters are taken over."""
        keep = min(self.settings.average, self.done / (10.0 + self.done))
        with torch.no_grad():
            for mean, now in zip(self.averaged.state_dict().values(), self.network.state_dict().values(), strict=True):
                if mean.is_floating_point():
                    mean.lerp_(now, 1.0 - keep)
                else:
                    mean.copy_(now)

    def save(self, path: Path) -> None:
        """Write everything that the next step depends on."""
        tensors = {NETWORK + k: v for k, v in self.network.state_dict().items()}
        tensors |= {AVERAGED + k: v for k, v in self.averaged.state_dict().items()}
        for name, parameter in self.network.named_parameters():
            for key, value in self._adam.state.get(parameter, {}).items():
                tensors[f"{ADAM}{key}.{name}"] = torch.as_tensor(value)
        header = {"format": FORMAT, "done": str(self.done), "settings": json.dumps(asdict(self.settings))}
        write_weights(path, tensors, header)

    def resume(self, path: Path) -> None:
        """Take up the training that save wrote. Raises WeightsError for one with other settings, changing nothing."""
        stored = read_weights(path)
        done = _done(stored, self.settings)
        parts = [_part(stored, prefix) for prefix in (NETWORK, AVERAGED)]
        moments = self._moments(stored)
        for network, part in zip((copy.deepcopy(self.network), copy.deepcopy(self.averaged)), parts, strict=True):
            fill(network, part, path)
        for network, part in zip((self.network, self.averaged), parts, strict=True):
            fill(network, part, path)
        self._adam.state.clear()
        self._adam.state.update(moments)
        self.done = done

    def _moments(self, stored: Stored) -> dict[Tensor, dict[str, Tensor]]:
        found: dict[Tensor, dict[str, Tensor]] = {}
        for name, parameter in self.network.named_parameters():
            state = {k: v for k in MOMENTS if (v := stored.tensors.get(f"{ADAM}{k}.{name}")) is not None}
            if len(state) not in (0, 3) or any(v.shape not in (parameter.shape, torch.Size()) for v in state.values()):
                raise WeightsError(f"{stored.path}: the optimiser's state of {name} does not fit")
            if state:
                found[parameter] = {k: v if k == "step" else v.to(self.device) for k, v in state.items()}
        return found


def rate_at(step: int, settings: AvnSettings) -> float:
    """Adam's rate for a step, from 0."""
    if settings.published:
        return settings.rate * 0.8 ** (step // 20_000)
    warm = min(1.0, (step + 1) / (settings.warming + 1))
    return settings.rate * warm * 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / settings.steps)))


def _done(stored: Stored, settings: AvnSettings) -> int:
    """Steps made; raises WeightsError unless it is a training with these settings."""
    if stored.header.get("format") != FORMAT:
        what = stored.header.get("format") or "no format of ours"
        raise WeightsError(f"{stored.path}: not an angle-view network's training (its header says: {what})")
    try:
        done, theirs = int(stored.header["done"]), dict(json.loads(stored.header["settings"]))
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"{stored.path}: its header does not say how far it got ({error})") from None
    mine = asdict(settings)
    other = [f"{k} {theirs.get(k)!r}, not {v!r}" for k, v in mine.items() if theirs.get(k) != v]
    if other:
        raise WeightsError(f"{stored.path}: a training with other settings: {'; '.join(other)}")
    return done


def _part(stored: Stored, prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in stored.tensors.items() if k.startswith(prefix)}

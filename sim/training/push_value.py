"""How many motions a state still takes: learnt from what the pushes tried in it led to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pg4da.sim.training.push_data import PushData
from pg4da.sim.training.push_log import NUMBERS

Floats = NDArray[np.float32]
Value = Callable[[Floats], Floats]
FIRST_GUESS = 3.0  # motions
FEWEST, MOST = 2.0, 8.0  # of a state whose target can't be grasped yet; MOST also of a target or object lost
ROUNDS, STEPS, BATCH = 4, 300, 1024
SOFT = 0.6  # motions; the best of the pushes tried count most, not alone: a policy does not find the best each time
LOOKED = [NUMBERS.index(n) for n in ("seen", "visible", "isolation", "grasp", "things", "top")]
SCALES = np.array([1.0, 1.0, 1.0, 1.0, 1 / 30, 10.0], np.float32)


@dataclass(frozen=True)
class Labels:
    """Of each push: left (n,) motions after it, the grasp among them; free, lost (n,): 0 or 1."""

    left: Floats
    free: Floats
    lost: Floats


def labels(data: PushData, value: Value) -> Labels:
    """What the pushes led to, by the value of the states after them."""
    lost = (data.column("lost") > 0.5) | (data.column("outside") > 0.5)
    free = (data.column("certain") > 0.5) & ~lost
    left = np.where(free, 1.0, np.clip(value(data.after), FEWEST, MOST))
    left = np.where(lost, MOST, left)
    return Labels(left.astype(np.float32), free.astype(np.float32), lost.astype(np.float32))


def learnt_value(data: PushData, seed: int = 0) -> Value:
    """Motions that states (n, NUMBERS) still take, their target not free yet: the pushes tried from them, soft best
    first, plus what is left afterwards, a few rounds over."""
    first, which = np.unique(data.places, return_index=True, return_inverse=True)[1:]
    numbers = _looked(data.before[first])
    value: Value = _guess
    for _ in range(ROUNDS):
        cost = np.exp(-(1.0 + labels(data, value).left) / SOFT)
        best = -SOFT * np.log(np.bincount(which, cost) / np.bincount(which))
        value = _fitted(numbers, best.astype(np.float32), seed)
    return value


def _guess(states: Floats) -> Floats:
    return np.full(len(states), FIRST_GUESS, np.float32)


def _looked(states: Floats) -> Floats:
    return np.asarray(states[:, LOOKED] * SCALES, np.float32)


def _fitted(numbers: Floats, wanted: Floats, seed: int) -> Value:
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(len(LOOKED), 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-3)
    x, y = torch.from_numpy(numbers), torch.from_numpy(wanted)
    for _ in range(STEPS):
        rows = torch.randint(len(x), (min(BATCH, len(x)),))
        error = ((net(x[rows])[:, 0] - y[rows]) ** 2).mean()
        optimiser.zero_grad()
        error.backward()
        optimiser.step()

    def value(states: Floats) -> Floats:
        with torch.no_grad():
            found = net(torch.from_numpy(_looked(states)))[:, 0].numpy()
        return np.asarray(found, np.float32)

    return value

"""The bank of tried pushes as arrays that a network learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.ranking.crops import CHANNELS, SIDE, Way, Window, crops
from pg4da.policies.ranking.foresight import EACH, SIZE
from pg4da.policies.ranking.numbers import STATE, ahead_numbers, state_numbers
from pg4da.policies.types import MapGrid
from pg4da.sim.training.push_log import NUMBERS

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]
GRID = MapGrid()
STEP = 0.01  # of a crop's values, which lie within ±1.27, as they are kept
AROUND = [NUMBERS.index(n) for n in ("seen", "visible", "isolation", "things", "top", "grasp")]


@dataclass(frozen=True)
class PushData:
    """Pushes that were made (n) and pushes that were only looked ahead on (m).

    crops (n, CHANNELS, SIDE, SIDE) int8 in STEPs, state (n, STATE), ahead (n, AHEAD): what the network is given.
    before, after (n, NUMBERS): the state's figures; link (n, 2): numbers of both states in their scene; seed (n,).
    seen_crops (m, …), seen_state (m, STATE), seen (m, EACH): value, grasp, cost, shift along and across, turn, harm.
    """

    crops: Bytes
    state: Floats
    ahead: Floats
    before: Floats
    after: Floats
    link: NDArray[np.int64]
    seed: NDArray[np.int64]
    seen_crops: Bytes
    seen_state: Floats
    seen: Floats
    seen_seed: NDArray[np.int64]

    def column(self, name: str, after: bool = True) -> Floats:
        """A figure of the states after the pushes, or before them, (n,)."""
        return (self.after if after else self.before)[:, NUMBERS.index(name)]

    @property
    def places(self) -> NDArray[np.int64]:
        """A number for each state that pushes were tried from, (n,)."""
        return self.seed * 1000 + self.link[:, 0]


def read_pushes(files: Sequence[Path]) -> PushData:
    """All of the files. Raises ValueError where there is nothing to learn from."""
    parts = [part for part in map(_read, files) if part is not None]
    if not parts:
        raise ValueError("the bank holds no push that was made")
    names = [f.name for f in fields(PushData)]
    return PushData(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})


def _read(file: Path) -> PushData | None:
    with np.load(file, allow_pickle=False) as stored:
        data = {name: stored[name] for name in stored.files}
    link, states = data["link"], data["numbers"]
    if not len(link):
        return None
    made = _Inputs.of(data, link[:, 0], link[:, 2], data["strokes"])
    seed = int(file.stem)
    foreseen = data.get("foreseen", np.zeros((0, 2), np.int32))
    ahead = data.get("foreseen_ahead", np.zeros((0, EACH), np.float32))
    looked = _Inputs.of(data, foreseen[:, 0], foreseen[:, 1], data.get("foreseen_strokes", np.zeros((0, 11))))
    return PushData(
        made.crops,
        made.state,
        ahead_numbers(data["ahead"].reshape(-1, SIZE), made.d),
        states[link[:, 0]],
        states[link[:, 1]],
        link[:, :2].astype(np.int64),
        np.full(len(link), seed),
        looked.crops,
        looked.state,
        _turned(ahead, looked.d),
        np.full(len(foreseen), seed),
    )


@dataclass(frozen=True)
class _Inputs:
    """What the network is given of some pushes, and their directions (n, 2)."""

    crops: Bytes
    state: Floats
    d: Floats

    @classmethod
    def of(
        cls,
        data: dict[str, NDArray[np.generic]],
        states: NDArray[np.generic],
        family: NDArray[np.generic],
        strokes: NDArray[np.generic],
    ) -> _Inputs:
        """From the bank's rows: numbers of the states, families, strokes (n, 11)."""
        if not len(states):
            none = np.zeros((0, CHANNELS, SIDE, SIDE), np.int8)
            return cls(none, np.zeros((0, STATE), np.float32), np.zeros((0, 2), np.float32))
        rows = np.asarray(strokes, float)
        ends = rows[:, :8].reshape(-1, 2, 2, 2)
        travel = np.linalg.norm(ends[:, :, 1] - ends[:, :, 0], axis=-1).max(axis=1)
        d = ends[:, 0, 1] - ends[:, 0, 0]
        d /= np.linalg.norm(d, axis=1, keepdims=True)
        ways = [Way(u, _both(e), float(r[10]), float(r[8])) for u, e, r in zip(d, ends, rows, strict=True)]
        numbers = np.asarray(data["numbers"], float)
        index = np.asarray(states, int)
        past = np.array([w.past(numbers[k, :2]) for w, k in zip(ways, index, strict=True)])
        families, around = np.asarray(family, np.intp), numbers[index][:, AROUND]
        state = state_numbers(families, rows[:, 8], travel, rows[:, 10], past, around)
        return cls(_pictures(data, numbers, index, ways), state, d.astype(np.float32))


def _both(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ends of both strokes, or of the one where both are the same."""
    return ends if np.abs(ends[0] - ends[1]).max() > 1e-6 else ends[:1]


def _pictures(
    data: dict[str, NDArray[np.generic]], numbers: NDArray[np.float64], states: NDArray[np.intp], ways: Sequence[Way]
) -> Bytes:
    height, hiding = np.asarray(data["height"], np.uint8), np.asarray(data["hiding"], np.uint8)
    target = np.unpackbits(np.asarray(data["target"], np.uint8), axis=-1).astype(bool)
    out = np.zeros((len(ways), CHANNELS, SIDE, SIDE), np.int8)
    for k in np.unique(states).tolist():
        mine = np.flatnonzero(states == k)
        window = Window(height[k], target[k], hiding[k])
        found = crops(window, numbers[k, :2], GRID, [ways[int(i)] for i in mine])
        out[mine] = kept(found)
    return out


def kept(pictures: Floats) -> Bytes:
    """Crops as they are kept, a quarter of the size."""
    return np.asarray(np.clip(np.rint(pictures / STEP), -127, 127), np.int8)


def _turned(ahead: NDArray[np.generic], d: Floats) -> Floats:
    """Foresights (m, EACH) with the shift along and across the travel."""
    out = np.array(ahead, np.float32).reshape(-1, EACH)
    x, y = out[:, 3].copy(), out[:, 4].copy()
    out[:, 3], out[:, 4] = x * d[:, 0] + y * d[:, 1], y * d[:, 0] - x * d[:, 1]
    return out

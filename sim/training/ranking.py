"""Training of the ranking: first on pushes looked ahead on, then on pushes that were made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from pg4da.policies.avn.files import write_weights
from pg4da.policies.ranking.foresight import EACH
from pg4da.policies.ranking.network import Ranker
from pg4da.policies.ranking.numbers import OUTPUT_NAMES, STATE, mirrored
from pg4da.policies.ranking.weights import EMBEDDED, FORMAT, HIDDEN
from pg4da.sim.training.push_data import STEP, PushData
from pg4da.sim.training.push_value import Labels, labels, learnt_value
from pg4da.sim.training.ranking_loss import CHOICE, misplaced, misses

Rows = NDArray[np.intp]
MIRROR = np.array([1, 1, 1, 1, -1, -1, 1], np.float32)  # of a foresight seen in a mirror along the travel


@dataclass(frozen=True)
class RankingSettings:
    """epochs: over the pushes that were made, after `rehearsals` over those only looked ahead on."""

    epochs: int = 14
    rehearsals: int = 2
    rate: float = 1e-3
    decay: float = 0.02
    batch: int = 128
    dropout: float = 0.15
    seed: int = 0


@dataclass(frozen=True)
class Epoch:
    """What one pass gave: stage "rehearsal" or "pushes", its number of `of`, the mean loss."""

    stage: str
    number: int
    of: int
    loss: float


@dataclass
class RankingTraining:
    """Fits a network to a bank; the same bank and settings give the same weights on one machine."""

    data: PushData
    settings: RankingSettings = field(default_factory=RankingSettings)

    def __post_init__(self) -> None:
        torch.manual_seed(self.settings.seed)
        self._rng = np.random.default_rng(self.settings.seed)
        self.network = Ranker(self.settings.dropout)
        self._foreseer = nn.Sequential(nn.Linear(EMBEDDED + STATE, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, EACH))
        value = learnt_value(self.data, self.settings.seed)
        torch.manual_seed(self.settings.seed + 1)
        self.labels: Labels = labels(self.data, value)
        self._wanted = wanted(self.data, self.labels)
        self._mirrored = mirrored(self.data.ahead)

    def run(self) -> Iterator[Epoch]:
        """All passes over the data, one at a time."""
        self.network.train()
        count, made = self.settings.rehearsals, self.settings.epochs
        if len(self.data.seen) >= self.settings.batch:
            yield from self._stage("rehearsal", len(self.data.seen), count)
        yield from self._stage("pushes", len(self.wanted_rows), made)
        self.network.eval()

    @property
    def wanted_rows(self) -> Rows:
        """Rows that are learnt from."""
        return np.arange(len(self._wanted))

    def save(self, path: Path) -> None:
        """Write the weights as float16, with the settings."""
        tensors = {k: v.half() for k, v in self.network.state_dict().items()}
        note = {"pushes": len(self._wanted), "looked ahead on": len(self.data.seen), **asdict(self.settings)}
        write_weights(path, tensors, {"format": FORMAT, "training": repr(note)})

    def _stage(self, stage: str, rows: int, epochs: int) -> Iterator[Epoch]:
        settings = self.settings
        weights = [*self.network.parameters(), *self._foreseer.parameters()]
        optimiser = torch.optim.AdamW(weights, settings.rate, weight_decay=settings.decay)
        batches = max(1, rows // settings.batch)
        rate = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, settings.rate, total_steps=epochs * batches + 1, pct_start=0.15
        )
        for epoch in range(epochs):
            total, order = 0.0, self._order(stage, rows)
            for i in range(batches):
                loss = self._loss(stage, order[i * settings.batch : (i + 1) * settings.batch])
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(weights, 1.0)
                optimiser.step()
                rate.step()
                total += loss.item()
            yield Epoch(stage, epoch + 1, epochs, total / batches)

    def _order(self, stage: str, rows: int) -> Rows:
        """A random order; pushes of one state stay together, so that a batch tells which of them is best."""
        if stage == "rehearsal":
            return self._rng.permutation(rows)
        _, state = np.unique(self.data.places, return_inverse=True)
        place = self._rng.permutation(state.max() + 1)
        return np.argsort(place[state], kind="stable")

    def _loss(self, stage: str, rows: Rows) -> Tensor:
        if stage == "rehearsal":
            return self._foreseen(rows)
        loss = self._made(rows)
        if len(self.data.seen):
            loss = loss + 0.3 * self._foreseen(self._rng.choice(len(self.data.seen), self.settings.batch // 2))
        return loss

    def _made(self, rows: Rows) -> Tensor:
        data = self.data
        flip = self._rng.random(len(rows)) < 0.5
        ahead = np.where(flip[:, None], self._mirrored[rows], data.ahead[rows])
        figures = self.network(
            _flipped(data.crops[rows], flip), torch.from_numpy(data.state[rows]), torch.from_numpy(ahead)
        )
        wanted = torch.from_numpy(self._wanted[rows])
        state = torch.from_numpy(np.unique(data.places[rows], return_inverse=True)[1])
        return sum((misses(f, wanted) + CHOICE * misplaced(f, wanted, state) for f in figures), torch.zeros(()))

    def _foreseen(self, rows: Rows) -> Tensor:
        data, net = self.data, self.network
        flip = self._rng.random(len(rows)) < 0.5
        wanted = torch.from_numpy(np.where(flip[:, None], data.seen[rows] * MIRROR, data.seen[rows]))
        embedded = net.drop(net.embed(net.body(_flipped(data.seen_crops[rows], flip))))
        found = self._foreseer(torch.cat([embedded, torch.from_numpy(data.seen_state[rows])], dim=1))
        harm = F.binary_cross_entropy_with_logits(found[:, -1], wanted[:, -1])
        return 3 * F.smooth_l1_loss(found[:, :-1], wanted[:, :-1]) + 0.3 * harm


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Sums are then rounded alike however many cores there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def wanted(data: PushData, found: Labels) -> NDArray[np.float32]:
    """What the network should answer, (n, OUTPUTS), in the order of OUTPUT_NAMES."""
    visible = data.column("visible") * data.column("seen")
    columns = {"free": found.free, "left": found.left - 1, "isolation": data.column("isolation"), "visible": visible}
    return np.column_stack([{**columns, "lost": found.lost}[n] for n in OUTPUT_NAMES]).astype(np.float32)


def _flipped(pictures: NDArray[np.int8], flip: NDArray[np.bool_]) -> Tensor:
    x = torch.from_numpy(pictures).float() * STEP
    x[torch.from_numpy(flip)] = x[torch.from_numpy(flip)].flip(2)
    return x

"""The angle-view network from nothing: pictures are made and labelled, the network learns, the weights are written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from pg4da.policies.avn.checkpoints import save_avn
from pg4da.policies.avn.metrics import Quality, quality
from pg4da.policies.avn.trainer import AvnTrainer
from pg4da.sim.training.bank import Bank, make_bank, sample_file
from pg4da.sim.training.tables import table
from pg4da.training.config import BankConfig, TrainingConfig

WEIGHTS, CHECKPOINT, PICTURES = "avn.safetensors", "avn-checkpoint.safetensors", "bank"
MEASURED = 60  # held-out pictures at most that the network is measured on now and then
SEEDS = 1_000_000  # apart: banks of different seeds share no picture


@dataclass(frozen=True)
class AvnProgress:
    """stage: "pictures" while they are made, "learning" after; done of total; left [s]: at the mean speed so far.

    loss: mean since the last report. quality: on held-out pictures, None where it was not measured.
    """

    stage: str
    done: int
    total: int
    left: float
    loss: float | None = None
    quality: Quality | None = None


Listen = Callable[[AvnProgress], None]


def train_avn(
    config: TrainingConfig,
    folder: Path,
    on_progress: Listen = lambda progress: None,
    stop: Callable[[], bool] = lambda: False,
    every: int = 20,
    measure: int = 200,
) -> Path | None:
    """Train in a folder, from where it stopped if it did; the file of weights, None where `stop` said so before.

    every, measure: steps from one report, and from one measurement on held-out pictures, to the next. A training
    taken up again gives the same weights bit for bit. Raises WeightsError for a folder of another training,
    FloatingPointError for a training that diverged.
    """
    files = _pictures(config, folder, on_progress, stop)
    if files is None:
        return None
    learnt, held = _parted(files, config.bank)
    trainer = AvnTrainer(config.avn)
    checkpoint = folder / CHECKPOINT
    if checkpoint.is_file():
        trainer.resume(checkpoint)
    if not _learn(trainer, Bank(learnt), Bank(held[:MEASURED]), checkpoint, (every, measure), on_progress, stop):
        return None
    weights = folder / WEIGHTS
    save_avn(weights, trainer.averaged, {"settings": asdict(config.avn), "bank": config.bank.model_dump()}, half=True)
    return weights


def _pictures(config: TrainingConfig, folder: Path, on_progress: Listen, stop: Callable[[], bool]) -> list[Path] | None:
    """Files of the whole bank, those that lack made now; None where it was stopped."""
    bank, seeds = folder / PICTURES, range(config.seed * SEEDS, config.seed * SEEDS + config.bank.samples)
    files = [sample_file(bank, seed) for seed in seeds]
    had = sum(file.is_file() for file in files)
    start = time.monotonic()
    with closing(make_bank(bank, seeds, table, config.bank.workers)) as making:
        for made, _ in enumerate(making, 1):
            left = (time.monotonic() - start) / made * (len(files) - had - made)
            on_progress(AvnProgress("pictures", had + made, len(files), left))
            if stop() and had + made < len(files):
                return None
    return files


def _parted(files: Sequence[Path], config: BankConfig) -> tuple[list[Path], list[Path]]:
    """What is learnt from and what is only measured on, at least one each; held out are files evenly spread."""
    count = min(max(1, round(config.held_out * len(files))), len(files) - 1)
    out = {round(k * len(files) / count) for k in range(count)}
    return [f for k, f in enumerate(files) if k not in out], [f for k, f in enumerate(files) if k in out]


def _learn(
    trainer: AvnTrainer,
    samples: Bank,
    held: Bank,
    checkpoint: Path,
    pace: tuple[int, int],
    on_progress: Listen,
    stop: Callable[[], bool],
) -> bool:
    """Whether all steps were made; the checkpoint holds the last one in any case."""
    every, measure = pace
    first, start, total = trainer.done, time.monotonic(), trainer.settings.steps
    losses: list[float] = []
    while trainer.done < total:
        if stop():
            trainer.save(checkpoint)
            return False
        losses.append(trainer.step(samples))
        ended = trainer.done == total
        if trainer.done % every and trainer.done % measure and not ended:
            continue
        measured = quality(trainer.averaged, held) if trainer.done % measure == 0 or ended else None
        left = (time.monotonic() - start) / (trainer.done - first) * (total - trainer.done)
        on_progress(AvnProgress("learning", trainer.done, total, left, sum(losses) / len(losses), measured))
        losses.clear()
        if measured:
            trainer.save(checkpoint)
    return True

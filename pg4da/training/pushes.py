"""The stage that trains the ranking of pushes: scenes are tried out in simulation, then a network learns from them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.sim.training.push_bank import FIRST_SEED, make_push_bank, push_file
from pg4da.sim.training.push_data import read_pushes
from pg4da.sim.training.ranking import RankingTraining
from pg4da.training.log import StageLog
from pg4da.training.stages import RANKING, Run, store_settings

APART = 100_000  # seeds: banks of different seeds share no scene


def train_ranking(run: Run) -> bool:
    """Make the bank of tried pushes and fit the ranking to it; False where it was stopped.

    Scenes that are there already are kept; a fit that was stopped begins anew. Raises BadInput.
    """
    check_ranking(run)
    store_settings(run)
    folder, config = run.folder("ranking"), run.config
    seeds = range(FIRST_SEED + config.seed * APART, FIRST_SEED + config.seed * APART + config.pushes.scenes)
    bank = folder / "bank"
    if not _bank(run, bank, seeds):
        return False
    try:
        data = read_pushes([push_file(bank, seed) for seed in seeds])
    except ValueError as error:
        raise BadInput(f"{bank}: {error}; more scenes may help (pushes.scenes)") from None
    return _fit(run, RankingTraining(data, config.ranking), folder)


def check_ranking(run: Run) -> None:
    """Raises BadInput where it can't be trained in these processes, or is there and is not resumed."""
    if run.group.size > 1:
        raise BadInput("the ranking is trained in one process: start it without torchrun")
    if run.folder("ranking").is_dir() and not run.resume:
        raise BadInput(
            f"{run.folder('ranking')} holds a training already; --resume goes on with it, or give another --out"
        )


def _bank(run: Run, bank: Path, seeds: range) -> bool:
    """Whether the bank is whole."""
    had = sum(push_file(bank, seed).is_file() for seed in seeds)
    with StageLog(bank, "ranking scenes", len(seeds), "scenes", had) as log:
        made: Iterator[Path] = make_push_bank(bank, seeds, run.config.pushes.workers)
        with closing(_each(made)) as files:
            for done, _ in enumerate(files, had + 1):
                log.row(done, {})
                if run.stop() and done < len(seeds):
                    return False
    return True


def _each(made: Iterator[Path]) -> Generator[Path, None, None]:  # closing it ends the processes too
    yield from made


def _fit(run: Run, training: RankingTraining, folder: Path) -> bool:
    settings = training.settings
    with StageLog(folder, "ranking", settings.rehearsals + settings.epochs, "passes") as log:
        for done, epoch in enumerate(training.run(), 1):
            log.row(done, {"loss": epoch.loss, "made_pushes": float(epoch.stage == "pushes")})
            if run.stop():
                log.say("stopped; the fit begins anew when it is resumed, the scenes are kept")
                return False
        training.save(folder / RANKING)
        log.say("done")
    return True

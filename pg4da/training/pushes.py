"""The stage that trains the ranking of pushes: scenes are tried out in simulation, then a network learns from them.

In rounds: pushes that the ranking so far would choose are tried too, so that what it overrates is seen to fail.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.hardware.errors import DeviceError
from pg4da.sim.training.push_bank import FIRST_SEED, make_push_bank, push_file
from pg4da.sim.training.push_data import read_pushes
from pg4da.sim.training.ranking import RankingTraining, one_torch_thread
from pg4da.sim.warp.loading import check_device
from pg4da.training.log import StageLog
from pg4da.training.stages import RANKING, Run, store_settings

BANK = "bank"
APART = 100_000  # seeds: banks of different seeds share no scene


def train_ranking(run: Run) -> bool:
    """Make the bank of tried pushes in rounds and fit the ranking to all of it after each; False where it was stopped.

    Scenes and rounds that are there already are kept; a fit that was stopped begins anew. Raises BadInput.
    """
    check_ranking(run)
    store_settings(run)
    folder, rounds = run.folder("ranking"), run.config.pushes.rounds
    weights: Path | None = None
    for number in range(1, rounds + 1):
        if not _bank(run, folder / BANK, number, weights):
            return False
        weights = folder / (RANKING if number == rounds else f"ranking-round-{number}.safetensors")
        if weights.is_file():
            continue
        with one_torch_thread():
            if not _fit(run, _training(run, number), folder, weights):
                return False
    return True


def seeds_of(run: Run, number: int) -> range:
    """Of a round's scenes, the first round being 1; earlier rounds get the scenes that are left over."""
    pushes, first = run.config.pushes, FIRST_SEED + run.config.seed * APART
    share, over = divmod(pushes.scenes, pushes.rounds)
    start = first + (number - 1) * share + min(number - 1, over)
    return range(start, start + share + (number <= over))


def _training(run: Run, number: int) -> RankingTraining:
    """The fit to the scenes of all rounds so far."""
    bank = run.folder("ranking") / BANK
    files = [push_file(bank, seed) for each in range(1, number + 1) for seed in seeds_of(run, each)]
    try:
        return RankingTraining(read_pushes(files), run.config.ranking)
    except ValueError as error:
        raise BadInput(f"{bank}: {error}; more scenes may help (pushes.scenes)") from None


def check_ranking(run: Run) -> None:
    """Raises BadInput where it can't be trained in these processes, or is there and is not resumed."""
    if run.config.pushes.device is not None:
        try:
            check_device(run.config.pushes.device)
        except DeviceError as error:
            raise BadInput(f"pushes.device: {error}") from None
    if run.group.size > 1:
        raise BadInput("the ranking is trained in one process: start it without torchrun")
    if run.folder("ranking").is_dir() and not run.resume:
        raise BadInput(
            f"{run.folder('ranking')} holds a training already; --resume goes on with it, or give another --out"
        )


def _bank(run: Run, bank: Path, number: int, weights: Path | None) -> bool:
    """Whether the round's scenes are all there."""
    pushes, seeds = run.config.pushes, seeds_of(run, number)
    before = seeds.start - seeds_of(run, 1).start
    had = before + sum(push_file(bank, seed).is_file() for seed in seeds)
    name = f"ranking scenes, round {number} of {pushes.rounds}"
    making = make_push_bank(bank, seeds, pushes.workers, weights, pushes.device)
    with StageLog(bank, name, pushes.scenes, "scenes", had) as log, closing(making) as files:
        for done, _ in enumerate(files, had + 1):
            log.row(done, {})
            if run.stop() and done < before + len(seeds):
                return False
    return True


def _fit(run: Run, training: RankingTraining, folder: Path, weights: Path) -> bool:
    settings = training.settings
    with StageLog(folder, "ranking", settings.rehearsals + settings.epochs, "passes") as log:
        for done, epoch in enumerate(training.run(), 1):
            log.row(done, {"loss": epoch.loss, "made_pushes": float(epoch.stage == "pushes")})
            if run.stop():
                log.say("stopped; the fit begins anew when it is resumed, the scenes are kept")
                return False
        training.save(weights)
        log.say("done")
    return True

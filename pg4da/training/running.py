"""Which stage does what."""

from __future__ import annotations

from collections.abc import Callable

from pg4da.training.ablations import practise_rest, train_ablations
from pg4da.training.backbone import check_backbone, train_backbone
from pg4da.training.practice import practise, starting_policy
from pg4da.training.pushes import check_ranking, train_ranking
from pg4da.training.stages import AVN, RANKING, Run, check_fresh

STAGES: dict[str, Callable[[Run], bool]] = {
    "avn": train_backbone,
    "grasp": lambda run: practise(run, "grasp"),
    "push-grasp": lambda run: practise(run, "push-grasp"),
    "ablations": train_ablations,
    "ranking": train_ranking,
}


def run_stage(stage: str, run: Run) -> bool:
    """Run a stage, or all of them; False where it was stopped. Raises BadInput, WeightsError, WorkerFailed."""
    check(stage, run)
    return STAGES[stage](run) if stage != "all" else train_all(run)


def train_all(run: Run) -> bool:
    """From nothing to the weights of both policies; with `weights` in the settings without the angle-view network."""
    own = run.config.weights is None and not (run.folder("avn") / AVN).is_file()
    if own and not train_backbone(run):
        return False
    if not (practise_rest(run, "grasp") and practise_rest(run, "push-grasp")):
        return False
    return (run.folder("ranking") / RANKING).is_file() or train_ranking(run)


def check(stage: str, run: Run) -> None:
    """What can be told before anything is written. Raises BadInput."""
    if stage in ("avn", "all") and run.config.weights is None:
        check_backbone(run)
    if stage in ("ranking", "all"):
        check_ranking(run)
    if stage == "all" and not run.resume:
        for each in ("grasp", "push-grasp"):
            check_fresh(run, each)
    if stage == "push-grasp":
        starting_policy(run)
    if stage in ("grasp", "push-grasp"):
        check_fresh(run, stage)
    if stage in ("grasp", "push-grasp", "ablations"):
        run.avn_weights()

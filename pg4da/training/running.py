"""Which stage does what."""

from __future__ import annotations

from pg4da.training.ablations import practise_rest, train_ablations
from pg4da.training.practice import practise, starting_policy
from pg4da.training.stages import POLICY, Run, check_fresh


def run_stage(stage: str, run: Run) -> bool:
    """Run a stage, or all of them; False where it was stopped. Raises BadInput, WeightsError, WorkerFailed."""
    check(stage, run)
    if stage == "ablations":
        return train_ablations(run)
    if stage == "grasp":
        return practise(run, "grasp")
    if stage == "push-grasp":
        return practise(run, "push-grasp")
    return practise_rest(run, "grasp") and practise_rest(run, "push-grasp")


def check(stage: str, run: Run) -> None:
    """What can be told before anything is written. Raises BadInput."""
    if stage in ("grasp", "push-grasp"):
        check_fresh(run, stage)
    if stage == "push-grasp":
        starting_policy(run)
    if stage == "all" and not run.resume and (run.folder("grasp") / POLICY).is_file():
        check_fresh(run, "grasp")
    run.avn_weights()

"""The paper's four ways of training (section IV-B, Fig. 9): in two stages or one, backbone frozen or fine-tuned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pg4da.policies.avn.checkpoints import load_avn
from pg4da.sim.training.practice import Stage
from pg4da.training.curves import Curve, draw_curves
from pg4da.training.practice import practise, with_settings
from pg4da.training.rows import read_rows
from pg4da.training.stages import POLICY, Run, store_settings

PICTURE = "ablations.png"
# Name, backbone, whether a grasp stage comes first.
WAYS = (
    ("two-stages-frozen", "frozen", True),
    ("two-stages-fine-tuned", "fine-tuned", True),
    ("one-stage-frozen", "frozen", False),
    ("one-stage-fine-tuned", "fine-tuned", False),
)


def train_ablations(run: Run) -> bool:
    """All four, one after the other, each in its folder, from the same angle-view network; False where stopped.

    Draws the rewards of the push-grasp stages into one picture. Raises BadInput, WeightsError, WorkerFailed.
    """
    weights = run.avn_weights()
    load_avn(weights)
    if run.group.first:
        store_settings(run)
    for name, backbone, staged in WAYS:
        push_grasp = run.config.push_grasp.model_copy(update={"start": "grasp" if staged else "nothing"})
        way = with_settings(run, name, backbone=backbone, push_grasp=push_grasp, weights=weights)
        stages: tuple[Stage, ...] = ("grasp", "push-grasp") if staged else ("push-grasp",)
        for stage in stages:
            if not practise_rest(way, stage):
                return False
        if run.group.first:
            draw(run.out)
    return True


def practise_rest(run: Run, stage: Stage) -> bool:
    """A stage of a run that may be resumed before it, in it or after it."""
    if run.resume and (run.folder(stage) / POLICY).is_file():
        return True
    return practise(replace(run, resume=run.resume and run.begun(stage)), stage)


def draw(out: Path) -> None:
    """Reward against decisions of the push-grasp stages that there are, as in Fig. 9."""
    curves = {}
    for name, _, _ in WAYS:
        rows = read_rows(out / name / "push-grasp")
        if rows:
            curves[name.replace("-", " ")] = Curve([r["done"] for r in rows], [r["reward"] for r in rows])
    longest = max((len(curve.x) for curve in curves.values()), default=1)
    draw_curves(out / PICTURE, "reward of a motion in the push-grasp stage", "decisions", curves, max(1, longest // 10))

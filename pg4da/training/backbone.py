"""The stage that trains the angle-view network, told like every other."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict

from pg4da.errors import BadInput
from pg4da.training.avn import AvnProgress, train_avn
from pg4da.training.log import StageLog
from pg4da.training.stages import Run, store_settings

UNITS = {"pictures": "pictures", "learning": "steps"}


def train_backbone(run: Run) -> bool:
    """Make labelled pictures and learn from them; False where it was stopped.

    Pictures and steps that are there already are kept. Raises BadInput, WeightsError, FloatingPointError.
    """
    check_backbone(run)
    folder = run.folder("avn")
    store_settings(run)
    with ExitStack() as stack:
        logs: dict[str, StageLog] = {}

        def tell(at: AvnProgress) -> None:
            if at.stage not in logs:
                stack.pop_all().close()
                place, unit = (folder if at.stage == "learning" else folder / at.stage), UNITS[at.stage]
                logs[at.stage] = stack.enter_context(StageLog(place, f"avn {at.stage}", at.total, unit, at.done - 1))
            row = {} if at.loss is None else {"loss": at.loss}
            logs[at.stage].row(at.done, {**row, **(asdict(at.quality) if at.quality else {})})

        return train_avn(run.config, folder, tell, run.stop) is not None


def check_backbone(run: Run) -> None:
    """Raises BadInput where it can't be trained in these processes, or is there and is not resumed."""
    if run.group.size > 1:
        raise BadInput("the angle-view network is trained in one process: start it without torchrun")
    if run.folder("avn").is_dir() and not run.resume:
        raise BadInput(f"{run.folder('avn')} holds a training already; --resume goes on with it, or give another --out")

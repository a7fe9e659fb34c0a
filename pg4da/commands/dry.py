"""What `pg4da run --dry-run` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from pg4da.errors import BadInput
from pg4da.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from pg4da.cells.stages import StageReport
    from pg4da.dry_run import DryRun
    from pg4da.run import RunRequest

PICTURE = "dry_run.png"


def show_dry_run(requests: list[RunRequest], console: Console, as_json: bool) -> int:
    """0 when a motion could be planned, 1 when not. Raises BadInput."""
    from pg4da.dry_run import dry_run

    if len(requests) > 1:
        raise BadInput("--dry-run: one mission at a time")
    found = dry_run(requests[0], lambda line: console.print(printable(line), markup=False))
    for line in lines(found):
        console.print(printable(line), markup=False, soft_wrap=True)
    _save(requests[0], found, console)
    if as_json:
        print(json.dumps(found.as_json(), allow_nan=False))
    return 1 if found.problem else 0


def lines(found: DryRun) -> list[str]:
    """For people."""
    told = [f"{name} arm at [{', '.join(f'{v:.3f}' for v in q)}]" for name, q in found.state.items()]
    told.append(f"target '{found.target}': {'seen' if found.seen else 'not seen'}")
    told += found.notes
    if found.problem:
        return [*told, f"no motion: {found.problem}"]
    told += [f"would make a {found.action}: {found.reason}", *(stage(each) for each in found.stages)]
    return [*told, f"{sum(each.duration for each in found.stages):.1f} s in all; nothing was moved"]


def stage(report: StageReport) -> str:
    """One line of the plan."""
    from pg4da.cells.stages import FAR

    gap = f"{1000 * report.gap:.0f} mm" if report.gap < FAR else f"over {1000 * FAR:.0f} mm"
    return (
        f"  {report.name}: {report.duration:.1f} s, fastest joint at {100 * report.speed:.0f} % of its limit, arms "
        f"{gap} apart, tool down to {1000 * report.lowest:.0f} mm"
    )


def _save(request: RunRequest, found: DryRun, console: Console) -> None:
    from pg4da.recording.recorder import save_png

    if request.out is None or found.picture is None:
        return
    request.out.mkdir(parents=True, exist_ok=True)
    save_png(request.out / PICTURE, np.ascontiguousarray(found.picture))
    console.print(printable(f"picture: {request.out / PICTURE}"), markup=False, soft_wrap=True)

"""Everything about an evaluation's settings that can be wrong, found before anything is written."""

from __future__ import annotations

from pathlib import Path

from pg4da.errors import BadInput
from pg4da.evaluation.settings import Settings


def check_settings(settings: Settings) -> None:
    """Raises BadInput for an unknown policy, a mission with mistakes, a missing folder, a senseless time step, a cell
    in which nobody knows what really happened.
    """
    from pg4da.mission.loader import load_spec
    from pg4da.plugins import skills
    from pg4da.run import RunRequest, policy_of

    if settings.timestep is not None and not 0.0001 <= settings.timestep <= 0.01:
        raise BadInput(f"--timestep: {settings.timestep:g} s; valid: 0.0001 to 0.01")
    if settings.objects_dir is not None and not Path(settings.objects_dir).is_dir():
        raise BadInput(f"--objects: {settings.objects_dir}: no such folder")
    policy_of(RunRequest(policy=settings.policy, weights=Path(settings.weights) if settings.weights else None))
    load_spec(settings.mission, skills())
    check_cell(settings.cell)


def check_cell(cell: str) -> None:
    """Raises BadInput for a cell that is not there, or has no simulation behind it to judge by."""
    from pg4da.cells.spec import RobotsSpec, SimulationSpec
    from pg4da.run import spec_of

    spec = spec_of(cell)
    own = isinstance(spec, RobotsSpec) and spec.top.emulator == "own"
    if not isinstance(spec, SimulationSpec) and not own:
        valid = "sim, sim-grippers, emulated"
        raise BadInput(f"--cell {cell}: success is judged by a simulation's own state; valid: {valid}")

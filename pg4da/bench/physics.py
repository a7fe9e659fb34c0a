"""Can the physics be believed? Nothing slips, overlaps or is launched, and the time step does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from pg4da.bench.hold import measure_slip
from pg4da.bench.suite import Note, alone
from pg4da.evaluation.episode import EpisodeResult
from pg4da.evaluation.metrics import mean_error, share
from pg4da.evaluation.processes import Processes
from pg4da.evaluation.scenes import find_scenes, plan_episodes
from pg4da.evaluation.settings import Settings, code_version
from pg4da.evaluation.worker import run_episode
from pg4da.sim.physics import CELL_TIMESTEP

Check = dict[str, Any]
Truth = dict[str, Any]
SHAPES = ("cube", "rect", "half-cube", "cylinder", "half-cylinder", "triangle", "concave")
OVERLAP = 5.0  # mm, a third of a finger's thickness


def physics(quick: bool, policy: str, note: Note) -> list[Check]:
    """A row a check: name, what was measured, what is wanted, whether it passed."""
    checks = [slip_check(shape) for shape in SHAPES]
    truths = alone(watched_missions, policy, 5 if quick else 20)
    trials = 1 if quick else 5
    whole = play_library(policy, CELL_TIMESTEP, trials, note)
    half = play_library(policy, CELL_TIMESTEP / 2, trials, note)
    return [*checks, overlap_check(truths), launch_check(truths), step_check(whole, half)]


def slip_check(shape: str) -> Check:
    slip = float(alone(measure_slip, shape))
    return check(f"a held {shape} moves in the tool in 5 s", f"{slip:.2f} mm", "at most 1 mm", slip <= 1.0)


def overlap_check(truths: Sequence[Truth]) -> Check:
    depths = [1000.0 * float(truth["max_overlap"]) for truth in truths]
    told = f"{max(depths):.1f} mm; median of {len(depths)} missions {median(depths):.1f} mm"
    name = "deepest overlap of an arm with an object"
    return check(name, told, f"at most {OVERLAP:g} mm", max(depths) <= OVERLAP)


def launch_check(truths: Sequence[Truth]) -> Check:
    fastest, launched = (max(float(t[key]) for t in truths) for key in ("max_object_speed", "max_launch_speed"))
    told = f"{launched:.2f} m/s beyond its own fall; {fastest:.2f} m/s with it"
    return check(f"fastest object in {len(truths)} missions", told, "at most 1.5 m/s", launched <= 1.5)


def step_check(whole: Sequence[EpisodeResult], half: Sequence[EpisodeResult]) -> Check:
    """Both play the same jittered scenes, so the difference is taken trial by trial."""
    by_key = {result.key: result for result in half}
    pairs = [(r.completed, by_key[r.key].completed) for r in whole if r.key in by_key]
    c_whole, c_half = (share(sum(side), len(pairs)) or 0.0 for side in zip(*pairs, strict=True))
    error = mean_error([100.0 * (one - other) for one, other in pairs]) or 0.0
    steps = (1000 * CELL_TIMESTEP, 500 * CELL_TIMESTEP)
    told = f"{c_whole:.1f} % at {steps[0]:g} ms, {c_half:.1f} % at {steps[1]:g} ms, {len(pairs)} runs each"
    told += f"; difference {c_whole - c_half:+.1f} ± {error:.1f}"
    return check("halving the time step: C", told, "differs by less than 3 points", abs(c_whole - c_half) < 3.0)


def check(name: str, measured: str, wanted: str, passed: bool) -> Check:
    return {"name": name, "measured": measured, "wanted": wanted, "passed": passed}


def watched_missions(policy: str, missions: int) -> list[Truth]:
    """What the simulator knows after each of so many of the project's own scenes, spread over the cases."""
    from pg4da.run import RunRequest, run_mission
    from pg4da.sim.scenes import catalogue

    names = catalogue.names()
    chosen = names[:: max(1, len(names) // missions)][:missions]
    return [dict(run_mission(RunRequest(scene=name, policy=policy)).truth or {}) for name in chosen]


def play_library(policy: str, timestep: float, trials: int, note: Note) -> list[EpisodeResult]:
    """The project's own scenes, `trials` each, at a time step [s]."""
    from pg4da.sim.scenes import catalogue

    settings, version = Settings(policy=policy, timestep=timestep), code_version()
    scenes = find_scenes([str(catalogue.find(name)) for name in catalogue.names()])
    with TemporaryDirectory() as folder:
        task = partial(run_episode, settings, version, str(Path(folder)))
        executor = Processes(task, 1, policy, version)
        results = list(executor.run(plan_episodes(scenes, trials, seed=0)))
    note(f"time step {1000 * timestep:g} ms: {sum(r.completed for r in results)} of {len(results)} runs complete")
    return results

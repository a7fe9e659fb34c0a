"""What one mission costs, measured inside it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from pg4da.bench.grid import grid_scene
from pg4da.bench.stopwatch import stopwatch
from pg4da.evaluation.memory import peak_memory
from pg4da.sim.scenes.scene import Scene


@dataclass(frozen=True)
class Job:
    """count: objects on a grid, or None for a generated dense scene of 20. rounds: motions at most."""

    count: int | None
    seed: int
    rounds: int = 50
    policy: str = "pg4da"


def measure(job: Job) -> dict[str, Any]:
    """Run a mission on one core of this process. Seconds, MiB."""
    from pg4da.run import RunRequest, run_mission

    one_core()
    scene = scene_of(job)
    request = RunRequest(scene=scene, policy=job.policy, seed=job.seed, settings={"max_motions": job.rounds})
    began, cpu = time.monotonic(), time.process_time()
    with stopwatch(job.policy) as times:
        run = run_mission(request)
    return {
        "objects": len(scene.objects),
        "outcome": run.outcome,
        "motions": run.motions,
        "sim_time": run.sim_time_s,
        "wall_time": run.wall_time_s,
        "cpu_time": time.process_time() - cpu,
        "whole_time": time.monotonic() - began,
        "peak_memory": peak_memory(),
        "times": dict(times),
    }


def one_core() -> None:
    """Keep this process, and the threads of its libraries, on one core."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


def scene_of(job: Job) -> Scene:
    if job.count is None:
        from pg4da.sim.scenes.generator import generate

        return generate("case2-dense_clutter", job.seed)
    from pg4da.sim.scenes.settle import settle

    return settle(grid_scene(job.count))

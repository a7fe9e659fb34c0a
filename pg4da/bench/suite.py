"""All figures, each measured in child processes of one thread on one core, one after the other."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from pg4da.bench.mission import Job, measure
from pg4da.bench.spread import Spread, spread
from pg4da.policies.one_thread import one_thread

SIZES = (10, 20, 40, 80)
PARTS = ("capture", "interpret", "observe", "decide", "plan", "plan call")
Note = Callable[[str], None]
Run = dict[str, Any]


def alone(function: Callable[..., Any], *args: Any) -> Any:
    """Call in a fresh process, so that its peak memory and its caches are its own."""
    context = multiprocessing.get_context("spawn")
    with one_thread(), ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *args).result()


def measure_missions(quick: bool, policy: str, note: Note) -> list[Run]:
    """Whole missions over 20 blocks of generated dense clutter."""
    runs = []
    for seed in range(3 if quick else 10):
        runs.append(alone(measure, Job(None, seed, policy=policy)))
        note(f"mission {seed}: {speed(runs[-1]):.1f} times real time, {runs[-1]['motions']} motions")
    return runs


def measure_sizes(quick: bool, policy: str, note: Note) -> list[Run]:
    """Up to six motions in grids of each size."""
    runs = []
    for count in SIZES:
        runs += [alone(measure, Job(count, seed, rounds=6, policy=policy)) for seed in range(1 if quick else 3)]
        note(f"{count} objects: {runs[-1]['peak_memory']:.0f} MiB")
    return runs


def speed(run: Run) -> float:
    """Simulated seconds a second of wall time."""
    return float(run["sim_time"] / run["wall_time"])


def speed_of_core(run: Run) -> float:
    """Simulated seconds a second of processor time: what an idle core would do."""
    return float(run["sim_time"] / run["wall_time"] * run["whole_time"] / run["cpu_time"])


def part_times(runs: Iterable[Run]) -> dict[str, Spread | None]:
    """Milliseconds of each part, all runs together."""
    gathered: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        for part, times in run["times"].items():
            gathered[part] += [1000.0 * t for t in times]
    return {part: spread(gathered[part]) for part in PARTS}


def size_rows(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """A row a size: memory [MiB], wall time a motion [s], the parts' medians [ms]."""
    by_size: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        by_size[run["objects"]].append(run)
    return [size_row(count, group) for count, group in sorted(by_size.items())]


def size_row(count: int, group: list[Run]) -> dict[str, Any]:
    moved = [run for run in group if run["motions"]]
    each = spread([run["wall_time"] / run["motions"] for run in moved])
    parts = {part: found.median if found else None for part, found in part_times(group).items()}
    return {
        "objects": count,
        "peak_memory_mib": max(run["peak_memory"] for run in group),
        "motions": sum(run["motions"] for run in group),
        "motion_s": each.to_json() if each else None,
        "parts_ms": parts,
        "speed": speed(max(group, key=lambda run: float(run["motions"]))),
    }


def suite(quick: bool, policy: str, note: Note) -> dict[str, Any]:
    """Everything but the physics checks, ready for JSON."""
    missions, sizes = measure_missions(quick, policy, note), measure_sizes(quick, policy, note)
    figures: dict[str, Spread | None] = {
        "mission_speed": spread([speed(run) for run in missions]),
        "mission_speed_of_core": spread([speed_of_core(run) for run in missions]),
        "mission_wall_s": spread([run["wall_time"] for run in missions]),
        "mission_memory_mib": spread([run["peak_memory"] for run in missions]),
    }
    figures |= {f"{part.replace(' ', '_')}_ms": found for part, found in part_times(missions).items()}
    return {
        "policy": policy,
        "machine": machine(),
        "figures": {name: found.to_json() if found else None for name, found in figures.items()},
        "sizes": size_rows(sizes),
        "outcomes": [run["outcome"] for run in missions],
    }


def machine() -> str:
    """What it was measured on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = "unknown processor"
    return f"{model}, {multiprocessing.cpu_count()} cores"

"""A folder of tried pushes, one file a scene: made by several processes, taken up again where it stopped."""

from __future__ import annotations

import gc
from collections.abc import Generator
from functools import partial
from pathlib import Path

from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.training.processes import in_order
from pg4da.sim.training.push_log import Log
from pg4da.sim.training.pushing import try_scene

FIRST_SEED = 2_000_000  # far from the seeds of every evaluation


def make_push_bank(
    folder: Path, seeds: range, workers: int = 1, weights: Path | None = None, device: str | None = None
) -> Generator[Path, None, None]:
    """Try pushes on the scene of each seed that has no file yet; yields the files as they are finished, in order;
    closing it ends the processes. Raises WorkerDied.

    weights: of a ranking whose choices are tried as well; without it, the look-ahead's choices alone. device: of
    mujoco-warp, see `try_scene`. Each file is a function of its seed, the weights and what makes the pushes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [seed for seed in seeds if not push_file(folder, seed).is_file()]
    return in_order(partial(_make, folder, weights, device), missing, workers)


def push_file(folder: Path, seed: int) -> Path:
    """Where the pushes of a seed's scene lie."""
    return folder / f"{seed:07d}.npz"


def push_files(folder: Path) -> list[Path]:
    """Every finished file, in order of the seeds."""
    return sorted(f for f in folder.glob("*.npz") if f.stem.isdigit())


def _make(folder: Path, weights: Path | None, device: str | None, seed: int) -> Path:
    try:
        log = try_scene(seed, weights, device)
    except SceneError:  # a seed that leads to no scene
        log = Log()
    file = push_file(folder, seed)
    log.save(file)
    gc.collect()  # a scene's simulation is a ring of references of some MB
    return file

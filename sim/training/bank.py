"""A folder of labelled pictures, one file a scene: made by several processes, taken up again where it stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import overload

import numpy as np

from pg4da.policies.avn.orientations import CLASSES
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.labelled import Sample, labelled
from pg4da.sim.training.processes import in_order
from pg4da.sim.training.scatter import scattered

HEIGHT_STEP = 1e-4  # m, far below the camera's noise

SceneOf = Callable[[int], Scene]


def make_bank(
    folder: Path, seeds: range, scene_of: SceneOf = scattered, workers: int = 1, noise: bool = True
) -> Generator[Path, None, None]:
    """Write a sample for each seed that has none yet; yields each file as it is finished, in the order of the seeds;
    closing it ends the processes. Raises WorkerDied.

    scene_of must be a module's function. noise: pictures like an Xtion's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [seed for seed in seeds if not sample_file(folder, seed).is_file()]
    return in_order(partial(_make, folder, scene_of, noise), missing, workers)


def sample_file(folder: Path, seed: int) -> Path:
    """Where the sample of a seed lies."""
    return folder / f"{seed:07d}.npz"


def _make(folder: Path, scene_of: SceneOf, noise: bool, seed: int) -> Path:
    cell = MujocoCell(scene_of(seed), seed=seed, arms=False, camera_noise=noise)
    try:
        sample = labelled(cell)
    finally:
        cell.close()
    file = sample_file(folder, seed)
    save_sample(file, sample)
    return file


def save_sample(file: Path, sample: Sample) -> None:
    """Write a sample, labels packed into bits; a reader finds a whole file or none."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part.npz")
    try:
        np.savez_compressed(
            part,
            color=sample.color,
            height=np.round(sample.height / HEIGHT_STEP).astype(np.uint16),
            cells=sample.cells.astype(np.uint8),
            place=sample.place.astype(np.float32),
            owner=sample.owner.astype(np.int16),
            labels=np.packbits(sample.labels, axis=1),
        )
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def load_sample(file: Path) -> Sample:
    """A sample that save_sample wrote; nothing in it is ever unpickled."""
    with np.load(file, allow_pickle=False) as data:
        labels = np.unpackbits(data["labels"], axis=1, count=CLASSES).astype(bool)
        cells, owner = data["cells"].astype(np.intp), data["owner"].astype(np.intp)
        height = (data["height"] * HEIGHT_STEP).astype(np.float32)
        return Sample(data["color"], height, cells, data["place"].astype(np.float64), owner, labels)


class Bank(Sequence[Sample]):
    """Samples of files, read when they are asked for; `kept` of them stay in memory, about 0.5 MB each."""

    def __init__(self, files: Sequence[Path], kept: int = 4000) -> None:
        self.files = list(files)
        self._read = lru_cache(maxsize=kept)(load_sample)

    def __len__(self) -> int:
        return len(self.files)

    @overload
    def __getitem__(self, at: int) -> Sample: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Sample]: ...
    def __getitem__(self, at: int | slice) -> Sample | Sequence[Sample]:
        return self._read(self.files[at]) if isinstance(at, int) else [self._read(f) for f in self.files[at]]

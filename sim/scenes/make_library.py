"""Makes the project's own twenty scenes and pictures anew: python -m pg4da.sim.scenes.make_library"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from pg4da.sim.scenes.catalogue import library
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import CASE_NAMES, generate
from pg4da.sim.scenes.picture import save_picture
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.scenes.writer import write_scene

WORDS = ("packed", "dense", "partly", "buried", "heap")
TARGETS = (
    ("cube", "triangle", "half-cube", "cylinder"),
    ("cube", "rect", "concave", "half-cylinder"),
    ("cylinder", "cube", "rect", "half-cube"),
    ("cube", "half-cube", "cylinder", "half-cylinder"),
    ("cube", "triangle", "rect", "cylinder"),
)
FIRST_SEED = 100


def make_library(folder: Path) -> None:
    """Write <case>/<word><k>.txt and .png below the folder."""
    for case, word, targets in zip(CASE_NAMES, WORDS, TARGETS, strict=True):
        (folder / case).mkdir(parents=True, exist_ok=True)
        for k, target in enumerate(targets, start=1):
            scene = _first(case, target, FIRST_SEED * k)
            write_scene(scene, folder / case / f"{word}{k}.txt")
            save_picture(scene, folder / case / f"{word}{k}.png")
            print(f"{case}/{word}{k}: {target}, {len(scene.objects)} objects")


def _first(case: str, target: str, seed: int) -> Scene:
    """The scene of the first seed from `seed` on that leads to one."""
    for trial in count(seed):
        try:
            return generate(case, trial, target)
        except SceneError:
            continue
    raise AssertionError("unreachable")


if __name__ == "__main__":
    make_library(library())

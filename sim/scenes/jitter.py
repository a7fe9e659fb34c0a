"""The same scene laid anew by hand: every object a little elsewhere, seeded, at rest."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.settle import settle

SHIFT = 0.002  # m
TURN = math.radians(2.0)
TRIES = 5


def jitter(scene: Scene, seed: int, objects_dir: Path | None = None) -> Scene:
    """Move each object by up to 2 mm along x and y, turn it by up to 2° about the vertical, then let all settle.

    The same scene and seed give the same result whatever the policy. Objects pushed into each other by their shifts
    part again while they settle, so none overlap at the start. Raises SceneError as `settle` does.
    """
    rest = settle(scene, objects_dir)
    rng = np.random.default_rng(seed)
    for attempt in range(TRIES):
        moved = replace(rest, objects=tuple(_moved(obj, rng) for obj in rest.objects))
        try:
            return settle(moved, objects_dir)
        except SceneError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _moved(obj: SceneObject, rng: np.random.Generator) -> SceneObject:
    shift = np.array([*rng.uniform(-SHIFT, SHIFT, 2), 0.0])
    turn = Rotation.from_euler("z", rng.uniform(-TURN, TURN))
    return replace(obj, position=obj.position + shift, quaternion=(turn * Rotation.from_quat(obj.quaternion)).as_quat())

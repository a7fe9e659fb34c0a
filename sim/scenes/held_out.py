"""Scenes of things that no policy here was trained or tuned on, pushed together round the target.

Made anew by python -m pg4da.sim.scenes.held_out
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array
from pg4da.sim.objects.household import HOUSEHOLD_NAMES
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.scenes.catalogue import HELD_OUT, held_out
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.settle import settle

FEWEST, MOST = 5, 9  # things round the target
GAP = (0.0008, 0.004)  # m
FARTHEST, STEP = 0.34, 0.002  # m from the target's middle that a thing is pushed in from, and by how much at a time
WAYS = 8  # directions tried for each; the one that brings it nearest is taken
REACH = 0.30  # m of the workspace's middle that all things lie within
TRIES = 30
UPRIGHT = math.cos(math.radians(5))
GREEN = (0.0, 1.0, 0.0)
MIDDLE = np.array([0.0, 0.5])
# Two scenes for each of these targets.
TARGETS = ("can", "soap", "tea-box", "cube-30", "banana", "mug", "hexagon", "cube-60", "bracket", "marker")


def generate_held_out(seed: int, target: str) -> Scene:
    """A settled scene; the same arguments give the same one. Raises SceneError where the seed leads to none."""
    for attempt in range(TRIES):
        rng = np.random.default_rng([seed, attempt, HOUSEHOLD_NAMES.index(target)])
        laid = _laid(f"{target}-{seed}", target, rng)
        try:
            scene = settle(laid)
        except SceneError:
            continue
        if all(_upright(obj) for obj in scene.objects):
            return scene
    raise SceneError(HELD_OUT, None, None, f"seed {seed} leads to no scene with a {target}; try another seed")


def _laid(name: str, target: str, rng: np.random.Generator) -> Scene:
    """The target in the middle, the others pushed in from round about until they touch something, nearly."""
    first = _turned(target, rng)
    placed, objects = [first[1] + MIDDLE], [_object(target, GREEN, MIDDLE, first[0])]
    names = rng.choice([n for n in HOUSEHOLD_NAMES if n != target], int(rng.integers(FEWEST, MOST + 1)), replace=False)
    for name_ in (str(n) for n in names):
        turn, outline = _turned(name_, rng)
        place = _pushed_in(outline, placed, rng)
        if place is not None:
            placed.append(outline + place)
            objects.append(_object(name_, _color(rng), place, turn))
    return Scene(name, HELD_OUT, tuple(objects), 0)


def _turned(name: str, rng: np.random.Generator) -> tuple[Rotation, Array]:
    """A turn about the vertical, and the outline (n, 2) of the thing so turned."""
    turn = Rotation.from_euler("z", rng.uniform(0, 2 * np.pi))
    points = load_shape(name).placed(np.zeros(3), turn.as_quat())[:, :2]
    return turn, points[ConvexHull(points).vertices]


def _pushed_in(outline: Array, placed: list[Array], rng: np.random.Generator) -> Array | None:
    """The place (2,) nearest to the target of those that some directions end at; None where none is within REACH."""
    best: tuple[float, Array] | None = None
    for angle in rng.uniform(0, 2 * np.pi, WAYS):
        way, gap = np.array([np.cos(angle), np.sin(angle)]), float(rng.uniform(*GAP))
        distance = FARTHEST
        while distance > 0 and all(_apart(outline + MIDDLE + distance * way, other) > gap for other in placed):
            distance -= STEP
        distance += STEP
        if distance < min(REACH, best[0] if best else math.inf):
            best = (distance, MIDDLE + distance * way)
    return None if best is None else best[1]


def _apart(a: Array, b: Array) -> float:
    """Gap [m] between convex outlines (n, 2), (m, 2), over the normals of both; not above 0 where they overlap."""
    edges = np.concatenate([np.roll(a, -1, axis=0) - a, np.roll(b, -1, axis=0) - b])
    normals = np.stack([edges[:, 1], -edges[:, 0]]) / np.maximum(np.linalg.norm(edges, axis=1), 1e-12)
    u, v = a @ normals, b @ normals
    return float(np.maximum(v.min(axis=0) - u.max(axis=0), u.min(axis=0) - v.max(axis=0)).max())


def _object(name: str, color: tuple[float, float, float], place: Array, turn: Rotation) -> SceneObject:
    lowest = float(load_shape(name).placed(np.zeros(3), turn.as_quat())[:, 2].min())
    return SceneObject(name, color, np.array([*place, 0.0002 - lowest]), turn.as_quat())


def _color(rng: np.random.Generator) -> tuple[float, float, float]:
    """Red to blue, little green, not too dark."""
    while True:
        r, g, b = rng.uniform((0.0, 0.0, 0.0), (1.0, 0.2, 1.0)).round(4)
        if max(r, b) > 0.35:
            return float(r), float(g), float(b)


def _upright(obj: SceneObject) -> bool:
    return bool(Rotation.from_quat(obj.quaternion).apply([0.0, 0.0, 1.0])[2] > UPRIGHT)


def make_held_out(folder: Path) -> None:
    """Write <folder>/<target><k>.txt and .png."""
    from pg4da.sim.scenes.picture import save_picture
    from pg4da.sim.scenes.writer import write_scene

    folder.mkdir(parents=True, exist_ok=True)
    for target in TARGETS:
        for k in (1, 2):
            scene = generate_held_out(100 * k, target)
            write_scene(scene, folder / f"{target}{k}.txt")
            save_picture(scene, folder / f"{target}{k}.png")
            print(f"{target}{k}: {len(scene.objects)} things")


if __name__ == "__main__":
    make_held_out(held_out())

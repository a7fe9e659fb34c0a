"""Scenes of the paper's five cases, made from a seed: the target truly hemmed in, buried, or dropped among others."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.sim.objects.shape import BLOCK_NAMES, UnknownShape
from pg4da.sim.objects.shape import unknown_shape_message as unknown_shape
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.heap import drop_heap
from pg4da.sim.scenes.layout import Recipe, lay_out
from pg4da.sim.scenes.packing import Placement
from pg4da.sim.scenes.plan_view import PlanView
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.settle import settle

MIN_RING = 0.77  # the loosest of the published structured scenes
ATTEMPTS = 40
SETTLINGS = 5
HEIGHT = 0.045  # m; all blocks stand equally tall
MIDDLE = (0.0, 0.5)


@dataclass(frozen=True)
class Case:
    """What a case asks for: how it is laid out, and how much of the target may be seen."""

    recipe: Callable[[np.random.Generator], Recipe]
    visible: tuple[float, float]


CASES: dict[str, Case] = {
    "case1-clutter": Case(lambda rng: Recipe(int(rng.integers(7, 11)), 0, (0.0, 0.002)), (0.99, 1.0)),
    "case2-dense_clutter": Case(lambda rng: Recipe(20, 0, (0.0, 0.003)), (0.99, 1.0)),
    "case3-partially_occluded": Case(lambda rng: Recipe(20, 5, (0.0, 0.002)), (0.2, 0.5)),
    "case4-completely_occluded": Case(
        lambda rng: Recipe(*((24, 6) if rng.random() < 0.3 else (25, 5)), (0.0, 0.002), bury=True), (0.0, 0.005)
    ),
}
HEAP = "case5-random_arranged"
CASE_NAMES = (*CASES, HEAP)


def generate(case: str, seed: int, target: str | None = None) -> Scene:
    """A settled scene of a case. The same arguments give the same scene.

    target: one of the seven block names, drawn by the seed if None. Structured scenes (cases 1 to 4) have at least
    0.77 of a 2 cm ring round the target occupied and no top-down grasp at the start even for thin fingers.

    Raises SceneError for an unknown case, and when the seed leads to no such scene; UnknownShape for the target.
    """
    if case not in CASE_NAMES:
        near = difflib.get_close_matches(case, CASE_NAMES, n=1, cutoff=0.3)
        hint = f"; did you mean '{near[0]}'? Valid" if near else "; valid"
        raise SceneError(case, None, None, f"unknown case{hint}: {', '.join(CASE_NAMES)}")
    if target is not None and target not in BLOCK_NAMES:
        raise UnknownShape(unknown_shape(target))
    rng = np.random.default_rng([CASE_NAMES.index(case), seed])
    shape = target or str(rng.choice(BLOCK_NAMES))
    for _ in range(ATTEMPTS):
        scene = _attempt(case, f"{shape}-{seed}", shape, rng)
        if scene is not None:
            return scene
    raise SceneError(case, None, None, f"seed {seed} leads to no scene with a {shape} so hemmed in; try another seed")


def _attempt(case: str, name: str, target: str, rng: np.random.Generator) -> Scene | None:
    if case == HEAP:
        return _steady(_scene(name, case, drop_heap(target, rng), rng))
    visible = CASES[case].visible
    placements = lay_out(target, CASES[case].recipe(rng), visible, rng)
    if placements is None:
        return None
    laid = _scene(name, case, [(p, _height(p)) for p in placements], rng)
    if not _hemmed_in(laid, visible):  # far cheaper than to settle first
        return None
    scene = _settled(laid)
    return scene if scene and _in_layers(scene, placements) and _hemmed_in(scene, visible) else None


def _hemmed_in(scene: Scene, visible: tuple[float, float]) -> bool:
    view = PlanView(scene)
    if view.ring_occupancy < MIN_RING or not visible[0] <= view.visible_share <= visible[1]:
        return False
    return not view.graspable()


def _height(placement: Placement) -> float:
    return HEIGHT * (placement.layer + 0.5) + 0.0002 * (placement.layer + 1)


def _settled(scene: Scene) -> Scene | None:
    try:
        return settle(scene)
    except SceneError:  # something rolled away: not a scene
        return None


def _steady(scene: Scene) -> Scene | None:
    """A heap at rest for good: settled until settling once more hardly moves it. None when it goes on creeping."""
    before = _settled(scene)
    for _ in range(SETTLINGS):
        after = _settled(before) if before is not None else None
        if before is None or after is None:
            return None
        moves = [np.linalg.norm(a.position - b.position) for a, b in zip(before.objects, after.objects, strict=True)]
        if max(moves) < 0.001:
            return after
        before = after
    return None


def _in_layers(scene: Scene, placements: list[Placement]) -> bool:
    """Whether every block still lies flat in its layer."""
    for obj, placement in zip(scene.objects, placements, strict=True):
        upright = Rotation.from_quat(obj.quaternion).apply([0.0, 0.0, 1.0])[2]
        if abs(obj.position[2] - _height(placement)) > 0.003 or upright < math.cos(math.radians(2)):
            return False
    return True


def _scene(name: str, case: str, placed: list[tuple[Placement, float]], rng: np.random.Generator) -> Scene:
    """Objects from placements and heights; the first is the target."""
    objects = []
    for i, (p, z) in enumerate(placed):
        color = (0.0, 1.0, 0.0) if i == 0 else _color(rng)
        position = np.array([MIDDLE[0] + p.x, MIDDLE[1] + p.y, z])
        objects.append(SceneObject(p.name, color, position, Rotation.from_euler("z", p.yaw).as_quat()))
    return Scene(name, case, tuple(objects), 0)


def _color(rng: np.random.Generator) -> tuple[float, float, float]:
    """Red to blue, little green, not too dark; four decimals as in files."""
    while True:
        r, g, b = rng.uniform((0.0, 0.0, 0.0), (1.0, 0.2, 1.0)).round(4)
        if max(r, b) > 0.35:
            return float(r), float(g), float(b)

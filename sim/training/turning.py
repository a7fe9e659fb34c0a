"""Other layouts of the same objects: a scene turned as a whole, for worlds that must hold the same things."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Workspace
from pg4da.hardware.frames import Array
from pg4da.sim.scenes.scene import Scene, SceneObject

EDGE = 0.07  # m from the edge of the workspace
TRIES = 20


def turned(scene: Scene, rng: np.random.Generator) -> Scene:
    """The scene turned about the vertical through its middle by a random angle; as it is where none of TRIES fits."""
    area = Workspace()
    middle = np.mean([obj.position[:2] for obj in scene.objects], axis=0)
    for _ in range(TRIES):
        turn = Rotation.from_euler("z", rng.uniform(0, 2 * np.pi))
        objects = tuple(_about(obj, middle, turn) for obj in scene.objects)
        if all(area.contains(obj.position[0], obj.position[1], EDGE) for obj in objects):
            return Scene(scene.name, scene.case, objects, scene.target)
    return scene


def _about(obj: SceneObject, middle: Array, turn: Rotation) -> SceneObject:
    position = obj.position.copy()
    position[:2] = middle + turn.apply([*(position[:2] - middle), 0.0])[:2]
    return SceneObject(obj.shape, obj.color, position, (turn * Rotation.from_quat(obj.quaternion)).as_quat())

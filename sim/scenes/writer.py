"""Scenes as text files in the paper's format."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from scipy.spatial.transform import Rotation

from pg4da.sim.objects.shape import NAMES
from pg4da.sim.scenes.scene import Scene, SceneObject


def scene_text(scene: Scene) -> str:
    """The scene as `read_scene` reads it, the target first; positions to 10 µm."""
    rest = [obj for i, obj in enumerate(scene.objects) if i != scene.target]
    return "".join(_line(obj) for obj in (scene.objects[scene.target], *rest))


def write_scene(scene: Scene, path: Path) -> None:
    """Write the file whole or not at all. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(scene_text(scene))
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _line(obj: SceneObject) -> str:
    name = f"{obj.shape}.urdf" if obj.shape in NAMES else obj.shape
    angles = Rotation.from_quat(obj.quaternion).as_euler("xyz")
    numbers = [f"{c:.4f}" for c in obj.color] + [f"{v:.5f}" for v in (*obj.position, *angles)]
    return " ".join([name, *(n.removeprefix("-") if float(n) == 0 else n for n in numbers)]) + "\n"

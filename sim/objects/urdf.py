"""Single-link objects from URDF files: collision mesh, scale, mass, friction; convex parts cached on disk."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import trimesh
from scipy.spatial import QhullError
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array
from pg4da.sim.cache import cached
from pg4da.sim.objects.convex import CONCAVITY, CONVEX_TOLERANCE, MAX_PARTS, MERGE_GAIN, convex_parts
from pg4da.sim.objects.shape_types import Shape
from pg4da.sim.objects.solids import Faces, mass_properties

DEFAULT_FRICTION = 0.5
DEFAULT_MASS = 0.1


class MeshError(ValueError):
    """A URDF or its mesh can't be read; the message names the file."""


def load_urdf(path: Path) -> Shape:
    """Read an object's only link. The collision mesh is shown too: visual meshes are often not there.

    Raises MeshError.
    """
    root = _parse(path)
    element = root.find(".//collision/geometry/mesh")
    if element is None:
        raise MeshError(f"{path}: no <collision> mesh")
    vertices, faces = _read_mesh(path.parent / element.get("filename", ""), path)
    vertices = vertices * _floats(element.get("scale", "1 1 1"), path)
    vertices = _placed(vertices, root.find(".//collision/origin"), path)
    parts = _convex_parts(vertices, faces, path)
    mass = _value(root, ".//mass", DEFAULT_MASS, path)
    friction = _value(root, ".//lateral_friction", DEFAULT_FRICTION, path)
    shape = Shape(path.as_posix(), parts, vertices, faces, mass, friction, (None,) * len(parts))
    _check(shape, path)
    return shape


def _parse(path: Path) -> ElementTree.Element:
    """Files of the household set declare XML version 0.0, which strict parsers refuse: drop the declaration."""
    try:
        text = path.read_text(encoding="utf-8")
        return ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (OSError, UnicodeDecodeError, ElementTree.ParseError) as error:
        raise MeshError(f"{path}: can't be read as URDF: {error}") from error


def _read_mesh(path: Path, urdf: Path) -> tuple[Array, Faces]:
    if not path.is_file():
        raise MeshError(f"{urdf}: mesh file {path} is missing")
    try:
        mesh = trimesh.load_mesh(path, process=False)
        return np.asarray(mesh.vertices, dtype=np.float64), np.asarray(mesh.faces, dtype=np.int32)
    except (ValueError, IndexError, TypeError, KeyError, AttributeError) as error:
        raise MeshError(f"{urdf}: mesh file {path} can't be read: {error}") from error


def _floats(text: str, path: Path) -> Array:
    try:
        values = np.array([float(word) for word in text.split()])
    except ValueError as error:
        raise MeshError(f"{path}: '{text}' are not three numbers") from error
    if values.shape != (3,) or not np.isfinite(values).all():
        raise MeshError(f"{path}: '{text}' are not three numbers")
    return values


def _placed(vertices: Array, origin: ElementTree.Element | None, path: Path) -> Array:
    if origin is None:
        return vertices
    rotation = Rotation.from_euler("xyz", _floats(origin.get("rpy", "0 0 0"), path))
    return np.asarray(rotation.apply(vertices) + _floats(origin.get("xyz", "0 0 0"), path))


def _value(root: ElementTree.Element, where: str, default: float, path: Path) -> float:
    element = root.find(where)
    if element is None:
        return default
    try:
        value = float(element.get("value", ""))
    except ValueError as error:
        raise MeshError(f"{path}: <{element.tag}> has no number: {element.get('value')!r}") from error
    return value if value > 0 else default


def _convex_parts(vertices: Array, faces: Faces, path: Path) -> tuple[Array, ...]:
    """Slow for large meshes, so the result is kept on disk under the mesh's content."""

    def compute() -> dict[str, Array]:
        return {f"part{k:03d}": part for k, part in enumerate(convex_parts(vertices, faces))}

    settings = np.array([MAX_PARTS, MERGE_GAIN, CONVEX_TOLERANCE, CONCAVITY])
    try:
        stored = cached("convex", [vertices, faces, settings], compute)
    except ValueError as error:
        raise MeshError(f"{path}: {error}") from error
    return tuple(np.asarray(stored[key]) for key in sorted(stored))


def _check(shape: Shape, path: Path) -> None:
    try:
        mass_properties(shape.parts, shape.mass)
    except (QhullError, ValueError, ZeroDivisionError) as error:
        raise MeshError(f"{path}: its mesh is not a solid") from error
    if not 0.001 < shape.radius < 1.0:
        raise MeshError(f"{path}: an object of {2 * shape.radius:.3g} m is not something to pick; is its scale right?")

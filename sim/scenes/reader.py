"""Scene files: the paper's text format and the older VPG family; every mistake is told with its place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Workspace
from pg4da.hardware.frames import Array
from pg4da.sim.objects.shape import NAMES, MeshError, find_urdf, load_shape, unknown_shape_message
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.overlap import hopeless_overlap
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.vpg import NUMBERED, orientation

COLUMNS = ("shape", "r", "g", "b", "x", "y", "z", "roll", "pitch", "yaw")
TARGET_COLOR = (0.0, 1.0, 0.0)
WORKSPACE = Workspace()
MAX_HEIGHT = 0.6  # m
MAX_OBJECTS = 500
_NUMBERED_MESH = re.compile(r"(?:.*[/\\])?(\d+)\.obj$")


@dataclass(frozen=True)
class _Word:
    text: str
    column: int


@dataclass(frozen=True)
class _Line:
    """One object as written: its line number, words and numbers."""

    number: int
    words: tuple[_Word, ...]
    values: Array
    mesh: int | None  # number of a VPG mesh

    def where(self, column: str) -> int:
        return self.words[COLUMNS.index(column)].column


def read_scene(path: Path | str, *, target_line: int | None = None, objects_dir: Path | None = None) -> Scene:
    """Read a scene file.

    One object a line, `shape.urdf r g b x y z roll pitch yaw` in metres and radians about fixed axes; the target is
    the one coloured exactly 0 1 0. Lines of the VPG family, `0.obj r g b x y z a b c`, are read too: their meshes are
    replaced by our blocks (see vpg.py) and the middle of the objects moved to the middle of the workspace.
    target_line: line of the target, from 1, for files that name none; it overrides the colour.
    objects_dir: where URDF paths are looked for, besides the file's folder and its parents.

    Raises SceneError.
    """
    path = Path(path)
    lines = [_parse(path, number, text) for number, text in _texts(path)]
    if not lines:
        raise SceneError(path, None, None, "the file is empty; expected one object a line: " + " ".join(COLUMNS))
    if len(lines) > MAX_OBJECTS:
        raise SceneError(path, lines[MAX_OBJECTS].number, None, f"more than {MAX_OBJECTS} objects")
    target = _target(path, lines, target_line)
    shift = _recentring(path, lines)
    objects = tuple(_object(path, line, shift, objects_dir, i == target) for i, line in enumerate(lines))
    _check_places(path, lines, objects)
    return Scene(path.stem, path.resolve().parent.name, objects, target)


def _texts(path: Path) -> list[tuple[int, str]]:
    """Numbered lines that hold something; `#` starts a comment line."""
    if path.is_dir():
        raise SceneError(path, None, None, "is a folder, not a scene file")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SceneError(path, None, None, f"is not a text file: {error.reason} at byte {error.start}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SceneError(path, None, None, f"can't be read: {reason}") from error
    numbered = enumerate(text.split("\n"), start=1)
    return [(n, line) for n, line in numbered if line.strip() and not line.lstrip().startswith("#")]


def _parse(path: Path, number: int, text: str) -> _Line:
    words = tuple(_Word(match.group(), match.start() + 1) for match in re.finditer(r"\S+", text))
    if len(words) != len(COLUMNS):
        what = f"missing {COLUMNS[len(words)]}" if len(words) < len(COLUMNS) else f"unexpected '{words[10].text}'"
        column = len(text.rstrip()) + 1 if len(words) < len(COLUMNS) else words[10].column
        raise SceneError(path, number, column, f"{what}: {len(words)} columns, expected 10: {' '.join(COLUMNS)}")
    values = np.array([_number(path, number, w, c) for w, c in zip(words[1:], COLUMNS[1:], strict=True)])
    for word, value, name in zip(words[1:4], values[:3], COLUMNS[1:4], strict=True):
        if not 0.0 <= value <= 1.0:
            raise SceneError(path, number, word.column, f"{name} = {word.text}: a colour lies in 0..1")
    return _Line(number, words, values, _mesh_number(path, number, words[0]))


def _number(path: Path, line: int, word: _Word, name: str) -> float:
    try:
        value = float(word.text) if "_" not in word.text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SceneError(path, line, word.column, f"{name} = '{word.text}' is not a finite number")
    return value


def _mesh_number(path: Path, line: int, word: _Word) -> int | None:
    match = _NUMBERED_MESH.match(word.text)
    if match is None:
        return None
    number = int(match.group(1)[:9])
    if number not in NUMBERED:
        raise SceneError(
            path, line, word.column, f"unknown block mesh '{word.text}'; valid: 0.obj to {max(NUMBERED)}.obj"
        )
    return number


def _target(path: Path, lines: list[_Line], target_line: int | None) -> int:
    """Index of the target."""
    if target_line is not None:
        for i, line in enumerate(lines):
            if line.number == target_line:
                return i
        last = lines[-1].number
        raise SceneError(path, None, None, f"no object on target line {target_line}; objects are on lines 1 to {last}")
    marked = [i for i, line in enumerate(lines) if tuple(line.values[:3]) == TARGET_COLOR]
    if len(marked) > 1:
        numbers = ", ".join(str(lines[i].number) for i in marked)
        raise SceneError(
            path, lines[marked[1]].number, lines[marked[1]].where("r"),
            f"{len(marked)} targets (colour 0 1 0) on lines {numbers}; expected one",
        )  # fmt: skip
    if not marked:
        raise SceneError(path, None, None, "no target: no object is coloured 0 1 0; colour one, or give a target line")
    return marked[0]


def _recentring(path: Path, lines: list[_Line]) -> Array:
    """What moves the middle of a VPG file's objects over the middle of our workspace, shape (3,); else zero."""
    numbered = [line.mesh is not None for line in lines]
    if not any(numbered):
        return np.zeros(3)
    if not all(numbered):
        odd = lines[numbered.index(not numbered[0])]
        raise SceneError(path, odd.number, 1, f"'{odd.words[0].text}': numbered meshes and named shapes in one file")
    xy = np.array([line.values[3:5] for line in lines])
    middle = (xy.min(axis=0) + xy.max(axis=0)) / 2
    return np.array([*(WORKSPACE.centre - middle), 0.0])


def _object(path: Path, line: _Line, shift: Array, objects_dir: Path | None, target: bool) -> SceneObject:
    angles = line.values[6:9]
    rotation = Rotation.from_euler("xyz", angles) if line.mesh is None else orientation(angles, line.mesh)
    shape = NUMBERED[line.mesh][0] if line.mesh is not None else _shape_name(path, line, objects_dir)
    color = TARGET_COLOR if target else _not_target(line.values[:3])
    return SceneObject(shape, color, line.values[3:6] + shift, rotation.as_quat())


def _not_target(color: Array) -> tuple[float, float, float]:
    """A file whose target is chosen by line may colour others like targets: grey those."""
    r, g, b = (float(c) for c in color)
    return (0.5, 0.5, 0.5) if (r, g, b) == TARGET_COLOR else (r, g, b)


def _shape_name(path: Path, line: _Line, objects_dir: Path | None) -> str:
    word = line.words[0]
    stem = word.text.removesuffix(".urdf")
    if stem in NAMES:
        return stem
    if not word.text.endswith(".urdf") or "\0" in word.text:
        raise SceneError(path, line.number, word.column, unknown_shape_message(word.text))
    folders = (*([objects_dir] if objects_dir else []), path.resolve().parent)
    try:
        found = find_urdf(word.text, folders)
        if found is not None:
            return load_shape(found.as_posix()).name
    except (MeshError, OSError) as error:
        raise SceneError(path, line.number, word.column, str(error)) from error
    if "/" not in word.text:
        raise SceneError(path, line.number, word.column, unknown_shape_message(word.text))
    looked = ", ".join(str(folder) for folder in folders)
    raise SceneError(
        path, line.number, word.column,
        f"no object file '{word.text}' in {looked} or above; give the folder that holds it (--objects DIR)",
    )  # fmt: skip


def _check_places(path: Path, lines: list[_Line], objects: tuple[SceneObject, ...]) -> None:
    for line, obj in zip(lines, objects, strict=True):
        x, y, z = obj.position
        if not WORKSPACE.contains(x, y):
            inside_x = WORKSPACE.x_min <= x <= WORKSPACE.x_max
            raise SceneError(
                path, line.number, line.where("y" if inside_x else "x"),
                f"{obj.shape} at ({x:.4g}, {y:.4g}) is outside the workspace x "
                f"[{WORKSPACE.x_min}, {WORKSPACE.x_max}], y [{WORKSPACE.y_min}, {WORKSPACE.y_max}]",
            )  # fmt: skip
        if not 0.0 <= z <= MAX_HEIGHT:
            message = f"{obj.shape} at z = {z:.4g} is outside the workspace: z in [0, {MAX_HEIGHT}] above the table"
            raise SceneError(path, line.number, line.where("z"), message)
    pair = hopeless_overlap(objects)
    if pair is not None:
        a, b = pair
        message = f"{objects[b].shape} is inside {objects[a].shape} of line {lines[a].number}"
        raise SceneError(path, lines[b].number, lines[b].where("x"), message)

"""Which scenes to run: folders are searched, every file is read once before anything starts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.evaluation.episode import Episode, episode_seed
from pg4da.evaluation.settings import Settings


@dataclass(frozen=True)
class SceneFile:
    """name: "case/stem"; case: name of the folder that holds the file; digest of its bytes, for resuming."""

    name: str
    case: str
    path: Path
    digest: str


def find_scenes(places: Sequence[str]) -> tuple[SceneFile, ...]:
    """Scene files of the folders and files given, sorted by name. Raises BadInput."""
    found: dict[str, SceneFile] = {}
    for place in places:
        for path in files_under(folder_of(place)):
            scene = describe(path)
            other = found.setdefault(scene.name, scene)
            if other.path != scene.path:
                raise BadInput(f"two scenes are both called {scene.name}: {other.path} and {scene.path}")
    return tuple(found[name] for name in sorted(found))


def folder_of(place: str) -> Path:
    """A path, or the folder of a set that comes with pg4da; what lies here goes before a set's name."""
    from pg4da.sim.scenes.catalogue import sets

    return Path(place) if Path(place).exists() else sets().get(place, Path(place))


def files_under(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        from pg4da.sim.scenes.catalogue import sets

        raise BadInput(f"{place}: no such file or folder (--scenes); sets that come with pg4da: {', '.join(sets())}")
    files = sorted(place.rglob("*.txt"))
    if not files:
        raise BadInput(f"{place}: holds no scene: no .txt file in it or in its folders (--scenes)")
    return files


def describe(path: Path) -> SceneFile:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    case = path.resolve().parent.name
    return SceneFile(f"{case}/{path.stem}", case, path.resolve(), digest)


def check_scenes(scenes: Sequence[SceneFile], settings: Settings) -> None:
    """Read every scene. Raises BadInput with the place of the first mistake."""
    from pg4da.sim.scenes.errors import SceneError
    from pg4da.sim.scenes.reader import read_scene

    objects = Path(settings.objects_dir) if settings.objects_dir else None
    for scene in scenes:
        try:
            read_scene(scene.path, target_line=settings.target_line, objects_dir=objects)
        except SceneError as error:
            raise BadInput(str(error)) from error


def plan_episodes(scenes: Sequence[SceneFile], trials: int, seed: int) -> list[Episode]:
    """Every trial of every scene, trial by trial, so that early figures already speak for all scenes."""
    return [
        Episode(s.name, s.case, str(s.path), trial, episode_seed(seed, s.name, trial))
        for trial in range(trials)
        for s in scenes
    ]

"""Find, read and check mission files; subtrees lie beside the mission or come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from pg4da.errors import BadInput, suggest
from pg4da.mission.checker import check
from pg4da.mission.parser import Parser
from pg4da.mission.problems import Mark, MissionError, Problem
from pg4da.mission.source import read_source
from pg4da.mission.spec import MissionSpec
from pg4da.skills.skill import Skill

Skills = Mapping[str, type[Skill]]


def packaged() -> dict[str, Path]:
    """Missions that come with the package, by name."""
    folder = Path(str(files("pg4da.trees")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_mission(name: str) -> Path:
    """A file's path, or the name of a packaged mission (`retrieve`, `retrieve.yaml`, `trees/retrieve.yaml`).

    Raises BadInput with the nearest valid name.
    """
    path = Path(name)
    if path.is_file():
        return path
    known = packaged()
    stem = path.name.removesuffix(".yaml")
    if path.parent.as_posix() in (".", "trees") and stem in known:
        return known[stem]
    raise BadInput(f"mission '{name}' not found{suggest(stem, known)}, or a path")


def load_spec(name: str, skills: Skills) -> MissionSpec:
    """Read and check a mission with its subtrees. Raises MissionError with every problem, BadInput if not found."""
    path = find_mission(name)
    loader = _Loader(skills)
    spec = loader.load(path, ())
    if loader.problems or spec is None:
        raise MissionError(loader.problems)
    return spec


class _Loader:
    """Loads each file once and gathers the problems of all."""

    def __init__(self, skills: Skills) -> None:
        self._skills = skills
        self._loaded: dict[Path, MissionSpec | None] = {}
        self.problems: list[Problem] = []

    def load(self, path: Path, above: tuple[Path, ...]) -> MissionSpec | None:
        """`above`: the files that are being loaded now, for recursion."""
        key = path.resolve()
        if key not in self._loaded:
            self._loaded[key] = self._read(path, (*above, key))
        return self._loaded[key]

    def _read(self, path: Path, above: tuple[Path, ...]) -> MissionSpec | None:
        shown = _shown(path)
        parser = Parser(shown, self._skills.keys(), lambda use, mark: self._subtree(path, use, mark, above))
        spec = None
        try:
            spec = parser.mission(read_source(_text(path, shown), shown))
        except MissionError as error:
            self.problems += error.problems
        self.problems += parser.problems
        if spec is not None:
            self.problems += check(spec, self._skills)
        return spec

    def _subtree(self, user: Path, use: str, mark: Mark, above: tuple[Path, ...]) -> MissionSpec | None:
        beside = {path.stem: path for path in sorted(user.parent.glob("*.yaml"))}
        known = {**packaged(), **beside}
        path = known.get(use) or user.parent / use
        if use not in known and not path.is_file():
            self.problems.append(Problem(mark, f"subtree '{use}' not found{suggest(use, known)}"))
            return None
        if path.resolve() in above:
            chain = " -> ".join(p.stem for p in (*above[above.index(path.resolve()) :], path.resolve()))
            self.problems.append(Problem(mark, f"a subtree that contains itself: {chain}"))
            return None
        return self.load(path, above)


def _shown(path: Path) -> str:
    """As short as a person would write it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MissionError([Problem(Mark(shown, 1, 1), f"not UTF-8 text: byte {error.start}")]) from None
    except OSError as error:
        raise MissionError([Problem(Mark(shown, 1, 1), f"cannot be read: {error.strerror}")]) from None

"""Load mission files with their subtrees: each file once, within bounds, with the problems of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pg4da.errors import BadInput
from pg4da.mission.checker import check
from pg4da.mission.files import find_mission, find_subtree, packaged, read_text, shown_path
from pg4da.mission.parser import Parser
from pg4da.mission.problems import MAX_PROBLEMS, Mark, MissionError, Problem
from pg4da.mission.source import Source, read_source
from pg4da.mission.spec import MissionSpec
from pg4da.skills.skill import Skill

if TYPE_CHECKING:
    from pg4da.xml.model import Model

__all__ = ["find_mission", "load_spec", "packaged"]
Skills = Mapping[str, type[Skill]]
MAX_FILES = 100  # of one mission
MAX_CHARACTERS = 250_000  # of all files of one mission
Place = tuple[Path, str]  # a file, and the tree in it where it holds several


def load_spec(name: str, skills: Skills) -> MissionSpec:
    """Read and check a mission with its subtrees. Raises MissionError with every problem, BadInput if not found."""
    path = find_mission(name)
    loader = _Loader(skills)
    try:
        spec = loader.load((path, ""), (), 0)
    except RecursionError:  # an embedder that stands deep in its own stack already
        raise MissionError([Problem(Mark(shown_path(path), 1, 1), "nested too deep to be read here")]) from None
    if loader.problems or spec is None:
        raise MissionError(loader.problems)
    return spec


class _Loader:
    def __init__(self, skills: Skills) -> None:
        self._skills = skills
        self._loaded: dict[Place, MissionSpec | None] = {}
        self._trees: dict[Path, Mapping[str, Source]] = {}
        self._found: dict[tuple[Path, str], tuple[Place, Place]] = {}
        self._characters = 0
        self.problems: list[Problem] = []

    def load(self, place: Place, above: tuple[Place, ...], depth: int) -> MissionSpec | None:
        """`above`: what is being loaded now, for recursion; `depth`: nodes over it."""
        key = (place[0].resolve(), place[1])
        if key not in self._loaded:
            self._loaded[key] = self._read(place, (*above, key), depth)
        return self._loaded[key]

    def _read(self, place: Place, above: tuple[Place, ...], depth: int) -> MissionSpec | None:
        path, tree = place
        shown = shown_path(path)
        parser = Parser(
            shown, self._skills, lambda use, mark, below: self._subtree(place, use, mark, above, below), depth=depth
        )
        spec = None
        try:
            spec = parser.mission(self._source(path, tree, shown))
        except MissionError as error:
            self.problems += error.problems
        self.problems += parser.problems
        if spec is not None:
            self.problems += islice(check(spec, self._skills), MAX_PROBLEMS)
        return spec

    def _source(self, path: Path, tree: str, shown: str) -> Source:
        """The tree of a file that is asked for; its main one when `tree` is empty. Raises MissionError."""
        key = path.resolve()
        if key not in self._trees:
            if len(self._trees) >= MAX_FILES or self._characters > MAX_CHARACTERS:
                limit = f"{MAX_FILES} files or {MAX_CHARACTERS} characters"
                raise MissionError([Problem(Mark(shown, 1, 1), f"a mission of more than {limit}; not read")])
            self._trees[key] = {}
            try:
                self._trees[key] = self._trees_of(path, shown)
            except MissionError as error:
                self.problems += error.problems
                raise
        if tree not in self._trees[key]:  # a file that could not be read, or a tree that it has not
            raise MissionError([Problem(Mark(shown, 1, 1), f"no tree '{tree}'")] if self._trees[key] else [])
        return self._trees[key][tree]

    def _ports_elsewhere(self, user: Path) -> Callable[[str], Model | None]:
        """For XML, which does not tell inputs from outputs where a subtree is used."""
        from pg4da.xml.model import Model

        def ports(use: str) -> Model | None:
            try:
                path = find_subtree(use, user)
                return Model.of_mission(self._source(path, "", shown_path(path)))
            except BadInput:
                return None

        return ports

    def _trees_of(self, path: Path, shown: str) -> Mapping[str, Source]:
        text = read_text(path, shown)
        self._characters += len(text)
        if path.suffix.lower() != ".xml":
            return {"": read_source(text, shown)}
        from pg4da.xml.reader import read_xml

        found = read_xml(text, shown, self._skills, self._ports_elsewhere(path))
        self.problems += found.problems
        return found.trees

    def _subtree(self, user: Place, use: str, mark: Mark, above: tuple[Place, ...], depth: int) -> MissionSpec | None:
        found = self._found.get((user[0], use))
        if found is None:
            try:
                place = (user[0], use[1:]) if use.startswith("#") else (find_subtree(use, user[0]), "")
            except BadInput as error:
                self._refuse(mark, str(error))
                return None
            found = self._found[user[0], use] = place, (place[0].resolve(), place[1])
        place, key = found
        if key in above:
            chain = " -> ".join(tree or path.stem for path, tree in (*above[above.index(key) :], key))
            self._refuse(mark, f"a subtree that contains itself: {chain}")
            return None
        return self.load(place, above, depth)

    def _refuse(self, mark: Mark, message: str) -> None:
        self.problems.append(Problem(mark, message))
        if len(self.problems) >= MAX_PROBLEMS:
            raise MissionError(self.problems)

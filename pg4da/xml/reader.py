"""Missions written in the XML of BehaviorTree.CPP 4 (Groot2) and py_trees, read into what the mission parser takes.

Standard nodes become words of the language; skills and our own words stand in the XML under their names. Whatever has
no counterpart is a problem with its place, never passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from pg4da.errors import suggest
from pg4da.mission.problems import MAX_PROBLEMS, Mark, MissionError, Problem
from pg4da.mission.source import Source
from pg4da.skills.skill import Skill
from pg4da.xml.build import mapping, scalar
from pg4da.xml.elements import Element, read_elements
from pg4da.xml.inference import ports_of
from pg4da.xml.model import Model, read_model
from pg4da.xml.nodes import NodeReader

PortsOf = Callable[[str], Model | None]


@dataclass
class XmlFile:
    """Each tree by its ID, the main one also under an empty name, with what was found wrong."""

    trees: Mapping[str, Source]
    problems: list[Problem] = field(default_factory=list)


def read_xml(text: str, file: str, skills: Mapping[str, type[Skill]], elsewhere: PortsOf) -> XmlFile:
    """Read a file. `elsewhere` gives the ports of a mission in another file. Raises MissionError for other XML."""
    root = read_elements(text, file)
    try:
        return _Reader(root, skills, elsewhere).read()
    except RecursionError:
        raise MissionError([Problem(root.mark, "nested too deep to be read")]) from None


class _Reader:
    def __init__(self, root: Element, skills: Mapping[str, type[Skill]], elsewhere: PortsOf) -> None:
        self._root, self._skills, self._elsewhere = root, skills, elsewhere
        self._bodies: dict[str, Element] = {}
        self._models: dict[str, Model] = {}
        self._done: dict[str, Source | None] = {}
        self._ports: dict[str, Model] = {}
        self.problems: list[Problem] = []

    def read(self) -> XmlFile:
        """Raises MissionError when there is no tree to speak of."""
        if self._root.tag != "root":
            self._stop(self._root.mark, f'expected <root BTCPP_format="4">, got <{self._root.tag[:40]}>')
        self._sort()
        main = self._main()
        for name in self._bodies:
            self._tree(name)
        trees = {name: tree for name, tree in self._done.items() if tree is not None}
        if main in trees:
            trees[""] = trees[main]
        return XmlFile(trees, self.problems)

    def _sort(self) -> None:
        for element in self._root.children:
            if element.tag == "BehaviorTree":
                name = element.attributes.get("ID", "")
                if not name or name in self._bodies:
                    self._refuse(element.mark, f"a second tree '{name}'" if name else "BehaviorTree needs an 'ID'")
                self._bodies.setdefault(name, element)
            elif element.tag == "TreeNodesModel":
                self._models = read_model(element, self._refuse)
            else:
                hint = "; name the file as ID of a SubTree" if element.tag.lower() in ("include", "import") else ""
                self._refuse(element.mark, f"<{element.tag[:40]}> does not carry over{hint}")
        if not self._bodies:
            self._stop(self._root.mark, "no BehaviorTree")

    def _main(self) -> str:
        name = self._root.attributes.get("main_tree_to_execute")
        if name is None and len(self._bodies) == 1:
            return next(iter(self._bodies))
        if name not in self._bodies:
            mark = self._root.marks.get("main_tree_to_execute", self._root.mark)
            said = "root needs 'main_tree_to_execute'" if name is None else f"no tree '{name}'"
            self._stop(mark, f"{said}{suggest(name or '', self._bodies)}")
        return name

    def _tree(self, name: str) -> Source | None:
        """The tree of an ID, as a mission."""
        if name not in self._done:
            self._done[name] = None  # while it is read: a tree that contains itself is told by the loader
            element = self._bodies[name]
            body = None
            if len(element.children) == 1:
                body = NodeReader(self._skills, self.ports, self._refuse).node(element.children[0])
            else:
                self._refuse(element.mark, f"a BehaviorTree has exactly one child, got {len(element.children)}")
            self._done[name] = self._mission(name, element, body) if body is not None else None
        return self._done[name]

    def _mission(self, name: str, element: Element, body: Source) -> Source:
        model = self._models.get(name)
        if model is None:
            main = name == self._root.attributes.get("main_tree_to_execute", name if len(self._bodies) == 1 else "")
            model = Model.open(*ports_of(body), element.mark) if not main else Model()
        self._ports[name] = model
        described = element.attributes.get("_description")
        entries: dict[str, Source] = {"mission": scalar(name, element.marks.get("ID", element.mark))}
        if described:
            entries["description"] = scalar(described, element.mark)
        return mapping(element.mark, {**entries, **model.declarations(element.mark), "root": body})

    def ports(self, use: str) -> tuple[str, Model]:
        """How a mission file says it, and its ports; empty where they are not known."""
        if use in self._bodies:
            self._tree(use)
            return f"#{use}", self._ports.get(use) or self._models.get(use) or Model()
        return use, self._elsewhere(use) or Model()

    def _refuse(self, mark: Mark, message: str) -> None:
        self.problems.append(Problem(mark, message))
        if len(self.problems) >= MAX_PROBLEMS:
            raise MissionError(self.problems)

    def _stop(self, mark: Mark, message: str) -> NoReturn:
        raise MissionError([*self.problems, Problem(mark, message)])

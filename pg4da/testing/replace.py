"""Exchanges nodes of a mission for scripted leaves, before anything is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pg4da.errors import BadInput, suggest
from pg4da.mission.grammar import WORDS
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.skills.skill import Skill
from pg4da.testing.patterns import matches, nearest
from pg4da.testing.script import Script, Step, steps_of
from pg4da.testing.scripted import Report, scripted

SIMPLE = (str, int, float, bool)
Skills = Mapping[str, type[Skill]]
Chosen = dict[str, tuple[str, tuple[Step, ...]]]  # pattern and steps by path


class BadScript(BadInput):
    """A pattern that means no node, or a script that does not fit its node."""

    def __init__(self, pattern: str, message: str) -> None:
        super().__init__(f"replace: {message}")
        self.pattern, self.message = pattern, message


@dataclass(frozen=True)
class Place:
    """A node of a mission with its path, as the tree will have it."""

    path: str
    spec: NodeSpec


@dataclass(frozen=True)
class Replaced:
    """A mission to be built: its skills by word, the replaced nodes' own among them; `untouched` are the real ones."""

    spec: MissionSpec
    skills: Skills
    untouched: tuple[Place, ...]


def places(node: NodeSpec, above: str = "") -> Iterator[Place]:
    """Every node, subtrees included, in the order of their numbers."""
    path = f"{above}/{node.name}" if above else node.name
    yield Place(path, node)
    for child in _below(node):
        yield from places(child, path)


def exchange(spec: MissionSpec, skills: Skills, scripts: Mapping[str, Script], report: Report) -> Replaced:
    """`scripts` by path pattern; of several that mean a node the last counts.

    Raises BadScript.
    """
    all_places = list(places(spec.root))
    chosen = _chosen(all_places, scripts)
    exchanger = _Exchanger(skills, chosen, report)
    root = exchanger.node(spec.root, "")
    return Replaced(replace(spec, root=root), exchanger.skills, tuple(exchanger.untouched))


def no_node(pattern: str, paths: list[str]) -> str:
    """Why a pattern is wrong; empty when it means a node."""
    if any(matches(pattern, path) for path in paths):
        return ""
    return f"no node matches '{pattern}'; the nearest is '{nearest(pattern, paths)}'"


def _chosen(all_places: list[Place], scripts: Mapping[str, Script]) -> Chosen:
    chosen: Chosen = {}
    paths = [place.path for place in all_places]
    for pattern, script in scripts.items():
        meant = [path for path in paths if matches(pattern, path)]
        if not meant:
            raise BadScript(pattern, no_node(pattern, paths))
        chosen |= dict.fromkeys(meant, (pattern, steps_of(script)))
    return chosen


class _Exchanger:
    def __init__(self, skills: Skills, chosen: Chosen, report: Report) -> None:
        self.skills: dict[str, type[Skill]] = {}
        self.untouched: list[Place] = []
        self._known, self._chosen, self._report = skills, chosen, report

    def node(self, spec: NodeSpec, above: str) -> NodeSpec:
        path = f"{above}/{spec.name}" if above else spec.name
        if path in self._chosen:
            return self._scripted(spec, path)
        self.untouched.append(Place(path, spec))
        if spec.subtree is not None:
            return replace(spec, subtree=replace(spec.subtree, root=self.node(spec.subtree.root, path)))
        if spec.word in self._known and spec.word not in WORDS:
            self.skills[spec.word] = self._known[spec.word]
        children = tuple(self.node(child, path) for child in spec.children)
        slots = {role: self.node(child, path) for role, child in spec.slots.items()}
        return replace(spec, children=children, slots=slots)

    def _scripted(self, spec: NodeSpec, path: str) -> NodeSpec:
        pattern, steps = self._chosen[path]
        original = None if spec.word in WORDS else self._known.get(spec.word)
        for step in steps:
            if wrong := misfit(step, spec, original):
                raise BadScript(pattern, f"'{path}': {wrong}")
        word = f"{spec.word} scripted {len(self.skills)}"
        self.skills[word] = scripted(word, path, steps, tuple(spec.outputs), original, self._report)
        return replace(spec, word=word, subtree=None, children=(), slots={})


def misfit(step: Step, spec: NodeSpec, original: type[Skill] | None) -> str:
    """An output that the node has not, or one that the mission reads and the script leaves out; empty when it fits."""
    if step.kind == "real" and original is None:
        return f"a {spec.word} is no skill; leave it out to keep it as it is"
    if step.kind != "succeed":
        return ""
    types = output_types(spec, original)
    for name in step.outputs:
        if name not in types:
            return f"{spec.word} has no output '{name}'{suggest(name, types) if types else '; it has none'}"
    for port, key in spec.outputs.items():
        if port not in step.outputs and types.get(port) in SIMPLE:
            kind = types[port].__name__
            return f"the script gives no value for '{port}' ({kind}), which the mission writes to ${key}"
    return ""


def output_types(spec: NodeSpec, original: type[Skill] | None) -> dict[str, Any]:
    """What a node can write, with the types."""
    if spec.subtree is not None:
        return {name: declared.annotation for name, declared in spec.subtree.outputs.items()}
    if original is not None:
        return {name: field.annotation for name, field in original.Outputs.model_fields.items()}
    return dict(WORDS[spec.word].outputs) if spec.word in WORDS else {}


def _below(node: NodeSpec) -> tuple[NodeSpec, ...]:
    return (node.subtree.root,) if node.subtree is not None else node.below()

"""A mission as the XML of BehaviorTree.CPP 4, for Groot2 to look at; what does not carry over is said in comments.

Words with a counterpart become standard nodes; every other word stands under its own name, with its model, so that an
editor shows it and `pg4da` reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from pg4da.mission.expression import Literal
from pg4da.mission.grammar import WORDS
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.skills.skill import Skill
from pg4da.xml.counterparts import Tag, counterpart
from pg4da.xml.models import model_lines
from pg4da.xml.values import to_text


def write_xml(mission: MissionSpec, skills: Mapping[str, type[Skill]]) -> str:
    """The whole file, subtrees included."""
    writer = _Writer(skills)
    main = writer.name(mission)
    body = writer.trees()
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_comment(writer.notes)]
    lines.append(f'<root BTCPP_format="4" main_tree_to_execute={quoteattr(main)}>')
    lines += body
    lines += model_lines(writer.missions, writer.used, skills)
    return "\n".join([*lines, "</root>", ""])


@dataclass
class _Writer:
    skills: Mapping[str, type[Skill]]
    missions: dict[str, MissionSpec] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    notes: dict[str, None] = field(default_factory=dict)

    def name(self, mission: MissionSpec) -> str:
        """The ID of a tree, made unique."""
        name, count = mission.name, 1
        while self.missions.get(name, mission) is not mission:
            count += 1
            name = f"{mission.name}_{count}"
        self.missions[name] = mission
        return name

    def trees(self) -> list[str]:
        """Each mission once; writing one may bring more."""
        lines: list[str] = []
        done = 0
        while done < len(self.missions):
            name, mission = list(self.missions.items())[done]
            described = f" _description={quoteattr(mission.description)}" if mission.description else ""
            lines.append(f"  <BehaviorTree ID={quoteattr(name)}{described}>")
            lines += [*self._node(mission.root, 2), "  </BehaviorTree>"]
            done += 1
        return lines

    def _node(self, node: NodeSpec, depth: int) -> list[str]:
        tag = self._tag(node)
        named = {"name": node.name} if node.name != self._usual_name(node) else {}
        attributes = "".join(f" {key}={quoteattr(text)}" for key, text in {**named, **tag.attributes}.items())
        indent = "  " * depth
        if not node.below() and not tag.extra:
            return [f"{indent}<{tag.name}{attributes}/>"]
        inside = [line for child in node.below() for line in self._node(child, depth + 1)]
        extra = [f"{indent}  {line}" for line in tag.extra]
        return [f"{indent}<{tag.name}{attributes}>", *inside, *extra, f"{indent}</{tag.name}>"]

    def _usual_name(self, node: NodeSpec) -> str:
        return node.subtree.name if node.subtree is not None else node.word

    def _tag(self, node: NodeSpec) -> Tag:
        if node.subtree is not None:
            return Tag("SubTree", {"ID": self.name(node.subtree), **self._ports(node)})
        if node.word in self.skills:
            self.used.add(node.word)
            return Tag(node.word, self._ports(node))
        tag = counterpart(node)
        if tag is None:
            self.used.add(node.word)
            self.notes[f"{node.word}: BehaviorTree.CPP has no such node; register one of your own, or look only"] = None
            return Tag(node.word, self._own(node))
        return tag

    def _ports(self, node: NodeSpec) -> dict[str, str]:
        """Inputs and outputs of a skill or a subtree."""
        found = {}
        for port, value in node.values.items():
            found[port] = to_text(value, self._annotation(node, port))
            if "$" in found[port]:
                self.notes["values with a $ are expressions, which ports of BehaviorTree.CPP do not have"] = None
        for port, key in node.outputs.items():
            if found.get(port) != f"{{{key}}}" or port not in self._both(node):
                found[f"{port}_out" if port in found or port in self._both(node) else port] = f"{{{key}}}"
        return found

    def _both(self, node: NodeSpec) -> set[str]:
        """Outputs that have an input's name."""
        if node.subtree is not None:
            return set(node.subtree.inputs) & set(node.subtree.outputs)
        skill = self.skills[node.word]
        return set(skill.Inputs.model_fields) & set(skill.Outputs.model_fields)

    def _annotation(self, node: NodeSpec, port: str) -> Any:
        if node.subtree is not None:
            declared = node.subtree.inputs.get(port)
            return declared.annotation if declared else Any
        found = self.skills[node.word].Inputs.model_fields.get(port)
        return found.annotation if found else Any

    def _own(self, node: NodeSpec) -> dict[str, str]:
        """A word under its own name: fields as attributes, cases by their keys."""
        word = WORDS[node.word]
        found = {}
        for key, value in node.values.items():
            rule = word.fields.get(key)
            if rule is None or not (isinstance(value, Literal) and value.value == rule.default):
                found[key] = to_text(value, rule.annotation if rule else Any)
        fields = {rule.writes: key for key, rule in word.fields.items() if rule.writes}
        for port, key in node.outputs.items():
            found[fields.get(port, port)] = f"{{{key}}}"
        if word.cases:
            found["cases"] = "; ".join(case for case in node.slots if case not in word.slots)
        return found


def _comment(notes: Mapping[str, None]) -> list[str]:
    lines = ["A mission of pg4da. A retry or repeat here does not try again after a failure that cannot be recovered."]
    if notes:
        lines.append("What does not carry over:")
        lines += [f"- {note}" for note in notes]
    return ["<!--", *(f"  {line.replace('--', '- -')}" for line in lines), "-->"]

"""TreeNodesModel of an exported mission, so that an editor knows the skills, our own words and each subtree's ports."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from pg4da.mission.declarations import Declaration
from pg4da.mission.expression import Literal
from pg4da.mission.grammar import WORDS
from pg4da.mission.kinds import type_name
from pg4da.mission.problems import Mark
from pg4da.mission.spec import MissionSpec
from pg4da.skills.skill import Skill
from pg4da.xml.values import to_text

NOWHERE = Mark("", 1, 1)
_TYPES = {"str": "std::string", "float": "double"}


def model_lines(
    missions: Mapping[str, MissionSpec], used: Collection[str], skills: Mapping[str, type[Skill]]
) -> Iterator[str]:
    """Skills and words that the trees use, then the trees themselves."""
    yield "  <TreeNodesModel>"
    for word in sorted(used):
        yield from _skill(word, skills[word]) if word in skills else _word(word)
    for name, mission in missions.items():
        yield from _mission(name, mission)
    yield "  </TreeNodesModel>"


def _skill(word: str, skill: type[Skill]) -> Iterator[str]:
    yield f"    <Action ID={quoteattr(word)}>"
    for kind, ports in (("input_port", skill.Inputs.model_fields), ("output_port", skill.Outputs.model_fields)):
        for name, port in ports.items():
            shown = name if kind == "input_port" or name not in skill.Inputs.model_fields else f"{name}_out"
            yield f"      <{kind} name={quoteattr(shown)} type={quoteattr(_type(type_name(port.annotation)))}/>"
    yield "    </Action>"


def _type(name: str) -> str:
    return _TYPES.get(name, name)


def _word(word: str) -> Iterator[str]:
    grammar = WORDS[word]
    several = grammar.many or grammar.cases or len(grammar.slots) > 1
    kind = "Control" if several else "Decorator" if grammar.slots else "Action"
    yield f"    <{kind} ID={quoteattr(word)}>"
    for key, rule in grammar.fields.items():
        direction = "output_port" if rule.writes else "input_port"
        yield f"      <{direction} name={quoteattr(key)} description={quoteattr(rule.summary)}/>"
    yield f"    </{kind}>"


def _mission(name: str, mission: MissionSpec) -> Iterator[str]:
    yield f"    <SubTree ID={quoteattr(name)}>"
    both = set(mission.inputs) & set(mission.outputs)
    for port, declared in mission.inputs.items():
        yield f"      <{'inout_port' if port in both else 'input_port'}{_attributes(declared)}/>"
    for port, declared in mission.outputs.items():
        if port not in both:
            yield f"      <output_port{_attributes(declared)}/>"
    yield "    </SubTree>"


def _attributes(declared: Declaration) -> str:
    found: dict[str, Any] = {"name": declared.name, "type": _type(declared.type)}
    if not declared.required:
        found["default"] = to_text(Literal(declared.default, declared.mark or NOWHERE), declared.annotation)
    limits = {"min": declared.minimum, "max": declared.maximum}
    found |= {key: f"{limit:g}" for key, limit in limits.items() if limit is not None}
    found |= {"choices": json.dumps(list(declared.choices))} if declared.choices else {}
    found |= {"unit": declared.unit} if declared.unit else {}
    found |= {"description": declared.description} if declared.description else {}
    return "".join(f" {key}={quoteattr(str(value))}" for key, value in found.items())

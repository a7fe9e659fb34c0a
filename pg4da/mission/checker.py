"""What a parsed mission still gets wrong: ports, references nobody writes, types that don't meet, arms held twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from pg4da.errors import suggest
from pg4da.mission.codes import Endings
from pg4da.mission.declarations import Declaration, ValueRefused
from pg4da.mission.expression import Expression, Literal, Value
from pg4da.mission.fitting import misfit
from pg4da.mission.grammar import WORDS
from pg4da.mission.holders import Needs
from pg4da.mission.kinds import Types, fits, known_types, lacks, mismatch, type_name
from pg4da.mission.matching import never_matched
from pg4da.mission.order import early_reads
from pg4da.mission.problems import Problem
from pg4da.mission.rules import broken_rules
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.skills.skill import Skill

Skills = Mapping[str, type[Skill]]


def check(mission: MissionSpec, skills: Skills) -> Iterator[Problem]:
    """The problems of one file; its subtrees are checked when they are loaded."""
    types, needs, endings = known_types(mission, skills), Needs(skills), Endings(skills)
    for node in mission.root.walk():
        yield from _references(node, types)
        if node.word in skills:
            yield from _skill(node, skills[node.word], types)
        elif node.subtree is not None:
            yield from _subtree(mission, node, node.subtree, types)
        elif node.word in WORDS and node.word != "subtree":
            yield from broken_rules(node)
            yield from _fields(node, types)
            yield from never_matched(node, endings)
        if node.word == "parallel":
            yield from needs.twice(node)
    yield from early_reads(mission)
    yield from _outputs_written(mission, types)


def _references(node: NodeSpec, types: Types) -> Iterator[Problem]:
    for value in node.values.values():
        for key in sorted(value.keys) if isinstance(value, Expression) else ():
            if key not in types:
                message = f"${key}: nothing in this mission writes '{key}'{suggest(key, types)}"
                yield Problem(value.mark, message)
        for key, attribute in sorted(value.attributes) if isinstance(value, Expression) else ():
            if problem := lacks(types.get(key, Any), attribute):
                yield Problem(value.mark, f"${key}.{attribute}: {problem}")


def _skill(node: NodeSpec, skill: type[Skill], types: Types) -> Iterator[Problem]:
    ports = skill.Inputs.model_fields
    for port, value in node.values.items():
        mark = node.key_marks.get(port, node.mark)
        if port not in ports:
            yield Problem(mark, f"{node.word} has no input '{port}'{suggest(port, [*ports, 'outputs', 'name'])}")
        elif problem := _port_misfit(ports[port], value, types):
            yield Problem(value.mark, f"input '{port}' of {node.word}: {problem}")
    for port, declared in ports.items():
        if declared.is_required() and port not in node.values and port not in node.key_marks:
            yield Problem(node.mark, f"{node.word} needs the input '{port}' ({type_name(declared.annotation)})")
    yield from _unknown_outputs(node, skill.Outputs.model_fields)


def _port_misfit(port: FieldInfo, value: Value, types: Types) -> str:
    annotation = port.annotation
    if isinstance(value, Literal):
        problem = misfit(port.rebuild_annotation(), value.value)
        return f"{problem}, got {value.value!r}" if problem else ""
    return mismatch(value, annotation, types)


def _unknown_outputs(node: NodeSpec, valid: Mapping[str, Any]) -> Iterator[Problem]:
    for port in node.outputs:
        if port not in valid:
            hint = suggest(port, valid) or "; it has none"
            yield Problem(node.output_marks.get(port, node.mark), f"{node.word} has no output '{port}'{hint}")


def _subtree(mission: MissionSpec, node: NodeSpec, subtree: MissionSpec, types: Types) -> Iterator[Problem]:
    for name, value in node.values.items():
        declared = subtree.inputs.get(name)
        if declared is None:
            hint = suggest(name, subtree.inputs) or "; it has none"
            yield Problem(
                node.key_marks.get(name, value.mark), f"the mission '{subtree.name}' has no input '{name}'{hint}"
            )
        elif problem := _input_misfit(declared, value, types) or _other_unit(declared, value, mission):
            yield Problem(value.mark, f"input '{name}' of '{subtree.name}': {problem}")
    for name, declared in subtree.inputs.items():
        if declared.required and name not in node.values:
            yield Problem(node.mark, f"the mission '{subtree.name}' needs the input '{name}' ({declared.type})")
    yield from _unknown_outputs(node, subtree.outputs)


def _other_unit(declared: Declaration, value: Value, mission: MissionSpec) -> str:
    """An input that is passed on to a subtree which declares it in another unit."""
    given = mission.inputs.get(value.bare_key or "") if isinstance(value, Expression) else None
    if given is None or not given.unit or not declared.unit or given.unit == declared.unit:
        return ""
    return f"${given.name} is in {given.unit}, expected {declared.unit}"


def _input_misfit(declared: Declaration, value: Value, types: Types) -> str:
    if isinstance(value, Expression):
        return mismatch(value, declared.annotation, types)
    try:
        declared.check(value.value)
    except ValueRefused as error:
        return str(error)
    return ""


def _fields(node: NodeSpec, types: Types) -> Iterator[Problem]:
    """Counts, durations and lists given by a key of another type; outputs that a control does not have."""
    word = WORDS[node.word]
    for key, rule in word.fields.items():
        value = node.values.get(key)
        if isinstance(value, Expression) and rule.annotation is not bool and not rule.template:
            wanted = rule.annotation.__origin__ if hasattr(rule.annotation, "__metadata__") else rule.annotation
            if problem := mismatch(value, wanted, types):
                yield Problem(value.mark, f"{key} of {node.word}: {problem}")
    yield from _unknown_outputs(node, word.outputs)


def _outputs_written(mission: MissionSpec, types: Types) -> Iterator[Problem]:
    for name, declared in mission.outputs.items():
        if name not in types:
            yield Problem(declared.mark or mission.mark, f"the output '{name}' is never written{suggest(name, types)}")
        elif not fits(types[name], declared.annotation):
            found, wanted = type_name(types[name]), type_name(declared.annotation)
            yield Problem(
                declared.mark or mission.mark, f"'{name}' is declared {wanted}, but a {found} is written to it"
            )

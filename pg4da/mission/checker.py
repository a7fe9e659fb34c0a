"""What a parsed mission still gets wrong: ports, references nobody writes, types that don't meet, arms held twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from pg4da.errors import suggest
from pg4da.mission.declarations import Declaration, ValueRefused
from pg4da.mission.expression import Expression, Literal, Value
from pg4da.mission.fitting import misfit
from pg4da.mission.grammar import WORDS
from pg4da.mission.problems import Mark, Problem
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.skills.skill import Skill

Skills = Mapping[str, type[Skill]]
_SIMPLE = (str, int, float, bool)


def check(mission: MissionSpec, skills: Skills) -> list[Problem]:
    """Every problem of one file; its subtrees are checked when they are loaded."""
    types = known_types(mission, skills)
    problems: list[Problem] = []
    for node in mission.root.walk():
        problems += _references(node, types)
        if node.word in skills:
            problems += _skill(node, skills[node.word], types)
        elif node.word == "subtree" and node.subtree is not None:
            problems += _subtree(node, node.subtree, types)
        elif node.word == "repeat" and not {"until", "times"} & set(node.values):
            problems.append(Problem(node.mark, "repeat needs 'until' or 'times'; it would never end"))
        elif node.word == "retry" and not {"attempts", "budget"} & set(node.values):
            problems.append(Problem(node.mark, "retry needs 'attempts' or 'budget'; it might never end"))
        elif node.word == "parallel":
            problems += _one_holder(node, skills)
        elif node.word in WORDS:
            problems += _field_types(node, types)
    problems += _outputs_written(mission, types)
    return problems


def known_types(mission: MissionSpec, skills: Skills) -> dict[str, Any]:
    """The keys of a mission's scope that something writes, with their type (Any where it can't be told)."""
    types: dict[str, Any] = {name: declared.annotation for name, declared in mission.inputs.items()}
    for node in mission.root.walk():
        if node.word == "set":
            for key, value in node.values.items():
                _merge(types, key, type(value.value) if isinstance(value, Literal) else Any)
        for port, key in node.outputs.items():
            _merge(types, key, _output_type(node, port, skills))
    return types


def _merge(types: dict[str, Any], key: str, kind: Any) -> None:
    types[key] = kind if types.get(key, kind) == kind else Any


def _output_type(node: NodeSpec, port: str, skills: Skills) -> Any:
    if node.subtree is not None:
        declared = node.subtree.outputs.get(port)
        return declared.annotation if declared else Any
    skill = skills.get(node.word)
    found = skill.Outputs.model_fields.get(port) if skill else None
    return found.annotation if found else Any


def _references(node: NodeSpec, types: Mapping[str, Any]) -> Iterator[Problem]:
    for value in node.values.values():
        for key in sorted(value.keys) if isinstance(value, Expression) else ():
            if key not in types:
                message = f"${key}: nothing in this mission writes '{key}'{suggest(key, types)}"
                yield Problem(value.mark, message)


def _skill(node: NodeSpec, skill: type[Skill], types: Mapping[str, Any]) -> Iterator[Problem]:
    ports = skill.Inputs.model_fields
    for port, value in node.values.items():
        mark = node.key_marks.get(port, node.mark)
        if port not in ports:
            yield Problem(mark, f"{node.word} has no input '{port}'{suggest(port, [*ports, 'outputs', 'name'])}")
        elif problem := _port_misfit(ports[port], value, types):
            yield Problem(value.mark, f"input '{port}' of {node.word}: {problem}")
    for port, declared in ports.items():
        if declared.is_required() and port not in node.values and port not in node.key_marks:
            yield Problem(node.mark, f"{node.word} needs the input '{port}' ({_type_name(declared.annotation)})")
    yield from _unknown_outputs(node, skill.Outputs.model_fields)


def _port_misfit(port: FieldInfo, value: Value, types: Mapping[str, Any]) -> str:
    annotation = port.annotation
    if isinstance(value, Literal):
        problem = misfit(port.rebuild_annotation(), value.value)
        return f"{problem}, got {value.value!r}" if problem else ""
    return _mismatch(value, annotation, types)


def _mismatch(value: Expression, wanted: Any, types: Mapping[str, Any]) -> str:
    """A key whose type is known can't be a value of the wanted one."""
    given = types.get(value.bare_key, Any) if value.bare_key else Any
    if given is Any or wanted is Any or given == wanted or (given is int and wanted is float):
        return ""
    if not isinstance(given, type) or not isinstance(wanted, type):
        return ""
    simple = given in _SIMPLE or wanted in _SIMPLE
    if not simple and (issubclass(given, wanted) or issubclass(wanted, given) or _is_protocol(wanted)):
        return ""
    return f"{value.text} is a {_type_name(given)}, expected {_type_name(wanted)}"


def _is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


def _type_name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _unknown_outputs(node: NodeSpec, valid: Mapping[str, Any]) -> Iterator[Problem]:
    for port in node.outputs:
        if port not in valid:
            hint = suggest(port, valid) or "; it has none"
            yield Problem(node.output_marks.get(port, node.mark), f"{node.word} has no output '{port}'{hint}")


def _subtree(node: NodeSpec, subtree: MissionSpec, types: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in node.values.items():
        declared = subtree.inputs.get(name)
        if declared is None:
            hint = suggest(name, subtree.inputs) or "; it has none"
            yield Problem(
                node.key_marks.get(name, value.mark), f"the mission '{subtree.name}' has no input '{name}'{hint}"
            )
        elif problem := _input_misfit(declared, value, types):
            yield Problem(value.mark, f"input '{name}' of '{subtree.name}': {problem}")
    for name, declared in subtree.inputs.items():
        if declared.required and name not in node.values:
            yield Problem(node.mark, f"the mission '{subtree.name}' needs the input '{name}' ({declared.type})")
    yield from _unknown_outputs(node, subtree.outputs)


def _input_misfit(declared: Declaration, value: Value, types: Mapping[str, Any]) -> str:
    if isinstance(value, Expression):
        return _mismatch(value, declared.annotation, types)
    try:
        declared.check(value.value)
    except ValueRefused as error:
        return str(error)
    return ""


def _field_types(node: NodeSpec, types: Mapping[str, Any]) -> Iterator[Problem]:
    """Counts and durations given by a key of another type."""
    wanted = {"attempts": int, "times": int, "seconds": float}
    for key, value in node.values.items():
        if key in wanted and isinstance(value, Expression) and (problem := _mismatch(value, wanted[key], types)):
            yield Problem(value.mark, f"{key} of {node.word}: {problem}")


def needs_of(node: NodeSpec, skills: Skills) -> frozenset[str]:
    """Resources that anything below a node holds while it runs."""
    needed: set[str] = set()
    for each in node.walk():
        needed |= skills[each.word].needs if each.word in skills else frozenset()
        if each.subtree is not None:
            needed |= needs_of(each.subtree.root, skills)
    return frozenset(needed)


def _one_holder(node: NodeSpec, skills: Skills) -> Iterator[Problem]:
    held: dict[str, str] = {}
    for child in node.children:
        for resource in sorted(needs_of(child, skills)):
            if resource in held:
                message = f"'{child.name}' and '{held[resource]}' run at once and both need '{resource}'"
                yield Problem(child.mark, message)
            held[resource] = child.name


def _outputs_written(mission: MissionSpec, types: Mapping[str, Any]) -> Iterator[Problem]:
    for name, declared in mission.outputs.items():
        if name not in types:
            yield Problem(_place(mission), f"the output '{name}' is never written{suggest(name, types)}")
        elif types[name] not in (Any, declared.annotation, type(None)) and declared.annotation is not float:
            found, wanted = _type_name(types[name]), _type_name(declared.annotation)
            yield Problem(_place(mission), f"the output '{name}' is declared {wanted}, but a {found} is written to it")


def _place(mission: MissionSpec) -> Mark:
    return mission.mark

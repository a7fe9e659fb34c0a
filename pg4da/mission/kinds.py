"""Types of keys, as far as they can be told before a mission runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from pg4da.errors import suggest
from pg4da.mission.expression import Expression, Literal
from pg4da.mission.grammar import WORDS
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.skills.skill import Skill

_SIMPLE = (str, int, float, bool, list)
Types = Mapping[str, Any]


def known_types(mission: MissionSpec, skills: Mapping[str, type[Skill]]) -> dict[str, Any]:
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
    known = types.get(key, kind)
    types[key] = kind if known == kind or known is NoneType else known if kind is NoneType else Any


def _output_type(node: NodeSpec, port: str, skills: Mapping[str, type[Skill]]) -> Any:
    if node.subtree is not None:
        declared = node.subtree.outputs.get(port)
        return declared.annotation if declared else Any
    if node.word in WORDS:
        return WORDS[node.word].outputs.get(port, Any)
    skill = skills.get(node.word)
    found = skill.Outputs.model_fields.get(port) if skill else None
    return found.annotation if found else Any


def mismatch(value: Expression, wanted: Any, types: Types) -> str:
    """Why a key whose type is known can't be a value of the wanted one; empty when it can, or when nobody knows."""
    given = types.get(value.bare_key, Any) if value.bare_key else Any
    if fits(given, wanted):
        return ""
    return f"{value.text} is a {type_name(given)}, expected {type_name(wanted)}"


def fits(given: Any, wanted: Any) -> bool:
    """Whether a value of one type may be one of another."""
    if given is Any or wanted is Any or given is NoneType or given == wanted or (given is int and wanted is float):
        return True
    if get_origin(wanted) in (Union, UnionType):
        return any(fits(given, member) for member in get_args(wanted))
    bare_given, bare_wanted = get_origin(given) or given, get_origin(wanted) or wanted
    if not isinstance(bare_given, type) or not isinstance(bare_wanted, type):
        return True
    if bare_given is list and bare_wanted in (list, tuple):
        return all(fits(a, b) for a, b in zip(get_args(given), get_args(wanted), strict=False))
    if bare_given in _SIMPLE or bare_wanted in _SIMPLE:
        return bare_given is bare_wanted
    return issubclass(bare_given, bare_wanted) or issubclass(bare_wanted, bare_given) or _is_protocol(bare_wanted)


def _is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


def type_name(kind: Any) -> str:
    """As a message shows it."""
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)


def lacks(kind: Any, attribute: str) -> str:
    """Why values of a type have no such attribute; empty when they have it or nobody can tell."""
    if not isinstance(kind, type) or hasattr(kind, attribute):
        return ""
    if is_dataclass(kind):
        valid = {each.name for each in fields(kind)}
    elif issubclass(kind, BaseModel):
        valid = set(kind.model_fields)
    elif kind in (str, int, float, bool, list):
        valid = set()
    else:
        return ""
    if attribute in valid:
        return ""
    valid |= {name for name, value in vars(kind).items() if isinstance(value, property) and not name.startswith("_")}
    return f"a {kind.__name__} has no value '{attribute}'{suggest(attribute, valid)}"

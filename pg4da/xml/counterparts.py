"""Which standard node of BehaviorTree.CPP means what a word with these fields means; None where none does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from pg4da.mission.expression import Expression, Literal, Value
from pg4da.mission.grammar import WORDS
from pg4da.mission.spec import NodeSpec
from pg4da.xml.script import ScriptError, to_script
from pg4da.xml.standard import NO_OTHER_CASE
from pg4da.xml.values import to_text


@dataclass(frozen=True)
class Tag:
    """An element: `extra` are lines inside it after the node's own children."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()


def counterpart(node: NodeSpec) -> Tag | None:
    """The standard node, when nothing is lost."""
    maker = _MAKERS.get(node.word)
    return maker(node) if maker is not None else None


def _set_fields(node: NodeSpec) -> dict[str, Value]:
    """The fields that differ from their default."""
    rules = WORDS[node.word].fields
    return {
        key: value
        for key, value in node.values.items()
        if not (isinstance(value, Literal) and key in rules and value.value == rules[key].default)
    }


def _only(node: NodeSpec, *keys: str) -> dict[str, Value] | None:
    """The fields that are set, if they are just these and the child has no helper."""
    found = _set_fields(node)
    return found if set(found) == set(keys) and set(node.slots) <= {"child"} else None


def _memory(name: str) -> Callable[[NodeSpec], Tag]:
    return lambda node: Tag(f"Reactive{name}" if "memory" in _set_fields(node) else name)


def _always(name: str) -> Callable[[NodeSpec], Tag]:
    return lambda node: Tag(name)


def _parallel(node: NodeSpec) -> Tag:
    policy, count = node.values["policy"].evaluate({}), len(node.children)
    wanted = {"all": count, "any": 1}.get(policy, policy)
    success = "-1" if policy == "all" else str(wanted)
    return Tag("Parallel", {"success_count": success, "failure_count": str(count - wanted + 1)})


def _retry(node: NodeSpec) -> Tag | None:
    fields = _only(node, "attempts")
    return Tag("RetryUntilSuccessful", {"num_attempts": to_text(fields["attempts"], int)}) if fields else None


def _repeat(node: NodeSpec) -> Tag | None:
    if fields := _only(node, "times", "keep_going"):
        return Tag("Repeat", {"num_cycles": to_text(fields["times"], int)})
    fields = _only(node, "until", "keep_going")
    never = fields is not None and isinstance(fields["until"], Literal) and not fields["until"].value
    return Tag("KeepRunningUntilFailure") if never else None


def _milliseconds(value: Value) -> str | None:
    """Only numbers that come back as they were."""
    if isinstance(value, Expression):
        return None
    found = value.value * 1000
    whole = round(found)
    return str(whole) if whole / 1000 == value.value else None


def _timed(name: str, attribute: str) -> Callable[[NodeSpec], Tag | None]:
    def make(node: NodeSpec) -> Tag | None:
        text = _milliseconds(node.values["seconds"])
        return Tag(name, {attribute: text}) if text is not None else None

    return make


def _condition(node: NodeSpec) -> Tag | None:
    value = node.values["if"]
    if isinstance(value, Literal):
        return Tag("AlwaysSuccess") if value.value else None
    try:
        return Tag("ScriptCondition", {"code": to_script(value.text)})
    except ScriptError:
        return None


def _set(node: NodeSpec) -> Tag | None:
    parts = []
    read = {key for value in node.values.values() if isinstance(value, Expression) for key in value.keys}
    if read & set(node.values):
        return None
    for key, value in node.values.items():
        text = _script_value(value)
        if text is None:
            return None
        parts.append(f"{key} := {text}")
    return Tag("Script", {"code": "; ".join(parts)})


def _script_value(value: Value) -> str | None:
    if isinstance(value, Expression):
        try:
            return to_script(value.text)
        except ScriptError:
            return None
    literal: Any = value.value
    if isinstance(literal, str):
        return None if set(literal) & set("';$") else f"'{literal}'"
    return to_text(value, Any) if isinstance(literal, (bool, int, float)) else None


def _switch(node: NodeSpec) -> Tag | None:
    cases = [case for case in node.slots if case != "default"]
    value = node.values["on"]
    if not 2 <= len(cases) <= 6 or (cases != list(node.slots) and list(node.slots)[-1] != "default"):
        return None
    found = {"variable": to_text(value, Any), **{f"case_{index + 1}": case for index, case in enumerate(cases)}}
    extra = () if "default" in node.slots else (f"<AlwaysFailure name={quoteattr(NO_OTHER_CASE)}/>",)
    return Tag(f"Switch{len(cases)}", found, extra)


_MAKERS: dict[str, Callable[[NodeSpec], Tag | None]] = {
    "sequence": _memory("Sequence"),
    "fallback": _memory("Fallback"),
    "parallel": _parallel,
    "retry": _retry,
    "repeat": _repeat,
    "timeout": _timed("Timeout", "msec"),
    "wait": _timed("Sleep", "msec"),
    "invert": _always("Inverter"),
    "force_success": _always("ForceSuccess"),
    "force_failure": _always("ForceFailure"),
    "condition": _condition,
    "set": _set,
    "switch": _switch,
}

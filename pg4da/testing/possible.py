"""Which outcomes a node can have at all, as far as its file tells: what coverage asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pg4da.mission.expression import Literal
from pg4da.mission.spec import NodeSpec

Outcomes = frozenset[str]
S, F = "success", "failure"
BOTH = frozenset({S, F})


def possible(node: NodeSpec) -> Outcomes:
    """Of `success` and `failure`. Skills can end both ways; a failure by a broken `$reference` is not counted."""
    if node.subtree is not None:
        return possible(node.subtree.root)
    rule = _RULES.get(node.word)
    return BOTH if rule is None else rule(node)


def _of(can_succeed: bool, can_fail: bool) -> Outcomes:
    return frozenset(name for name, can in ((S, can_succeed), (F, can_fail)) if can)


def _below(node: NodeSpec) -> list[Outcomes]:
    return [possible(child) for child in node.below()]


def _all_of(outcomes: Sequence[Outcomes], name: str) -> bool:
    return all(name in each for each in outcomes)


def _any_of(outcomes: Sequence[Outcomes], name: str) -> bool:
    return any(name in each for each in outcomes)


def _sequence(node: NodeSpec) -> Outcomes:
    below = _below(node)
    return _of(_all_of(below, S), _any_of(below, F))


def _fallback(node: NodeSpec) -> Outcomes:
    below = _below(node)
    return _of(_any_of(below, S), _all_of(below, F))


def _parallel(node: NodeSpec) -> Outcomes:
    below, policy = _below(node), _literal(node, "policy", "all")
    wanted = policy if isinstance(policy, int) else 1 if policy == "any" else len(below)
    can_fail = sum(F in each for each in below)
    return _of(sum(S in each for each in below) >= wanted, can_fail > len(below) - wanted)


def _switch(node: NodeSpec) -> Outcomes:
    below = _below(node)
    return _of(_any_of(below, S), _any_of(below, F))


def _as_child(node: NodeSpec) -> Outcomes:
    return possible(node.slots["child"])


def _may_fail(node: NodeSpec) -> Outcomes:
    """Guard and timeout: by themselves as well."""
    return _as_child(node) | {F}


def _repeat(node: NodeSpec) -> Outcomes:
    child = _as_child(node)
    runs_out = "until" in node.values and bool({"times", "budget"} & set(node.values))
    return _of(S in child, runs_out or F in child)


def _for_each(node: NodeSpec) -> Outcomes:
    return _of(True, F in _as_child(node))


def _catch(node: NodeSpec) -> Outcomes:
    return _of(_any_of(_below(node), S), F in _as_child(node))


def _finally(node: NodeSpec) -> Outcomes:
    below = _below(node)
    return _of(_all_of(below, S), _any_of(below, F))


def _invert(node: NodeSpec) -> Outcomes:
    child = _as_child(node)
    return _of(F in child, S in child)


def _condition(node: NodeSpec) -> Outcomes:
    value = node.values["if"]
    return _of(bool(value.value), not value.value) if isinstance(value, Literal) else BOTH


def _prompt(node: NodeSpec) -> Outcomes:
    return _of(True, "default" not in node.values)


def _literal(node: NodeSpec, key: str, default: object) -> object:
    value = node.values.get(key)
    return value.value if isinstance(value, Literal) else default


def _only(name: str) -> Callable[[NodeSpec], Outcomes]:
    return lambda node: frozenset({name})


_RULES: dict[str, Callable[[NodeSpec], Outcomes]] = {
    "sequence": _sequence,
    "fallback": _fallback,
    "parallel": _parallel,
    "switch": _switch,
    "retry": _as_child,
    "repeat": _repeat,
    "for_each": _for_each,
    "guard": _may_fail,
    "catch": _catch,
    "timeout": _may_fail,
    "invert": _invert,
    "force_success": _only(S),
    "force_failure": _only(F),
    "wait": _only(S),
    "give_up": _only(F),
    "prompt": _prompt,
    "condition": _condition,
    "set": _only(S),
    "finally": _finally,
}

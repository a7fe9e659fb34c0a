"""What the fields of one control must keep among themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pg4da.mission.expression import Literal
from pg4da.mission.guards import codes_of
from pg4da.mission.problems import Problem
from pg4da.mission.spec import NodeSpec

Rule = Callable[[NodeSpec], Iterator[Problem]]


def broken_rules(node: NodeSpec) -> list[Problem]:
    """Every rule that a control breaks."""
    rule = _RULES.get(node.word)
    return list(rule(node)) if rule is not None else []


def _literal(node: NodeSpec, key: str) -> Any:
    value = node.values.get(key)
    return value.value if isinstance(value, Literal) else None


def _at(node: NodeSpec, key: str, message: str) -> Problem:
    value = node.values.get(key)
    return Problem(value.mark if value is not None else node.mark, message)


def _retry(node: NodeSpec) -> Iterator[Problem]:
    if not {"attempts", "budget"} & set(node.values):
        yield Problem(node.mark, "retry needs 'attempts' or 'budget'; it might never end")
    yield from _waits(node)


def _repeat(node: NodeSpec) -> Iterator[Problem]:
    if not {"until", "times", "budget"} & set(node.values):
        yield Problem(node.mark, "repeat needs 'until' or 'times'; it would never end")
    yield from _waits(node)


def _waits(node: NodeSpec) -> Iterator[Problem]:
    for key in ("wait_factor", "wait_max"):
        if key in node.values and "wait" not in node.values:
            yield _at(node, key, f"{key} of {node.word} needs 'wait'")
    wait, longest = _literal(node, "wait"), _literal(node, "wait_max")
    if wait is not None and longest is not None and longest < wait:
        yield _at(node, "wait_max", f"wait_max of {node.word}: {longest:g} is below wait {wait:g}")


def _parallel(node: NodeSpec) -> Iterator[Problem]:
    policy = _literal(node, "policy")
    if isinstance(policy, int) and policy > len(node.children):
        yield _at(
            node, "policy", f"policy of parallel: {policy} must succeed, but it has {len(node.children)} children"
        )


def _catch(node: NodeSpec) -> Iterator[Problem]:
    seen: set[str] = set()
    for case, child in node.slots.items():
        for code in codes_of(case) if case != "child" else ():
            if code in seen:
                yield Problem(child.mark, f"two cases of catch for '{code}'")
            seen.add(code)


def _prompt(node: NodeSpec) -> Iterator[Problem]:
    default, choices = _literal(node, "default"), _literal(node, "choices") or []
    if default is not None and default not in choices:
        yield _at(node, "default", f"default of prompt: '{default}' is not one of {', '.join(choices)}")


_RULES: dict[str, Rule] = {
    "retry": _retry,
    "repeat": _repeat,
    "parallel": _parallel,
    "catch": _catch,
    "prompt": _prompt,
}

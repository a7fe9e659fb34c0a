"""Failure codes: those of the executive itself, and which ones a node of a mission can end with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pg4da.mission.expression import Expression, Literal
from pg4da.mission.failure import SAFETY_CODES
from pg4da.mission.guards import codes_of
from pg4da.mission.spec import NodeSpec
from pg4da.skills.skill import Skill

OWN = {
    "bad_input": "an input of a skill has a value that does not fit; or `items` is no list",
    "bad_reference": "an expression has no value, or one that does not fit; or a `switch` has no case for its value",
    "internal_error": "a skill broke: an exception that it should not have raised",
    "resource_busy": "an arm or the camera is held by something else",
    "arm_not_stopped": "an arm still moves after it was stopped",
    "condition_false": "a `condition` does not hold",
    "guard_failed": "what a `guard` watches holds no longer; or the guard's own code",
    "limit_reached": "a `repeat` ran out of rounds or time; or a `for_each` has too many items",
    "timeout": "a `timeout` ran out",
    "no_answer": "nobody answered a `prompt`",
    "inverted": "what an `invert` stands around succeeded",
    "forced": "what a `force_failure` stands around succeeded",
    "failed": "a node failed without saying why",
    "cancelled": "the mission was stopped from outside",
    "hung": "a skill did not come back from a step",
    "safety_stop": "a safety function stopped the cell",
    "protective_stop": "an arm stopped to protect itself or others",
    "emergency_stop": "somebody pressed the emergency stop",
}
ENDS_ALL = SAFETY_CODES | {"cancelled", "hung"}  # no branch of a mission comes to see these
OF_SKILLS = frozenset({"bad_input", "internal_error", "resource_busy", "arm_not_stopped"})  # of any skill's node
ANY = "*"  # stands among codes where nobody can tell them
Codes = frozenset[str]
NONE: Codes = frozenset()


def known_codes(skills: Mapping[str, type[Skill]]) -> dict[str, str]:
    """Every declared code that a mission can match, with a line for people."""
    found = {code: line for code, line in OWN.items() if code not in ENDS_ALL}
    for name in skills:
        found |= {code: line for code, line in (skills[name].codes or {}).items() if code not in found}
    return dict(sorted(found.items()))


class Endings:
    """The failure codes that a node can end with, as far as files and skills declare; ANY where they do not.

    Each node is looked at once: the missions must live as long as this.
    """

    def __init__(self, skills: Mapping[str, type[Skill]]) -> None:
        self._skills = skills
        self._found: dict[int, Codes] = {}

    def of(self, node: NodeSpec) -> Codes:
        """With everything below it, subtrees included."""
        found = self._found.get(id(node))
        if found is None:
            found = self._found[id(node)] = self._of(node)
        return found

    def _of(self, node: NodeSpec) -> Codes:
        wired = any(isinstance(value, Expression) for value in node.values.values())
        return self._by_itself(node) | ({"bad_reference"} if wired else NONE)

    def _by_itself(self, node: NodeSpec) -> Codes:
        if node.broken:
            return frozenset({ANY})
        if node.word == "subtree":
            return self.of(node.subtree.root) if node.subtree is not None else frozenset({ANY})
        if node.word in self._skills:
            declared = self._skills[node.word].codes
            return OF_SKILLS | (frozenset({ANY}) if declared is None else frozenset(declared))
        rule = _RULES.get(node.word)
        return self._below(node) if rule is None else rule(self, node)

    def _below(self, node: NodeSpec) -> Codes:
        return NONE.union(*map(self.of, node.below()))

    def _child(self, node: NodeSpec) -> Codes:
        child = node.slots.get("child")
        return NONE if child is None else self.of(child)

    def _fallback(self, node: NodeSpec) -> Codes:
        """The last child's, when every child can fail."""
        each = [self.of(child) for child in node.children]
        return each[-1] if each and all(each) else NONE

    def _switch(self, node: NodeSpec) -> Codes:
        return self._below(node) | (NONE if "default" in node.slots else {"bad_reference"})

    def _repeat(self, node: NodeSpec) -> Codes:
        runs_out = {"times", "budget"} & set(node.values)
        return self._below(node) | ({"limit_reached"} if runs_out else NONE)

    def _catch(self, node: NodeSpec) -> Codes:
        cases = {case: child for case, child in node.slots.items() if case != "child"}
        caught = {code for case in cases for code in codes_of(case)}
        return (self._child(node) - caught).union(*map(self.of, cases.values()))

    def _guard(self, node: NodeSpec) -> Codes:
        return self._child(node) | _code(node)

    def _prompt(self, node: NodeSpec) -> Codes:
        return NONE if "default" in node.values else frozenset({"no_answer"})

    def _give_up(self, node: NodeSpec) -> Codes:
        return _code(node)


def _code(node: NodeSpec) -> Codes:
    value = node.values.get("code")
    return frozenset({str(value.value)}) if isinstance(value, Literal) else frozenset({ANY})


def _only(*codes: str) -> Callable[[Endings, NodeSpec], Codes]:
    return lambda endings, node: frozenset(codes)


def _and(*codes: str) -> Callable[[Endings, NodeSpec], Codes]:
    return lambda endings, node: endings._child(node).union(codes)


_RULES: dict[str, Callable[[Endings, NodeSpec], Codes]] = {
    "fallback": Endings._fallback,
    "switch": Endings._switch,
    "repeat": Endings._repeat,
    "catch": Endings._catch,
    "guard": Endings._guard,
    "for_each": _and("bad_input", "limit_reached"),
    "timeout": _and("timeout"),
    "force_failure": _and("forced"),
    "invert": _only("inverted"),
    "force_success": _only(),
    "condition": _only("condition_false"),
    "set": _only(),
    "wait": _only(),
    "give_up": Endings._give_up,
    "prompt": Endings._prompt,
}

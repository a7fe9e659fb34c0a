"""Every failure code that a built-in skill can end with is declared, and no other: read off the source of `skills`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pg4da.skills.registry import BUILT_IN
from pg4da.skills.skill import Skill

# a code, by the skill that gets it from something it calls and does not pass it on
MENDED = {
    "grasp": {"slipping", "nothing_to_place"},
    "place_in_bin": {"slipping"},
    "hold_up": {"slipping"},
    "recover": {"unreachable_spot", "cannot_back_off"},
}


@dataclass
class Function:
    """What one function does itself. `passes`: its parameter `code` is that of a failure."""

    codes: set[str] = field(default_factory=set)
    calls: list[ast.Call] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    passes: bool = False


def name_of(call: ast.Call) -> str:
    """Of a method with a dot in front."""
    found = call.func
    return f".{found.attr}" if isinstance(found, ast.Attribute) else found.id if isinstance(found, ast.Name) else ""


def functions(folder: Path) -> dict[str, list[Function]]:
    """By name; methods by `.name` and `Class.name`: where it can't be told which is called, all are."""
    found: dict[str, list[Function]] = defaultdict(list)
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(file.read_text())
        owners = {id(node): owner.name for owner in ast.walk(tree) if isinstance(owner, ast.ClassDef)
                  for node in owner.body}  # fmt: skip
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or id(node) not in {*owners, *map(id, tree.body)}:
                continue
            function = Function(parameters=[each.arg for each in node.args.args])
            function.calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
            owner = owners.get(id(node))
            for name in [node.name] if owner is None else [f".{node.name}", f"{owner}.{node.name}"]:
                found[name].append(function)
    return found


def argument(call: ast.Call, functions: list[Function]) -> ast.expr | None:
    """What is given as `code`."""
    for keyword in call.keywords:
        if keyword.arg == "code":
            return keyword.value
    if name_of(call) == "SkillFailure":
        return call.args[0]
    for function in functions:
        parameters = function.parameters[isinstance(call.func, ast.Attribute) :]
        if "code" in parameters and parameters.index("code") < len(call.args):
            return call.args[parameters.index("code")]
    return None


def passing(all_functions: dict[str, list[Function]]) -> None:
    """Fill in `passes` and `codes`, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for function in [each for same in all_functions.values() for each in same]:
            for call in function.calls:
                called = all_functions.get(name_of(call), [])
                if name_of(call) != "SkillFailure" and not any(each.passes for each in called):
                    continue
                given = argument(call, called)
                if isinstance(given, ast.Name) and given.id == "code" and not function.passes:
                    function.passes = changed = True
                if isinstance(given, ast.Constant) and given.value not in function.codes:
                    function.codes.add(str(given.value))
                    changed = True


def reachable(skill: type[Skill], all_functions: dict[str, list[Function]]) -> Iterator[Function]:
    """Its methods, those of its bases, and everything that these call."""
    own = [kind.__name__ for kind in skill.__mro__ if kind.__module__.startswith("pg4da.skills")]
    waiting = [f for kind in own for name, same in all_functions.items() if name.startswith(f"{kind}.") for f in same]
    seen: set[int] = set()
    while waiting:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        yield function
        for call in function.calls:
            name = name_of(call)
            mine = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in ("self", "super()")
            if not mine and name not in (".run", ".stopped", ".abandon", ".make", ".made"):
                waiting += all_functions.get(name, [])


@pytest.fixture(scope="module")
def source(repository: Path) -> dict[str, list[Function]]:
    found = functions(repository / "skills")
    passing(found)
    return found


@pytest.mark.parametrize("skill", BUILT_IN, ids=lambda skill: skill.name)
def test_a_skill_declares_what_it_can_fail_with(skill: type[Skill], source: dict[str, list[Function]]) -> None:
    raised = {code for function in reachable(skill, source) for code in function.codes}
    assert skill.codes is not None
    assert set(skill.codes) == raised - MENDED.get(skill.name, set())
    assert all(line and line[0].islower() and not line.endswith(".") for line in skill.codes.values())


def test_every_code_in_the_source_belongs_to_a_skill(source: dict[str, list[Function]]) -> None:
    """What raises a code is found from some skill: nothing is missed."""
    everywhere = {code for same in source.values() for function in same for code in function.codes}
    declared = {code for skill in BUILT_IN for code in skill.codes or ()}
    assert everywhere == declared | set().union(*MENDED.values())

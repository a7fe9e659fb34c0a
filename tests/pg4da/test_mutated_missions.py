"""The nine probes of executives, and more than a hundred wrong copies of `retrieve`: each told at the right line.

A copy is made from the real file by one change whose line is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pg4da.commands.main import main
from pg4da.mission.grammar import WORDS
from pg4da.mission.loader import load_spec, packaged
from pg4da.mission.problems import MissionError
from pg4da.skills.registry import SKILLS

Write = Callable[..., Path]
TEXT = packaged()["retrieve"].read_text(encoding="utf-8")
LINES = TEXT.split("\n")

PROBES = [
    ("unknown node", 3, "unknown node 'puhs'; did you mean 'push'?", "root:\n  puhs: {motion: 1}"),
    ("misspelt attribute", 3, "did you mean 'memory'?", "root:\n  sequence: {memroey: false, children: [forget: ]}"),
    ("wrong type", 4, "seconds of wait: input should be a valid number", "root:\n  wait:\n    seconds: soon"),
    ("missing required input", 3, "needs the input 'target' (str)", "root:\n  observe: {}"),
    ("key nobody writes", 4, "nothing in this mission writes 'tagret'", "root:\n  observe:\n    target: $tagret"),
    ("wrong number of children", 3, "child of invert is exactly one node, got a list of 2",
     "root:\n  invert: {child: [forget: , forget: ]}"),
    ("recursion into itself", 3, "a subtree that contains itself: test -> test", "root:\n  subtree: {use: test}"),
    ("duplicate key", 4, "duplicate key 'forget' (first on line 3)", "root:\n  forget:\n  forget:"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "line", "message", "text"), PROBES, ids=[probe[0] for probe in PROBES])
def test_the_probes(write: Write, what: str, line: int, message: str, text: str) -> None:
    with pytest.raises(MissionError) as caught:
        load_spec(str(write(text)), SKILLS)
    assert [(p.mark.line, message in p.message) for p in caught.value.problems] == [(line, True)]


def test_the_probe_of_an_unknown_policy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["run", "retrieve", "--policy", "geometrik", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "'geometrik'" in told
    assert "geometric" in told


def changed(line: int, old: str, new: str) -> str:
    """The file with one change on one line (from 1)."""
    assert old in LINES[line - 1], (line, old)
    return "\n".join([*LINES[: line - 1], LINES[line - 1].replace(old, new, 1), *LINES[line:]])


def mutants() -> Iterator[tuple[str, int, str]]:
    """(what was done, the line where it is wrong, the text)."""
    yield from _misspelt()
    yield from _values()
    yield from _structure()


def _misspelt() -> Iterator[tuple[str, int, str]]:
    """Every word, skill, field and port with a letter too many; every reference to a key nobody writes."""
    root = LINES.index("root:") + 1
    own = {*WORDS, *SKILLS, "children", "child", "always", "recovery", "until", "times", "abort_on", "attempts", "use"}
    own |= {"inputs", "outputs", "target", "arm", "if", "policy"}
    for number, line in enumerate(LINES[root:], root + 1):
        code = line.split("  #")[0]
        for key in re.findall(r"(?:^ *(?:- )?|[{,] ?)(\w+):", code):
            if key in own and f"set: {{{key}" not in code and "- set:" not in code.split(key)[0]:
                yield f"{number}: {key}", number, changed(number, f"{key}:", f"{key}x:")
        for key in re.findall(r"\$(\w+)", code):
            yield f"{number}: ${key}", number, changed(number, f"${key}", f"${key}_x")
    for number, line in enumerate(LINES[: root - 1], 1):
        for key in re.findall(r"(type|default|min|description): ", line.split("#")[0]):
            yield f"{number}: {key}", number, changed(number, f"{key}:", f"{key}x:")
        for kind in re.findall(r"type: (\w+)", line):
            yield f"{number}: type {kind}", number, changed(number, f"type: {kind}", f"type: {kind}x")


def _values() -> Iterator[tuple[str, int, str]]:
    """Values of another type, out of bounds, or with syntax of another language."""
    for number, line in enumerate(LINES, 1):
        code = line.split("  #")[0]
        for old in re.findall(r"(?:attempts|times|until|if): [^,}]+", code):
            key = old.split(":")[0]
            for new in ("[]", "soon", "{a: b}", "'$ +'"):
                yield f"{number}: {key}: {new}", number, changed(number, old, f"{key}: {new}")
        for old in re.findall(r"default: \w+", code):
            for new in ("[1]", "-7", "{}"):
                yield f"{number}: default {new}", number, changed(number, old, f"default: {new}")
        for old in re.findall(r"\w+(?=[],])", code.split("abort_on:")[1]) if "abort_on:" in code else ():
            yield f"{number}: code {old}", number, changed(number, old, f"{old}x")
        for old in re.findall(r"use: \w+", code):
            for new in ("retrieve_x", "[a]", "''", "json:a.yaml"):
                yield f"{number}: use {new}", number, changed(number, old, f"use: {new}")


def _structure() -> Iterator[tuple[str, int, str]]:
    """Nodes that are no nodes, two of what is one, anchors, tags, tabs."""
    for number, line in enumerate(LINES, 1):
        if found := re.match(r" *- (\w+): ", line):
            word = found[1]
            yield f"{number}: no node", number, changed(number, f"- {word}: ", f"- {word} ")
            yield f"{number}: anchor", number, changed(number, f"- {word}: ", f"- &a {word}: ")
            yield f"{number}: twice", number, changed(number, f"- {word}: ", f"- {{{word}: , {word}: }} # ")
            yield f"{number}: two keys", number, changed(number, f"- {word}: ", f"- {{{word}: , forget: }} # ")
            yield f"{number}: tag", number, changed(number, f"- {word}: ", f"- {word}: !!set ")
        if line.strip().startswith("name:"):
            yield f"{number}: list as name", number, changed(number, "name: ", "name: [] # ")
            yield f"{number}: twice name", number + 1, "\n".join([*LINES[:number], line, *LINES[number:]])


MUTANTS = list(mutants())


def test_there_are_more_than_a_hundred() -> None:
    assert len({text for _, _, text in MUTANTS}) > 100


@pytest.mark.parametrize(("what", "line", "text"), MUTANTS, ids=[what for what, _, _ in MUTANTS])
def test_each_wrong_copy_is_told_at_its_line(write: Write, what: str, line: int, text: str) -> None:
    path = write("", "copy")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MissionError) as caught:
        load_spec(str(path), SKILLS)
    own: list[Any] = [problem for problem in caught.value.problems if problem.mark.file.endswith("copy.yaml")]
    assert line in [problem.mark.line for problem in own], str(caught.value)
    assert len(own) <= 3, str(caught.value)

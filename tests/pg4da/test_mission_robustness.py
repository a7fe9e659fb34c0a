"""No mission file, however broken, gives anything but a list of problems, and none costs much."""

from __future__ import annotations

import importlib.util
import os
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pg4da.errors import BadInput
from pg4da.mission.loader import load_spec
from pg4da.mission.problems import MissionError
from pg4da.skills.registry import SKILLS

Write = Callable[..., Path]
ROOT = "mission: m\nroot: "
XML = "<root BTCPP_format='4'><BehaviorTree ID='A'>%s</BehaviorTree></root>"

LARGE = {
    "leaves.yaml": ROOT + "{sequence: [" + "{forget: }, " * 9900 + "]}",
    "too many.yaml": ROOT + "{sequence: [" + "{forget: }, " * 11000 + "]}",
    "unknown.yaml": ROOT + "{sequence: [" + "{forgte: }, " * 9900 + "]}",
    "expressions.yaml": ROOT + "{sequence: [" + "{condition: {if: '1 + 2 < (3 * 4 - 5) or not 0'}}, " * 3000 + "]}",
    "keys.yaml": ROOT + "{set: {" + ", ".join(f"k{n}: $k{n}" for n in range(12000)) + "}}",
    "holders.yaml": ROOT + "{parallel: [" + "{go_home: }, " * 9900 + "]}",
    "missing.yaml": ROOT + "{sequence: [" + "{subtree: {use: nope}}, " * 8000 + "]}",
    "brackets.yaml": "[" * 190_000,
    "braces.yaml": "{" * 190_000,
    "anchors.yaml": "a: &a [x]\n" + "b: &b [*a, *a, *a]\n" * 9000,
    "template.yaml": ROOT + "{give_up: {code: a, message: '" + "$a" * 90_000 + "'}}",
    "too large.yaml": "#" * 2_000_000,
    "not.yaml": ROOT + "{condition: {if: '" + "not " * 99 + "true'}}",
    "leaves.xml": XML % ("<Sequence>" + "<forget/>" * 9900 + "</Sequence>"),
    "attributes.xml": XML % ("<set " + " ".join(f"a{n}='{{b}}'" for n in range(12000)) + "/>"),
    "deep.xml": "<root>" + "<Inverter>" * 15_000,
    "trees.xml": "<root main_tree_to_execute='T0'>"
    + "".join(f"<BehaviorTree ID='T{n}'><SubTree ID='T{n + 1}'/></BehaviorTree>" for n in range(2900)) + "</root>",
    "bangs.xml": XML % ("<Sequence>" + ("<ScriptCondition code='" + "!" * 390 + "a'/>") * 400 + "</Sequence>"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LARGE))
def test_large_files_are_refused_or_read_within_bounds(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(LARGE[name])
    size, told = 1, 1
    try:
        size = load_spec(str(path), SKILLS).size
    except MissionError as error:
        told = len(error.problems)
    assert 1 <= size <= 10_000
    assert 1 <= told <= 110


@pytest.mark.parametrize("name", ["leaves.yaml", "keys.yaml", "leaves.xml"])
def test_memory_is_bounded(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(LARGE[name])
    load_spec("push_grasp", SKILLS)  # what is loaded once
    tracemalloc.start()
    try:
        load_spec(str(path), SKILLS)
    except MissionError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 200e6


@pytest.fixture(scope="module")
def fuzz(repository: Path) -> Any:
    spec = importlib.util.spec_from_file_location("fuzz_missions", repository / "tests" / "fuzz_missions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_missions"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_two_thousand_broken_files(fuzz: Any, tmp_path: Path) -> None:
    tally = fuzz.Fuzzer(20261122, SKILLS, tmp_path).run(2000)
    assert [promise for promise, _ in tally.bad if not promise.startswith("took")] == []
    assert tally.outcomes["problems"] > 1000
    assert tally.outcomes["mission"] > 20


def test_the_fuzzer_notices_a_traceback(fuzz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    fuzzer = fuzz.Fuzzer(1, SKILLS, tmp_path)
    monkeypatch.setattr(fuzz, "load_spec", broken)
    tally = fuzzer.run(3)
    assert tally.outcomes == {"traceback": 3}
    assert len(tally.bad) == 3


def test_subtrees_that_double_are_bounded(write: Write, toys: Any) -> None:
    write("root: {say: {}}", "t0")
    for n in range(1, 40):
        write(f"root: {{sequence: [subtree: {{use: t{n - 1}}}, subtree: {{use: t{n - 1}}}]}}", f"t{n}")
    with pytest.raises(MissionError, match="a tree of more than 10000 nodes"):
        load_spec(str(write("root: {subtree: {use: t39}}")), toys)


def test_a_long_chain_of_files_is_bounded(write: Write, toys: Any) -> None:
    write("root: {say: {}}", "c0")
    for n in range(1, 120):
        write(f"root: {{invert: {{child: {{subtree: {{use: c{n - 1}}}}}}}}}", f"c{n}")
    with pytest.raises(MissionError, match="more than 100 nodes below each other"):
        load_spec(str(write("root: {subtree: {use: c119}}")), toys)
    assert load_spec(str(write("root: {subtree: {use: c40}}")), toys).height == 82


def test_recursion_through_xml_and_a_path_is_noticed(write: Write, toys: Any, tmp_path: Path) -> None:
    path = write("root: {subtree: {use: other.xml}}", "start")
    (tmp_path / "other.xml").write_text(XML % "<SubTree ID='./start.yaml'/>")
    with pytest.raises(MissionError, match="contains itself: start -> other -> start"):
        load_spec(str(path), toys)


def test_names_that_are_no_files(write: Write, toys: Any, tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    for use in (
        "folder.yaml",
        '"a\\0b"',
        "x" * 5000,
        ".",
        "/",
        "/dev/zero",
        "~",
        "os:path.py",
        "nowhere_at_all:a.yaml",
    ):
        with pytest.raises(MissionError, match=r"test\.yaml:2:23: "):
            load_spec(str(write(f"root: {{subtree: {{use: {use}}}}}")), toys)
    for name in ("a\0b", "x" * 5000, str(tmp_path), "nowhere_at_all:a.yaml", "json:../os.py", ""):
        with pytest.raises(BadInput, match=r"not found|no package|no file"):
            load_spec(name, toys)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(write: Write, toys: Any) -> None:
    path = write("root: {say: {}}")
    path.chmod(0)
    with pytest.raises(MissionError, match="cannot be read"):
        load_spec(str(path), toys)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp037", "latin-1"])
def test_odd_encodings(tmp_path: Path, toys: Any, encoding: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes("mission: größe\nroot: {say: {}}".encode(encoding, "replace"))
    with pytest.raises(MissionError, match=r"odd\.yaml:1:1: "):
        load_spec(str(path), toys)
    path.write_bytes("mission: größe 🤖\nroot: {say: {}}".encode("utf-8-sig"))
    assert load_spec(str(path), toys).name == "größe 🤖"


def test_messages_hold_nothing_that_a_terminal_obeys(write: Write, toys: Any) -> None:
    with pytest.raises(MissionError) as caught:
        load_spec(str(write('root: {"\\e[31mred\\a": {}}')), toys)
    assert "\x1b" not in str(caught.value)
    assert "\a" not in str(caught.value)


def test_subtrees_come_from_installed_packages_without_importing_them(
    write: Write, toys: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "somebodys_missions"
    (package / "more").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "more" / "inner.yaml").write_text("mission: inner\nroot: {say: {}}")
    monkeypatch.syspath_prepend(tmp_path)
    for use in ("somebodys_missions:more/inner.yaml", "somebodys_missions.more:inner.yaml"):
        call = load_spec(str(write(f'root: {{subtree: {{use: "{use}"}}}}')), toys).root
        assert call.subtree is not None
        assert call.subtree.name == "inner"
    assert load_spec("somebodys_missions:more/inner.yaml", toys).name == "inner"
    assert "somebodys_missions" not in sys.modules

"""Everything that can be wrong in a mission file is found when it is loaded, all at once, with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pg4da.errors import BadInput
from pg4da.mission.loader import load_spec
from pg4da.mission.problems import MissionError
from pg4da.mission.source import plain, read_source, scalar_value

Write = Callable[..., Path]
Places = Callable[[str, str], list[tuple[int, int]]]

# where the problem stands, part of the message, the mission's root (line 2 of the file)
WRONG = [
    ("sya", "unknown node 'sya'; did you mean 'say'?", "root: {invert: {child: {sya: {}}}}"),
    ("memroey", "unknown key of sequence 'memroey'; did you mean 'memory'?", "root: {sequence: {memroey: true}}"),
    ("txt", "say has no input 'txt'; did you mean 'text'?", "root: {say: {txt: a}}"),
    ("soon", "input 'seconds' of look: input should be a valid number", "root: {look: {seconds: soon}}"),
    ("soon", "memory of sequence: input should be a valid boolean", "root: {sequence: {memory: soon}}"),
    ("count", "count needs the input 'start' (int)", "root: {count: {}}"),
    ("-1", "greater than or equal to 0, got -1", "root: {count: {start: -1}}"),
    ("$n", "$n: nothing in this mission writes 'n'", "root: {count: {start: $n}}"),
    ("[]", "sequence needs at least one child", "root: {sequence: []}"),
    ("[say", "child of invert is exactly one node, got a list of 2", "root: {invert: {child: [say: {}, say: {}]}}"),
    ("{}", "invert needs 'child'", "root: {invert: {}}"),
    ("{say", "a node is a mapping with exactly one key, got 2 keys", "root: {say: {}, look: {}}"),
    ("say", "a node is a mapping with exactly one key, got 'say'", "root: say"),
    ("text: again", "duplicate key 'text' (first on line 2)", "root: {say: {text: hello, text: again}}"),
    ("some", "policy of parallel: input should be 'all' or 'any'", "root: {parallel: {policy: some}}"),
    ("sum", "count has no output 'sum'; valid: total", "root: {count: {start: 1, outputs: {sum: n}}}"),
    ("0", "attempts of retry: input should be greater than", "root: {retry: {attempts: 0, child: {say: {}}}}"),
    ("repeat", "repeat needs 'until' or 'times'", "root: {repeat: {child: {say: {}}}}"),
    ("held", "'held' is not a key; keys are written $held", "root: {condition: {if: held}}"),
    ("'$n", "is not an expression", "root: {condition: {if: '$n <'}}"),
    ("'open", "'open' cannot be called", "root: {condition: {if: 'open(1)'}}"),
    ("'[a", "not allowed in an expression", "root: {condition: {if: '[a for a in $n]'}}"),
    ("'$n", "not allowed in an expression", "root: {condition: {if: '$n.__class__'}}"),
    ("nowhere", "subtree 'nowhere' not found", "root: {subtree: {use: nowhere}}"),
    ("test", "a subtree that contains itself: test -> test", "root: {subtree: {use: test}}"),
    ("move: {}]", "run at once and both need 'left'", "root: {parallel: {children: [move: {}, move: {}]}}"),
    ("&x", "anchors and aliases are not part of mission files", "root: {a: &x {say: {}}}"),
    ("!!python", "tags are not part of mission files", "root: !!python/object:os.system {}"),
]


@pytest.mark.parametrize(("at", "message", "root"), WRONG)
def test_each_mistake_with_its_place(places: Places, at: str, message: str, root: str) -> None:
    assert places(root, message) == [(2, root.index(at) + 1)]


def test_all_mistakes_are_told_at_once(write: Write, toys: Any) -> None:
    path = write("""description: many things wrong
inputs:
  n: {type: integer}
  m: {type: int, default: many}
outputs:
  done: {type: bool}
root:
  sequence:
    memroey: true
    children:
      - sya: {}
      - count: {strat: 1}
""")
    with pytest.raises(MissionError) as caught:
        load_spec(str(path), toys)
    lines = [problem.mark.line for problem in caught.value.problems]
    assert lines == sorted(lines)
    assert set(lines) == {4, 5, 7, 10, 12, 13}
    assert all(str(problem).startswith(f"{path}:{problem.mark.line}:") for problem in caught.value.problems)


def test_mistakes_in_a_subtree_are_told_with_its_own_file(write: Write, toys: Any) -> None:
    inner = write("mission: inner\ninputs: {n: {type: int}}\nroot: {sya: {}}\n", "inner")
    outer = write("root: {sequence: [subtree: {use: inner, inputs: {m: 1}}, look: {second: 1}]}")
    with pytest.raises(MissionError) as caught:
        load_spec(str(outer), toys)
    files = [problem.mark.file for problem in caught.value.problems]
    assert files.count(str(inner)) == 1
    assert files.count(str(outer)) == 1  # what the broken subtree needs can't be told yet


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("inputs: {m: 1, n: 1}", "has no input 'm'; valid: n"),
        ("inputs: {}", "needs the input 'n' (int)"),
        ("inputs: {n: one}", "input 'n' of 'inner': expected int, got 'one'"),
        ("inputs: {n: 11}", "11 is above the maximum 10"),
        ("inputs: {n: 1}, outputs: {don: x}", "subtree has no output 'don'; did you mean 'done'?"),
        ("inputs: {n: $text}", "$text is a str, expected int"),
    ],
)
def test_the_contract_of_a_subtree(write: Write, toys: Any, call: str, message: str) -> None:
    write(
        "mission: inner\ninputs: {n: {type: int, max: 10}}\noutputs: {done: {type: bool}}\nroot: {set: {done: true}}",
        "inner",
    )
    path = write(f"inputs: {{text: {{type: str, default: a}}}}\nroot: {{subtree: {{use: inner, {call}}}}}")
    with pytest.raises(MissionError, match=r"test\.yaml:3:") as caught:
        load_spec(str(path), toys)
    assert message in str(caught.value)


def test_two_subtrees_that_contain_each_other(write: Write, toys: Any) -> None:
    write("mission: a\nroot: {subtree: {use: b}}", "a")
    path = write("mission: b\nroot: {subtree: {use: a}}", "b")
    with pytest.raises(MissionError, match="contains itself: b -> a -> b"):
        load_spec(str(path), toys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("mission: [", "not YAML"),
        ("mission: m", "a mission needs 'root'"),
        ("root: {say: {}}", "a mission needs 'mission'"),
        ("[1, 2]", "a mission must be a mapping, got a list"),
        ("mission: m\n---\nmission: n", "a second document"),
        ("root: " + "[" * 500, "nested more than"),
        ("a: &a [*a, *a]\n", "anchors and aliases"),
        ("mission: m\nroot: {say: {}}\nroto: 1", "unknown key 'roto'; did you mean 'root'?"),
        ("mission: m\nroot: {say: {}}\noutputs: {x: {type: int}}", "the output 'x' is never written"),
    ],
)
def test_files_that_are_no_mission(tmp_path: Path, toys: Any, text: str, message: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(MissionError, match=r"m\.yaml:[0-9]+:[0-9]+: ") as caught:
        load_spec(str(path), toys)
    assert message in str(caught.value)


def test_a_file_that_is_not_text(tmp_path: Path, toys: Any) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(b"\xff\xfe\x00mission")
    with pytest.raises(MissionError, match="not UTF-8"):
        load_spec(str(path), toys)


def test_lines_are_counted_as_editors_do(tmp_path: Path, toys: Any) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes("# a \u2028 b \x85 c\r\nmission: m\r\nroot: {sya: {}}".encode())
    with pytest.raises(MissionError, match=r"m\.yaml:3:8: unknown node"):
        load_spec(str(path), toys)


def test_an_unknown_mission_names_the_nearest(toys: Any) -> None:
    with pytest.raises(BadInput, match="did you mean 'retrieve'"):
        load_spec("retreive", toys)


def test_words_that_yaml_makes_into_something_else() -> None:
    assert [scalar_value(text) for text in ("no", "on", "1e3", "0x10", "1_000", "nan", ".inf", "~", "True")] == [
        "no", "on", 1000.0, "0x10", "1_000", "nan", ".inf", None, True,
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("root:{}[]&*!|>-'\"$ \n\t#,ab0"), max_size=60))
def test_garbage_gives_a_mission_error_or_a_value(text: str) -> None:
    problems: tuple[Any, ...] = ()
    try:
        read = plain(read_source(text, "garbage.yaml"))
    except MissionError as error:
        read, problems = "nothing", error.problems
    assert problems or read != "nothing"

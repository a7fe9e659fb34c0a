"""URScript: what is understood, what is refused with its line, what a program can't do."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pg4da.hardware.emulator.ur5e.script_parser import parse
from pg4da.hardware.emulator.ur5e.script_text import LONGEST, Incoming
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import Pose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("-2 * -3", 6),
        ("(1 + 2) * 3", 9),
        ("7 % 4 == 3 and not False", True),
        ("1 < 2 xor 2 < 3", False),
        ("0x1F", 31),
        ("1.5e-1", 0.15),
        ("[1, 2, 3][1]", 2),
        ("p[1, 2, 3, 4, 5, 6][5]", 6),
        ('"a # b"', "a # b"),
        ("norm([3, 4])", 5.0),
    ],
)
def test_expressions(value: Callable[[str], object], text: str, expected: object) -> None:
    assert value(text) == expected


def test_lists_are_copied_where_they_are_assigned(value: Callable[[str], object]) -> None:
    assert value("a = [1, 2]\nb = a\nb[0] = 9\nx = a[0]\n") == 1


def test_an_argument_is_copied_too(value: Callable[[str], object]) -> None:
    assert value("def spoil(p):\np[0] = 9\nreturn p\nend\na = [1, 2]\nb = spoil(a)\nx = a[0] * 10 + b[0]\n") == 19


def test_p_is_a_pose_with_commas_and_a_variable_without(value: Callable[[str], object]) -> None:
    assert value("p = [7, 8]\nx = p[1]\n") == 8
    assert isinstance(value("p[1, 2, 3, 0, 0, 0]"), Pose)


def test_a_name_is_global_only_where_it_is_declared_so(value: Callable[[str], object]) -> None:
    text = "def set_both():\nx = 5\ny = 6\nend\ny = 1\nset_both()\nx = x * 10 + y\n"
    assert value(text) == 51


def test_statements_need_no_newline_between_them() -> None:
    """ur_rtde puts its register offsets in front of the rest of a line."""
    source = parse("def f():\n global a = # offset\n0    global b = # offset\n24    global c = 2\nend\n")
    assert len(source.main.body) == 3


def test_break_continue_return_and_elif(value: Callable[[str], object]) -> None:
    text = """
def pick(n):
  if n == 1:
    return 10
  elif n == 2:
    return 20
  else:
    return 30
  end
end
i = 0
while True:
  i = i + 1
  if i == 2:
    continue
  end
  if i > 4:
    break
  end
  x = x + i
end
x = x + pick(1) + pick(2) + pick(7)
"""
    assert value(text) == 1 + 3 + 4 + 60


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("def f():\n x = $\nend\n", 2, "unexpected character"),
        ("def f():\n x = (1 + 2\nend\n", 3, "expected ')'"),
        ("def f():\n if True:\n x = 1\n", 4, "'end' is missing"),
        ("def f():\n x = 1\nend\nend\n", 4, "after the end"),
        ("def f():\n x = p[1, 2, 3]\nend\n", 2, "a pose has 6 numbers"),
        ("def f():\n 1 + 2\nend\n", 2, "expected a statement"),
        ("def f():\n f(1) = 2\nend\n", 2, "can't be assigned"),
        ("def f():\n g(a=1, 2)\nend\n", 2, "positional argument"),
        ("def while():\nend\n", 1, "expected a name"),
    ],
)
def test_what_is_no_program_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(says)) as caught:
        parse(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("import_module()", "unknown function 'import_module'"),
        ("x = __import__(1)", "unknown function '__import__'"),
        ("x = 1 + movej([0,0,0,0,0,0])", "must stand by itself"),
        ("t = run nobody()", "'nobody' is no thread"),
    ],
)
def test_what_can_never_run_is_refused_before_it_runs(bench: Any, body: str, says: str) -> None:
    with pytest.raises(ScriptError, match=says):
        bench.controller.compile(f"def f():\n{body}\nend\n")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("x = nothing", "'nothing' has no value yet"),
        ("x = 1 / 0", "division by zero"),
        ("x = [1][3]", "no element 3"),
        ('x = 1 + "a"', "1 [+] 'a'"),
        ("movej([1, 2])", "six numbers"),
        ("movej([0,0,0,0,0,0], a=-1)", "acceleration must be above 0"),
        ("set_payload(90)", "0 to 7.5 kg"),
        ("read_input_integer_register(48)", "no register 48"),
        ("while True:\nx = 1\nend", "sync[(][)] is missing"),
        ("get_inverse_kin(p[9,0,0,0,0,0])", "no inverse kinematics"),
        ("force_mode(1,2,3,4,5)", "not emulated"),
    ],
)
def test_what_goes_wrong_while_it_runs_ends_the_program_and_is_logged(bench: Any, body: str, says: str) -> None:
    bench.play(f"def f():\n{body}\nend\n", within=1.0)
    assert bench.controller.program is None
    assert re.search(f"line [23].*{says}", bench.log), bench.log


def test_threads_run_beside_the_main_part_and_can_be_killed(bench: Any) -> None:
    text = """
def f():
  global n = 0
  thread count():
    while True:
      n = n + 1
      sync()
    end
  end
  t = run count()
  sleep(0.02)
  kill t
  kill 0
  global seen = n
  sleep(0.02)
  global after = n
end
"""
    variables = bench.play(text).variables
    assert 8 <= variables["seen"] <= 11
    assert variables["after"] == variables["seen"]


def test_nothing_else_runs_in_a_critical_section(bench: Any) -> None:
    text = """
def f():
  global n = 0
  thread count():
    while True:
      n = n + 1
      sync()
    end
  end
  t = run count()
  enter_critical
  before = n
  sleep(0.02)
  global grown = n - before
  exit_critical
end
"""
    assert bench.play(text).variables["grown"] == 0


def test_halt_ends_everything_at_once(bench: Any) -> None:
    assert bench.play("def f():\nglobal x = 1\nhalt\nx = 2\nend\n").variables["x"] == 1


def test_programs_are_cut_out_of_the_stream_of_text() -> None:
    incoming = Incoming()
    assert incoming.feed("\n# nothing\ndef f():\n if Tr") == []
    first, line = incoming.feed("ue:\n sync()\n end\nend # f\ntextmsg(1)\ndef g():\n")
    assert first.startswith("def f():")
    assert first.endswith("end # f\n")
    assert line == "textmsg(1)\n"
    assert incoming.feed("end\n") == ["def g():\nend\n"]


def test_a_text_without_end_is_refused() -> None:
    incoming = Incoming()
    with pytest.raises(ValueError, match="characters"):
        incoming.feed("def f():\n" + "#" * LONGEST)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abp01.=+-*/()[],:<>\"'# \ndefifwhilnrut_^%&{}", max_size=80))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(ScriptError):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 5000, "-" * 5000 + "1", "[" * 5000, "if True:\n" * 5000, "+".join("1" * 5000)])
def test_deep_and_long_texts_are_refused_not_crashed_on(bench: Any, text: str) -> None:
    with pytest.raises(ScriptError):
        bench.controller.compile(f"def f():\nx = {text}\nend\n")

"""The small language of conditions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pg4da.mission.expression import ExpressionError, parse_expression
from pg4da.mission.problems import Mark
from pg4da.mission.template import parse_template

HERE = Mark("test.yaml", 1, 1)
VALUES = {"n": 3, "x": 0.5, "name": "left", "done": False, "seen": SimpleNamespace(share=0.4, _secret=1), "items": [1]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$n", 3),
        ("$n < 5", True),
        ("1 < $n < 3", False),
        ("not $done and $n == 3", True),
        ("$done or $name == 'left'", True),
        ("$name in ['left', 'right']", True),
        ("$name == '$n'", False),
        ("$seen.share > 0.3", True),
        ("($n - 1) * 2 + $n % 2", 5),
        ("-$n // 2", -2),
        ("min($n, 2) + len($items)", 3),
        ("true", True),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert parse_expression(text, HERE).evaluate(VALUES) == value


def test_keys_are_known_before_anything_runs() -> None:
    assert parse_expression("$n < min($x, 2) and $seen.share", HERE).keys == {"n", "x", "seen"}
    assert parse_expression("$n", HERE).bare_key == "n"
    assert parse_expression("$n + 1", HERE).bare_key is None


@pytest.mark.parametrize(
    "text",
    [
        "", "$n <", "n < 5", "$seen._secret", "$n ** 9", "__import__('os')", "$n()", "open('x')", "lambda: 1",
        "[a for a in $items]", "$items[0]", "f'{$n}'", "$n if $x else 1", "($n := 4)", "$n; 1", "b'x'", "1j", "9" * 500,
    ],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text, HERE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$missing > 1", "$missing has no value yet"),
        ("$name > 1", "not supported between"),
        ("$name * 9", "'left' is not a number"),
        ("$n / 0", "division by zero"),
        ("$seen.nothing", "has no value 'nothing'"),
        ("$name.upper", "has no value 'upper'"),
    ],
)
def test_what_fails_at_run_time(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text, HERE).evaluate(VALUES)
    assert message in str(caught.value)


def test_whether_a_key_has_a_value() -> None:
    asked = parse_expression("known($missing) or known($n)", HERE)
    assert asked.evaluate(VALUES) is True
    assert asked.keys == frozenset()


def test_deep_expressions_are_refused() -> None:
    with pytest.raises(ExpressionError, match="nested"):
        parse_expression("-" * 200 + "1", HERE)


def test_rounding_can_not_run_away() -> None:
    assert parse_expression("round(2.5678, 2)", HERE).evaluate({}) == 2.57
    assert parse_expression("round(5, -1000000000)", HERE).evaluate({}) == 5


def test_text_with_values_in_it() -> None:
    text = parse_template("$n of the $name: $seen.share, $$5, done.", HERE)
    assert text.evaluate(VALUES) == "3 of the left: 0.4, $5, done."
    assert text.keys == {"n", "name", "seen"}

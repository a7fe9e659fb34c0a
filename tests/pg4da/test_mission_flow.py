"""What the checker knows of the flow of values: order, types, units, and rules between the fields of a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pg4da.mission.loader import load_spec
from pg4da.mission.problems import MissionError

Write = Callable[..., Path]
Places = Callable[[str, str], list[tuple[int, int]]]
EARLY = "read before anything can have written it"

# where the problem stands, part of the message, the mission's root (line 2 of the file)
WRONG = [
    ("$n", EARLY, "root: {sequence: [count: {start: $n}, set: {n: 1}]}"),
    ("$a", EARLY, "root: {set: {a: 1, b: $a}}"),
    ("$n + 1", EARLY, "root: {repeat: {times: 3, child: {set: {n: $n + 1}}}}"),
    ("$n", EARLY, "root: {repeat: {times: 3, child: {sequence: [count: {start: $n}, set: {n: 1}]}}}"),
    ("$i", EARLY, "root: {sequence: [count: {start: $i}, for_each: {items: [1], as: i, child: {say: {}}}]}"),
    ("$ok", EARLY, "root: {guard: {while: $ok, child: {set: {ok: true}}}}"),
    ("$n", EARLY, "root: {count: {start: $n, outputs: {total: n}}}"),
    ("$n", EARLY, "root: {switch: {on: $n, cases: {a: {set: {n: 1}}}}}"),
    ("$t", "start' of count: $t is a str, expected int", "root: {sequence: [set: {t: a}, count: {start: $t}]}"),
    ("$t", "items of for_each: $t is", "root: {sequence: [set: {t: a}, for_each: {items: $t, as: i, child: {say: }}]}"),
    ("'$x.code", "a str has no value 'code'", "root: {sequence: [set: {x: a}, condition: {if: '$x.code == 1'}]}"),
    ("$f.coed", "did you mean 'code'", "root: {catch: {as: f, child: {say: {}}, cases: {a: {say: {text: $f.coed}}}}}"),
    ("retry", "'attempts' or 'budget'", "root: {retry: {child: {say: {}}}}"),
    ("9}", "wait_factor of retry needs 'wait'", "root: {retry: {attempts: 2, child: {say: {}}, wait_factor: 9}}"),
    ("1}", "wait_max of retry: 1 is below", "root: {retry: {attempts: 2, wait: 2, child: {say: {}}, wait_max: 1}}"),
    ("3", "3 must succeed, but it has 1 children", "root: {parallel: {policy: 3, children: [say: {}]}}"),
    ("look", "two cases of catch", "root: {catch: {child: {say: }, cases: {a: {say: {}}, 'b, a': {look: {}}}}}"),
    ("no}", "'no' is not one of yes, never", "root: {prompt: {text: a, choices: [yes, never], default: no}}"),
    ("answr", "prompt has no output 'answr'", "root: {prompt: {text: a, outputs: {answr: n}}}"),
    ("child: {look", "a case of catch cannot be called", "root: {catch: {child: {say: }, cases: {child: {look: {}}}}}"),
    ("Bad", "string should match pattern", "root: {give_up: {code: Bad}}"),
    ("0", "input should be greater than", "root: {wait: {seconds: 0}}"),
    ("a b", "cannot be a key", "root: {for_each: {items: [1], as: a b, child: {say: {}}}}"),
    ("5", "as of for_each: input should be a valid string", "root: {for_each: {items: [1], as: 5, child: {say: {}}}}"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "message", "root"), WRONG)
def test_each_mistake_with_its_place(places: Places, at: str, message: str, root: str) -> None:
    assert places(root, message) == [(2, root.rindex(at) + 1)]


RIGHT = [
    "inputs: {n: {type: int}}\nroot: {repeat: {times: 3, child: {set: {n: $n + 1}}}}",
    "root: {sequence: [set: {n: 0}, repeat: {until: $n > 3, child: {set: {n: $n + 1}}}]}",
    "root: {repeat: {until: $n > 3, child: {set: {n: 4}}}}",  # asked after the child
    "root: {repeat: {times: 3, child: {fallback: [count: {start: $n}, set: {n: 1}]}}}",  # there on the second round
    "root: {retry: {attempts: 3, child: {sequence: [fail: {}, count: {start: $n}]}, recovery: {set: {n: 1}}}}",
    "root: {finally: {child: {set: {n: 1}}, always: {count: {start: $n}}}}",
    "root: {parallel: [count: {start: $n}, set: {n: 1}]}",
    "root: {sequence: [switch: {on: 1, cases: {1: {set: {n: 1}}, 2: {say: {}}}}, count: {start: $n}]}",
    "root: {catch: {as: f, child: {say: {}}, cases: {a: {say: {text: $f.code}}}}}",
    "root: {sequence: [set: {n: null}, set: {n: 1}, count: {start: $n}]}",
    "root: {repeat: {times: 2, child: {sequence: [invert: {child: {count: {start: $n}}}, set: {n: 1}]}}}",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_not_called_wrong(write: Write, toys: Any, text: str) -> None:
    assert load_spec(str(write(text)), toys).name == "test"


INNER = "mission: inner\ninputs: {height: {type: float, unit: m}}\nroot: {say: {}}"
OUTER = "inputs: {h: {type: float, unit: %s}}\nroot: {subtree: {use: inner, inputs: {height: $h}}}"


def test_inputs_in_other_units_are_not_passed_on(write: Write, toys: Any) -> None:
    write(INNER, "inner")
    with pytest.raises(MissionError, match=r"test\.yaml:3:47: input 'height' of 'inner': \$h is in mm, expected m"):
        load_spec(str(write(OUTER % "mm")), toys)
    assert load_spec(str(write(OUTER % "m")), toys).name == "test"


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("{type: str, min: 1}", "min is for numbers, not for str"),
        ("{type: int, min: 3, max: 1}", "max 1 is below min 3"),
        ("{type: int, choices: [1, b]}", "choices of n: expected int, got 'b'"),
        ("{type: int, choices: 1}", "choices of n is a list of values"),
        ('{type: "list[int]", default: [1, a]}', "default of n: expected int, got 'a'"),
        ('{type: "list[int]", default: [1, 9], max: 5}', "9 is above the maximum 5"),
        ("{type: int, default: 1.0e300}", "expected int, got 1e+300"),
        ("{type: 99999999999999999999999}", "unknown type 1e+23"),
        ("5", "the declaration of n must be a mapping, got 5"),
    ],
)
def test_declarations_that_make_no_sense(write: Write, toys: Any, declared: str, message: str) -> None:
    with pytest.raises(MissionError, match=r"test\.yaml:2:") as caught:
        load_spec(str(write(f"inputs: {{n: {declared}}}\nroot: {{say: {{}}}}")), toys)
    assert message in str(caught.value)
    assert len(caught.value.problems) == 1

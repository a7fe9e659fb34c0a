"""The words that programs of manipulation need: loops, guards, branches by failure code, waits, budgets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

Start = Callable[..., Any]


def test_for_each_writes_the_item_and_its_index(start: Start) -> None:
    run = start("""
outputs: {n: {type: int}}
root:
  sequence:
    - set: {n: 0}
    - for_each:
        items: [5, 7, 9]
        as: item
        index: i
        child: {set: {n: $n + $item * $i}}
""")
    assert run.result.outputs == {"n": 0 * 5 + 1 * 7 + 2 * 9}


def test_for_each_over_a_list_input(start: Start) -> None:
    text = """
inputs: {colours: {type: "list[str]", default: [red]}}
root: {for_each: {items: $colours, as: colour, child: {say: {text: $colour}}}}
"""
    assert start(text).notes == ["red"]
    assert start(text, colours=["green", "blue"]).notes == ["green", "blue"]
    assert start(text, colours="green, blue").notes == ["green", "blue"]
    assert start(text, colours=[]).result.outcome == "success"


EACH = """
root:
  for_each:
    items: [1, 2, 3]
    as: n
    keep_going: %s
    child: {sequence: [say: {text: go}, fail: {times: 2}]}
"""


def test_for_each_ends_with_the_first_failure_or_tries_every_item(start: Start) -> None:
    first = start(EACH % "false")
    assert first.notes == ["go", "try 1"]
    every = start(EACH % "true")
    assert every.notes == ["go", "try 1", "go", "try 2", "go", "try 3"]
    assert every.result.failure.message == "failed try 2"
    assert [cause.message for cause in every.result.failure.causes] == ["failed try 1"]


def test_for_each_is_bounded(start: Start) -> None:
    failure = start("root: {for_each: {items: [1, 2, 3], as: n, limit: 2, child: {say: {}}}}").result.failure
    assert (failure.code, failure.message) == ("limit_reached", "3 items, at most 2")


def test_guard_stops_its_child_when_the_condition_no_longer_holds(start: Start) -> None:
    run = start("""
root:
  sequence:
    - set: {calm: true}
    - parallel:
        policy: any
        children:
          - guard: {while: $calm, code: alarm, child: {move: {seconds: 9}}}
          - sequence: [wait: {seconds: 0.5}, set: {calm: false}, wait: {seconds: 5}]
""")
    assert run.notes == ["move starts at rest", "move stopped"]
    assert run.result.outcome == "success"


def test_guard_fails_with_its_code(start: Start) -> None:
    failure = start("root: {guard: {while: 1 > 2, code: alarm, child: {say: {}}}}").result.failure
    assert (failure.code, failure.phase, failure.message) == ("alarm", "precondition", "1 > 2 does not hold")


CATCH = """
outputs: {why: {type: str}}
root:
  catch:
    as: found
    child: {fail: {code: %s, recoverable: %s}}
    cases:
      nothing_held, lost_grip: {sequence: [set: {why: $found.code}, say: {text: grip}]}
      default: {sequence: [set: {why: $found.message}, say: {text: other}]}
"""


@pytest.mark.parametrize(
    ("code", "recoverable", "notes", "why"),
    [
        ("lost_grip", "true", "grip", "lost_grip"),
        ("nothing_held", "false", "grip", "nothing_held"),
        ("bad_frame", "true", "other", "failed try 1"),
    ],
)
def test_catch_takes_the_case_of_the_code(start: Start, code: str, recoverable: str, notes: str, why: str) -> None:
    run = start(CATCH % (code, recoverable))
    assert (run.notes, run.result.outcome) == (["try 1", notes], "success")
    assert run.result.outputs == {"why": why}


def test_catch_passes_on_what_it_has_no_case_for(start: Start) -> None:
    run = start(CATCH % ("bad_frame", "false"))
    assert (run.notes, run.result.failure.code) == (["try 1"], "bad_frame")


def test_a_case_that_fails_tells_what_it_came_from(start: Start) -> None:
    text = "root: {catch: {child: {fail: {code: first}}, cases: {first: {give_up: {code: second}}}}}"
    failure = start(text).result.failure
    assert (failure.code, [cause.code for cause in failure.causes]) == ("second", ["first"])


@pytest.mark.parametrize(
    ("policy", "times", "outcome"), [("all", 1, "failure"), ("2", 1, "success"), ("any", 1, "success")]
)
def test_parallel_by_count(start: Start, policy: str, times: int, outcome: str) -> None:
    children = f"[fail: {{times: {times}}}, look: {{seconds: 0.1}}, wait: {{seconds: 0.2}}]"
    run = start(f"root: {{parallel: {{policy: {policy}, children: {children}}}}}")
    assert run.result.outcome == outcome


def test_parallel_ends_as_soon_as_too_many_have_failed(start: Start) -> None:
    run = start("root: {parallel: {policy: 2, children: [fail: {}, fail: {}, move: {seconds: 9}]}}")
    assert run.result.failure.code == "slipped"
    assert run.notes[-1] == "move stopped"


def test_forced_results(start: Start) -> None:
    assert start("root: {force_success: {child: {fail: {}}}}").result.outcome == "success"
    assert start("root: {force_failure: {child: {say: {}}}}").result.failure.code == "forced"
    assert start("root: {force_failure: {child: {fail: {}}}}").result.failure.code == "slipped"


def test_give_up_says_why(start: Start) -> None:
    run = start("root: {sequence: [set: {n: 3}, give_up: {code: too_many, message: '$n of them, $$5'}]}")
    failure = run.result.failure
    assert (failure.code, failure.message, failure.recoverable) == ("too_many", "3 of them, $5", False)


def test_switch_has_a_default(start: Start) -> None:
    run = start("root: {switch: {on: 4, cases: {1: {say: {text: one}}, default: {say: {text: other}}}}}")
    assert run.notes == ["other"]


def test_waits_between_attempts_grow(start: Start) -> None:
    run = start("root: {retry: {attempts: 4, wait: 0.1, wait_factor: 2, wait_max: 0.3, child: {fail: {}}}}")
    times = [event.time for event in run.log.events if event.kind == "note"]
    gaps = [round(b - a, 2) for a, b in pairwise(times)]
    assert gaps == [pytest.approx(0.1, abs=0.03), pytest.approx(0.2, abs=0.03), pytest.approx(0.3, abs=0.03)]


def test_no_attempt_begins_after_the_budget(start: Start) -> None:
    run = start("root: {retry: {budget: 1.0, wait: 0.4, child: {fail: {}}}}")
    assert run.notes == ["try 1", "try 2", "try 3"]
    assert run.result.failure.code == "slipped"


def test_repeat_may_end_with_the_first_failure(start: Start) -> None:
    run = start("root: {repeat: {times: 5, keep_going: false, child: {fail: {code: broke}}}}")
    assert (run.notes, run.result.failure.code) == (["try 1"], "broke")


def test_wait_lasts_on_the_cells_clock(start: Start) -> None:
    assert start("root: {wait: {seconds: 2.5}}").result.sim_time == pytest.approx(2.5, abs=0.05)

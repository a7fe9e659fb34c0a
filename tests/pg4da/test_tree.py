"""What each control word does, seen from the notes that toy skills leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Start = Callable[..., Any]


def test_sequence_runs_in_order_and_stops_at_the_first_failure(start: Start) -> None:
    run = start("root: {sequence: [say: {text: a}, fail: {}, say: {text: b}]}")
    assert run.notes == ["a", "try 1"]
    assert run.result.outcome == "failure"
    assert (run.result.failure.code, run.result.failure.phase) == ("slipped", "execution")
    assert run.result.failure.path == "sequence/fail"


def test_fallback_takes_the_first_that_succeeds(start: Start) -> None:
    run = start("root: {fallback: [fail: {}, say: {text: b}, say: {text: c}]}")
    assert run.notes == ["try 1", "b"]
    assert run.result.outcome == "success"


def test_fallback_fails_for_the_last_reason(start: Start) -> None:
    run = start("root: {fallback: [fail: {code: first}, fail: {code: last}]}")
    assert run.result.failure.code == "last"


def test_values_flow_through_the_blackboard(start: Start) -> None:
    run = start("""
outputs: {n: {type: int}}
root:
  sequence:
    - set: {n: 2}
    - count: {start: "$n * 3", outputs: {total: n}}
""")
    assert run.result.outputs == {"n": 7}


def test_an_output_that_is_not_listed_is_not_written(start: Start) -> None:
    run = start("root: {sequence: [count: {start: 1}]}")
    assert "total" not in run.tree.board


def test_retry_runs_the_recovery_between_attempts_only(start: Start) -> None:
    run = start("root: {retry: {attempts: 3, child: {fail: {}}, recovery: {say: {text: mend}}}}")
    assert run.notes == ["try 1", "mend", "try 2", "mend", "try 3"]
    assert run.result.failure.message == "failed try 3"


def test_retry_succeeds_on_a_later_attempt(start: Start) -> None:
    run = start("root: {retry: {attempts: 3, child: {fail: {times: 1}}}}")
    assert (run.notes, run.result.outcome) == (["try 1", "try 2"], "success")


@pytest.mark.parametrize(
    ("rules", "tries"),
    [("on: [slipped]", 3), ("on: [other]", 1), ("abort_on: [slipped]", 1), ("abort_on: [other]", 3)],
)
def test_retry_matches_failure_codes(start: Start, rules: str, tries: int) -> None:
    run = start(f"root: {{retry: {{attempts: 3, {rules}, child: {{fail: {{}}}}}}}}")
    assert len(run.notes) == tries


def test_retry_gives_up_at_once_when_nothing_can_be_mended(start: Start) -> None:
    run = start("root: {retry: {attempts: 3, child: {fail: {recoverable: false}}}}")
    assert run.notes == ["try 1"]


REPEAT = """
inputs: {rounds: {type: int, default: 5}}
root:
  sequence:
    - set: {n: 0}
    - repeat:
        until: $n >= 3
        times: $rounds
        child: {count: {start: $n, outputs: {total: n}}}
"""


def test_repeat_until_an_expression_holds(start: Start) -> None:
    run = start(REPEAT)
    assert (run.result.outcome, run.tree.board["n"]) == ("success", 3)


def test_repeat_fails_with_limit_reached(start: Start) -> None:
    run = start(REPEAT, rounds=2)
    assert run.result.failure.code == "limit_reached"
    assert not run.result.failure.recoverable


def test_repeat_counts_failed_rounds_and_recovers(start: Start) -> None:
    run = start("root: {repeat: {times: 3, until: 'true == false', child: {fail: {}}, recovery: {say: {text: mend}}}}")
    assert run.notes == ["try 1", "mend", "try 2", "mend", "try 3"]
    assert run.result.failure.code == "limit_reached"
    assert "failed try 3" in run.result.failure.message


def test_repeat_ends_when_the_recovery_fails(start: Start) -> None:
    run = start("root: {repeat: {times: 9, child: {fail: {}}, recovery: {fail: {code: no_recovery}}}}")
    assert run.result.failure.code == "no_recovery"


def test_switch_takes_the_case_of_the_value(start: Start) -> None:
    text = "root: {sequence: [set: {way: %s}, switch: {on: $way, cases: {a: {say: {text: A}}, b: {say: {text: B}}}}]}"
    assert start(text % "b").notes == ["B"]
    failed = start(text % "c").result.failure
    assert failed.code == "bad_reference"
    assert "a, b" in failed.message


def test_condition_and_invert(start: Start) -> None:
    run = start("root: {sequence: [set: {n: 1}, invert: {child: {condition: {if: $n > 1}}}, condition: {if: $n > 5}]}")
    assert run.result.failure.code == "condition_false"
    assert "$n > 5" in run.result.failure.message


def test_timeout_stops_its_child(start: Start) -> None:
    run = start("root: {timeout: {seconds: 0.5, child: {move: {seconds: 9}}}}")
    assert run.result.failure.code == "timeout"
    assert run.notes == ["move starts at rest", "move stopped"]
    assert run.result.sim_time < 1.2


def test_parallel_all_stops_the_others_when_one_fails(start: Start) -> None:
    run = start("root: {parallel: {children: [move: {seconds: 9}, fail: {}]}}")
    assert run.result.failure.code == "slipped"
    assert run.notes[-1] == "move stopped"


def test_parallel_any_ends_with_the_first_success(start: Start) -> None:
    run = start("root: {parallel: {policy: any, children: [move: {seconds: 9}, look: {seconds: 0.1}]}}")
    assert run.result.outcome == "success"
    assert run.notes[-1] == "move stopped"


def test_reactive_fallback_stops_the_lower_branch_before_the_upper_moves(start: Start) -> None:
    """The old skill is confirmed stopped, its arms at rest, before the new one starts."""
    run = start("""
root:
  parallel:
    policy: any
    children:
      - sequence: [set: {alarm: false}, look: {seconds: 0.5}, set: {alarm: true}, look: {seconds: 9}]
      - fallback:
          memory: false
          children:
            - sequence: {memory: false, children: [condition: {if: $alarm}, move: {seconds: 0.2, text: flee}]}
            - move: {seconds: 9, text: work}
""")
    assert run.notes == ["work starts at rest", "work stopped", "flee starts at rest", "flee done"]


def test_subtree_has_its_own_scope(start: Start, write: Callable[..., Any]) -> None:
    write(
        """mission: inner
inputs: {first: {type: int}, step: {type: int, default: 10}}
outputs: {sum: {type: int}}
root: {sequence: [set: {n: "$first + $step"}, count: {start: $n, outputs: {total: sum}}]}
""",
        "inner",
    )
    run = start("""
outputs: {n: {type: int}, sum: {type: int}}
root: {sequence: [set: {n: 1}, subtree: {use: inner, inputs: {first: $n}, outputs: {sum: sum}}]}
""")
    assert run.result.outputs == {"n": 1, "sum": 12}


def test_finally_runs_after_success_and_after_failure(start: Start) -> None:
    assert start("root: {finally: {child: {say: {text: a}}, always: {say: {text: end}}}}").notes == ["a", "end"]
    run = start("root: {finally: {child: {fail: {}}, always: {say: {text: end}}}}")
    assert run.notes == ["try 1", "end"]
    assert run.result.failure.code == "slipped"


def test_finally_does_not_hide_the_childs_failure(start: Start) -> None:
    run = start("root: {finally: {child: {fail: {code: first}}, always: {fail: {code: second}}}}")
    assert run.result.failure.code == "first"
    assert run.log.of("finally_failed")[0]["failure"].code == "second"


def test_finally_runs_before_anything_else_when_stopped_from_above(start: Start) -> None:
    run = start("""
root:
  fallback:
    - timeout:
        seconds: 0.3
        child: {finally: {child: {move: {seconds: 9}}, always: {move: {seconds: 0.1, text: tidy}}}}
    - say: {text: next}
""")
    assert run.notes == ["move starts at rest", "move stopped", "tidy starts at rest", "tidy done", "next"]


def test_a_missing_value_is_a_failure_with_its_place(start: Start) -> None:
    run = start("root: {fallback: [sequence: [fail: {}, set: {n: 1}], count: {start: $n}]}")
    finished = run.log.of("skill_finished")
    assert finished == [{"path": "fallback/sequence/fail", "skill": "fail", "state": "failure"} | finished[0]]
    assert run.result.failure.code == "bad_reference"
    assert "test.yaml:2:" in run.result.failure.message


def test_a_value_of_the_wrong_kind_at_run_time(start: Start) -> None:
    failure = start("root: {sequence: [set: {n: 1}, count: {start: '$n - 5'}]}").result.failure
    assert (failure.code, failure.phase) == ("bad_input", "precondition")
    assert "start" in failure.message

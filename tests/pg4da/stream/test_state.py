"""The reducer: every prefix of a run, and a keyframe in its place."""

from __future__ import annotations

from typing import Any

import pytest

from pg4da.stream.messages import decode, encode
from pg4da.stream.shape import check
from pg4da.stream.state import RunState


def after(messages: list[Any]) -> RunState:
    state = RunState()
    for message in messages:
        state.apply(message)
    return state


def test_a_keyframe_stands_for_everything_before_it(tries: Any, fails: Any) -> None:
    for told in (tries, fails):
        messages = told.kept.messages
        for count in range(1, len(messages) + 1):
            whole = after(messages[:count])
            key = decode(encode(whole.keyframe()))
            check(key)
            late = after([key])
            assert late.keyframe() == key
            assert after([key, *messages[count:]]).keyframe() == after(messages).keyframe()
            assert (late.path, late.last_failure) == (whole.path, whole.last_failure)


def test_the_running_path_and_times(tries: Any) -> None:
    messages = tries.kept.messages
    names = {node["id"]: node["name"] for node in messages[1]["nodes"]}
    paths = set()
    for count in range(2, len(messages) + 1):
        paths.add(tuple(names[number] for number in after(messages[:count]).path))
    assert ("All", "Thrice", "Slip") in paths
    assert ("All", "Both arms") in paths
    last = after(messages)
    assert last.path == []
    times = {names[number]: times for number, times in last.times.items()}
    assert times["Slip"][0] == 3
    assert times["Both arms"][0] == 1
    assert times["Both arms"][2] - times["Both arms"][1] == pytest.approx(1.5, abs=0.05)


def test_failures_stand_until_the_node_starts_again(tries: Any) -> None:
    codes = []
    for count in range(2, len(tries.kept.messages) + 1):
        failures = after(tries.kept.messages[:count]).failures
        codes.append(sorted({failure["code"] for failure in failures.values()}))
    assert ["slipped"] in codes
    assert codes[-1] == []
    last = after(tries.kept.messages)
    assert [failure["message"] for _, _, failure in last.history] == ["failed try 1", "failed try 2"]


ROUNDS = """
root:
  repeat:
    name: Rounds
    times: 3
    child:
      sequence:
        name: Round
        children:
          - condition: {name: At once, if: true}
          - look: {name: Looks, seconds: 0.1}
          - fallback:
              name: Either
              children:
                - condition: {name: Never, if: false}
                - say: {name: Says}
"""


def test_what_an_earlier_round_left_is_told_from_what_ran_now(tell: Any) -> None:
    messages = tell(ROUNDS).kept.messages
    names = {node["id"]: node["name"] for node in messages[1]["nodes"]}
    seen = []
    for count in range(2, len(messages) + 1):
        state = after(messages[:count])
        key = after([decode(encode(state.keyframe()))])
        past = {names[number] for number in names if state.past(number)}
        assert past == {names[number] for number in names if key.past(number)}
        if state.states.get(3) == "S" and state.states.get(4) == "R":
            seen.append(past)
    later = {"Either", "Never", "Says"}
    assert seen[0] == set()
    assert [past for past in seen if past] == [later] * (len(seen) // 3 * 2)
    assert not any(after(messages).past(number) for number in names)


def test_a_node_that_answers_the_same_in_each_round_is_not_called_old(tell: Any) -> None:
    """A round a tick: its first children answer the same each time, it does not."""
    text = """
root:
  sequence:
    - set: {n: 0}
    - repeat:
        times: 6
        child:
          sequence:
            name: Round
            children:
              - condition: {name: Holds, if: true}
              - sequence: [{set: {name: Adds, n: $n + 1}}]
              - condition: {name: Even, if: $n % 2 == 0}
"""
    told = tell(text)
    messages, rounds = told.kept.messages, set()
    number = {node["name"]: node["id"] for node in messages[1]["nodes"]}
    for count in range(2, len(messages) + 1):
        state = after(messages[:count])
        assert not any(state.past(number[name]) for name in ("Holds", "Adds", "Even"))
        rounds.add(state.states.get(number["Round"], "I"))
    assert rounds == {"I", "S", "F"}


def test_motions_are_counted() -> None:
    state = RunState()
    report = {"kind": "push", "success": True, "arms": 2, "code": ""}
    for data in (
        report,
        {**report, "kind": "grasp", "arms": 1},
        {**report, "kind": "grasp", "success": False, "arms": 1},
    ):
        state.apply({"k": "event", "t": 1.0, "event": "motion_finished", "data": data})
    counts = {"motions": 3, "pushes": 1, "grasps": 2, "grasps_held": 1, "arm_motions": 4}
    assert state.counts == counts


def test_unknown_kinds_are_passed_over_and_nonsense_is_refused() -> None:
    state = RunState()
    state.apply({"k": "weather", "t": 3.0})
    assert state.time == 0.0
    with pytest.raises(ValueError, match="'tick' message"):
        state.apply({"k": "tick", "t": 1.0, "n": 1, "s": [[1]]})


def test_a_new_run_forgets_the_old_one(tries: Any, fails: Any) -> None:
    assert after(tries.kept.messages + fails.kept.messages).keyframe() == after(fails.kept.messages).keyframe()

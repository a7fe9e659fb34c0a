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

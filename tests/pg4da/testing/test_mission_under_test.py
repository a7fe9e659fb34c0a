"""Missions with nodes replaced: what the scripts do, what is told of a run, what is wrong with a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pg4da.errors import BadInput
from pg4da.testing import RealCellNeeded, StillRunning, crash, fail, hang, mission_under_test, real, succeed


def test_nothing_replaced(fetch: Any) -> None:
    run = fetch().run()
    assert (run.outcome, run.outputs, run.board["place"]) == ("success", {"found": True}, Path("bolt"))
    assert run.seconds == pytest.approx(1.0, abs=0.1)
    assert run.calls("**") == []


def test_success_after_a_delay(fetch: Any) -> None:
    run = fetch({"Look": succeed(found=True, after=3.0)}, inputs={"part": "nut"}).run()
    (visit,) = run.visits("Look")
    assert (visit.status, visit.path) == ("success", "Fetch/Find it/Not for long/Look")
    assert visit.seconds == pytest.approx(3.0, abs=0.05)
    assert run.calls("Look")[0].inputs == {"part": "nut"}
    assert not run.visited("Ask")


def test_a_failure_is_as_it_was_scripted(fetch: Any) -> None:
    away = fail("gone", phase="planning", message="it rolled away", recoverable=False)
    run = fetch({"Look*": away}).run()
    assert run.outcome == "failure"
    told = run.failure
    assert (told.code, told.phase, told.message, told.recoverable) == ("gone", "planning", "it rolled away", False)
    assert [failure.path.split("/")[-1] for failure in run.failures] == ["Look", "Look again"]
    assert told.causes[0].path.endswith("Look")
    assert run.visits("Tidy up")[0].status == "success"
    assert "gone (planning) in Fetch/Find it/Ask/Look again" in str(run)


def test_one_step_a_call_and_the_last_again(fetch: Any) -> None:
    text = (
        "mission: m\noutputs: {found: {type: bool}}\nroot: {retry: {attempts: 4, child: {look_for: "
        "{name: Look, part: a, outputs: {found: found}}}}}"
    )
    test = fetch({"Look": [fail("one"), fail("two")]}, text)
    for _ in range(2):  # from the start each time
        run = test.run()
        assert [failure.code for failure in run.failures] == ["one", "two", "two", "two"]
    run = fetch({"Look": [fail(), real()]}, text).run()
    assert [visit.status for visit in run.visits("Look")] == ["failure", "success"]
    assert run.seconds == pytest.approx(1.0, abs=0.1)


def test_an_exception(fetch: Any) -> None:
    run = fetch({"Look": crash(ZeroDivisionError("by nothing")), "Ask": fail()}).run()
    assert run.failures[0].code == "internal_error"
    assert run.failures[0].message == "ZeroDivisionError: by nothing"


def test_a_hang_is_stopped(fetch: Any) -> None:
    run = fetch({"Look": hang()}).run()
    assert run.visits("Look")[0].status == "stopped"
    assert run.visits("Not for long")[0].failure.code == "timeout"
    assert (run.outcome, run.abandoned) == ("success", ())


def test_a_hang_that_ignores_the_stop_is_left_behind(fetch: Any) -> None:
    run = fetch({"Look": hang(ignores_stop=True)}).run()
    assert run.abandoned == ("Fetch/Find it/Not for long/Look",)
    stopped, again = run.visits("Look")[0], run.visits("Look again")[0]
    assert again.ended - stopped.ended >= 1.5  # the bound of a stop, then its own second


def test_cancelled_from_outside(fetch: Any) -> None:
    run = fetch({"Look": hang()}).run(cancel_at=2.0)
    assert (run.outcome, run.failure.code) == ("interrupted", "cancelled")
    assert run.seconds == pytest.approx(2.0, abs=0.2)
    assert run.visits("Tidy up")[0].status == "success"


def test_not_ended_in_time(fetch: Any) -> None:
    with pytest.raises(StillRunning, match=r"not ended within 3 s; running: Fetch/Find it/Not for long/Look\n"):
        fetch({"Look": hang()}).run(within=3.0)


def test_a_subtree_and_a_control_are_replaced_whole(fetch: Any) -> None:
    run = fetch({"Not for long": fail("late"), "Ask": succeed(after=1.0)}).run()
    assert run.outcome == "success"
    assert not run.visited("Look")
    inner = mission_under_test(
        "retrieve", replace={"push_grasp": fail("stuck", recoverable=False), "Arms home": succeed()}
    ).run()
    assert inner.failure.code == "stuck"
    assert inner.calls("push_grasp")[0].inputs == {"target": "green", "max_failed_grasps": 5}


def test_the_last_pattern_counts(fetch: Any) -> None:
    assert fetch({"Look*": fail(), "Look": real()}).run().outcome == "success"
    assert fetch({"Look": real(), "Look*": fail()}).run().outcome == "failure"


@pytest.mark.parametrize(
    ("replace", "message"),
    [
        ({"Lock": succeed()}, "no node matches 'Lock'; the nearest is 'Fetch/Find it/Not for long/Look'"),
        ({"Find it/Look": succeed()}, "no node matches 'Find it/Look'"),
        ({"Look": succeed(found=True, plaice=1)}, "has no output 'plaice'; did you mean 'place'?"),
        ({"Look": succeed()}, r"gives no value for 'found' \(bool\), which the mission writes to \$found"),
        ({"Tidy up": succeed(found=True)}, "tidy has no output 'found'; it has none"),
        ({"Ask": real()}, "a sequence is no skill"),
        ({"Look": []}, "expected succeed"),
        ({"Look": "succeed"}, "expected succeed"),
    ],
)
def test_what_is_wrong_with_a_replacement(fetch: Any, replace: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        fetch(replace)


def test_wrong_steps() -> None:
    with pytest.raises(BadInput, match="unknown phase 'plan'; did you mean 'planning'"):
        fail(phase="plan")
    with pytest.raises(BadInput, match="after: expected seconds"):
        succeed(after=-1)


def test_inputs_are_checked(fetch: Any) -> None:
    with pytest.raises(BadInput, match="inputs: the mission has no input 'port'; did you mean 'part'"):
        fetch(inputs={"port": "nut"})


def test_skills_that_want_a_real_cell() -> None:
    looked = {"Look": succeed(), "Target inside the workspace": succeed()}
    with pytest.raises(RealCellNeeded, match=r"'One motion/Push or grasp' was not replaced.*it reads what a replaced"):
        mission_under_test("push_grasp", replace=looked).run()
    with pytest.raises(RealCellNeeded, match=r"Push or grasp' was not replaced, and it needs a policy"):
        mission_under_test("push_grasp", replace={"Target inside the workspace": succeed()}).run()


def test_real_skills_run_where_they_can() -> None:
    run = mission_under_test("retrieve", replace={"push_grasp": fail("nothing_held", recoverable=False)}).run()
    assert run.visits("Slipped out over the bin")[0].status == "success"
    assert run.visits("Cell is ready")[0].status == "success"
    assert run.visits("Arms home")[0].status == "success"

"""From a mission's events and the simulator's state to a result."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pg4da.run
from pg4da.evaluation import worker
from pg4da.evaluation.episode import Episode
from pg4da.evaluation.settings import Settings
from pg4da.mission.events import Event
from pg4da.mission.failure import Failure
from pg4da.run import RunRequest, RunResult

EPISODE = Episode("case1-clutter/a", "case1-clutter", "/a.txt", 3, 42)
SETTINGS = Settings(policy="geometric", camera_noise=True, timestep=0.001)


class Truth:
    """Three objects, the target the first."""

    def __init__(self) -> None:
        self.retrieved = False
        self.outside: tuple[int, ...] = ()
        self.positions = np.array([[0.0, 0.5, 0.02], [0.1, 0.5, 0.02], [0.2, 0.5, 0.02]])
        self.max_object_speed = 0.4
        self.max_launch_speed = 0.2

    @property
    def target_position(self) -> Any:
        return self.positions[0]


@pytest.fixture
def truth() -> Truth:
    return Truth()


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, truth: Truth, tmp_path: Path) -> Any:
    """Play a list of steps (an event's kind and data, or changes of the truth) as if it were a mission."""

    def go(steps: list[Any], failure: Failure | None = None) -> Any:
        def mission(request: RunRequest, observers: Any) -> RunResult:
            assert (request.seed, request.camera_noise, request.timestep) == (42, True, 0.001)
            (witness,) = observers
            witness.on_start(SimpleNamespace(truth=truth))
            for step in steps:
                if isinstance(step, dict):
                    vars(truth).update(step)
                elif step == "dropped":
                    return RunResult("success", 0, 0, 0, 0, 0, 9.0, 1.0, request.seed, None)
                else:
                    witness.on_event(Event(0.0, *step))
            witness.on_end()
            return RunResult("failure" if failure else "success", 0, 0, 0, 0, 0, 9.0, 1.0, request.seed, failure)

        monkeypatch.setattr(pg4da.run, "run_mission", mission)
        monkeypatch.setattr(worker, "starting_scene", lambda settings, episode: None)
        return worker.run_episode(SETTINGS, "0.1", str(tmp_path), EPISODE)

    return go


def motion(kind: str, success: bool, arms: int = 1) -> tuple[str, dict[str, Any]]:
    return "motion_finished", {"kind": kind, "success": success, "arms": arms, "code": ""}


def seen() -> tuple[str, dict[str, Any]]:
    view = SimpleNamespace(rgb=np.full((48, 64, 3), 90, np.uint8))
    return "observation", {"observation": SimpleNamespace(view=view)}


def test_counts_and_success(play: Any) -> None:
    steps = [motion("push", True, 2), motion("grasp", False), {"retrieved": True}, motion("grasp", True)]
    result = play(steps)
    assert (result.completed, result.cause) == (True, "")
    assert (result.motions, result.pushes, result.arm_motions) == (3, 1, 4)
    assert (result.grasp_attempts, result.grasp_successes) == (2, 1)
    assert (result.max_speed, result.max_launch_speed, result.sim_time_s) == (0.4, 0.2, 9.0)
    assert result.picture == ""


def test_a_success_that_is_not_true_counts_as_neither_grasp_nor_run(play: Any) -> None:
    result = play([motion("grasp", True)])
    assert (result.completed, result.cause, result.grasp_successes) == (False, "false_success", 0)


def test_a_failure_keeps_its_reason_and_a_picture(play: Any, tmp_path: Path) -> None:
    result = play([seen()], Failure("no_feasible_motion", "planning", "Retrieve", "none of 40"))
    assert (result.cause, result.phase, result.message) == ("no_feasible_motion", "planning", "none of 40")
    assert (tmp_path / result.picture).read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize(("outside", "cause"), [((0,), "target_out_of_workspace"), ((2,), "object_out_of_workspace")])
def test_what_left_the_workspace(play: Any, outside: tuple[int, ...], cause: str) -> None:
    assert play([{"outside": outside}], Failure("x", "execution", "", "")).cause == cause


def test_an_error_is_a_failed_episode_with_its_trace(play: Any, tmp_path: Path) -> None:
    result = play([("motion_finished", {})])
    assert (result.completed, result.cause) == (False, "episode_error")
    assert result.message == "KeyError: 'success'"
    assert "Traceback" in (tmp_path / "failures" / "case1-clutter__a__3.txt").read_text()


def test_a_witness_that_was_dropped_is_no_verdict(play: Any) -> None:
    assert play([motion("push", True), "dropped"]).cause == "episode_error"

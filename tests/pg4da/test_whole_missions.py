"""Whole missions on the full cell: they repeat, and their physics can be believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.hardware.frames import Array
from pg4da.mission.events import Listener
from pg4da.run import RunRequest, RunResult, run_mission

pytestmark = pytest.mark.slow

SCENES = ("case1-clutter/packed2", "case2-dense_clutter/dense2", "case5-random_arranged/heap2")
LAUNCHED = 1.5  # m/s
OVERLAP = 0.005  # m, a third of a finger


class Last(Listener):
    """Keeps the cell to look into after the mission."""

    cell: Any

    def on_start(self, cell: Any) -> None:
        self.cell = cell


@dataclass(frozen=True)
class Played:
    """What a mission left behind. log: its record but for pictures, which come when they are drawn, and wall times."""

    result: RunResult
    qpos: Array
    log: list[dict[str, Any]]
    pictures: dict[tuple[str, int], dict[str, Any]]

    @property
    def truth(self) -> dict[str, Any]:
        assert self.result.truth is not None
        return dict(self.result.truth)


def play(scene: str, out: Path, seed: int = 0, camera_noise: bool = False) -> Played:
    last = Last()
    request = RunRequest(scene=scene, seed=seed, out=out, film=False, camera_noise=camera_noise)
    result = run_mission(request, (last,))
    told = [json.loads(line) for line in (out / "run.pg4da.jsonl").read_text().splitlines()]
    for message in told:
        for volatile in ("started", "pid", "id"):
            message.pop(volatile, None)
        (message.get("result") or {}).pop("wall_time_s", None)
    log = [message for message in told if message["k"] != "picture"]
    pictures = {(message["name"], message["of"]): message for message in told if message["k"] == "picture"}
    return Played(result, np.array(last.cell.data.qpos), log, pictures)


@pytest.fixture(scope="module")
def missions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    """One mission a scene, shared by the tests."""
    return {scene: play(scene, tmp_path_factory.mktemp("mission")) for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES)
def test_the_target_ends_in_the_bin(missions: dict[str, Played], scene: str) -> None:
    played = missions[scene]
    assert played.result.outcome == "success"
    assert played.truth["target_in_bin"]
    assert played.truth["outside"] == []


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_is_launched(missions: dict[str, Played], scene: str) -> None:
    truth = missions[scene].truth
    assert 0.05 < truth["max_launch_speed"] <= LAUNCHED
    assert truth["max_launch_speed"] <= truth["max_object_speed"]


@pytest.mark.parametrize("scene", SCENES)
def test_fingers_never_pass_through_objects(missions: dict[str, Played], scene: str) -> None:
    assert 0.0 < missions[scene].truth["max_overlap"] <= OVERLAP


def test_the_same_seed_gives_the_same_mission(missions: dict[str, Played], tmp_path: Path) -> None:
    first, again = missions[SCENES[1]], play(SCENES[1], tmp_path)
    assert sum(message.get("event") == "decision" for message in first.log) >= first.result.motions
    assert again.log == first.log
    assert again.pictures == first.pictures
    np.testing.assert_array_equal(again.qpos, first.qpos)


@pytest.mark.parametrize("scene", SCENES)
def test_the_record_has_every_look_and_decision_as_pictures(missions: dict[str, Played], scene: str) -> None:
    played = missions[scene]
    counted = {kind: sum(m.get("event") == kind for m in played.log) for kind in ("observation", "decision")}
    named = [name for name, _ in played.pictures]
    assert named.count("camera") == named.count("heightmap") == counted["observation"]
    assert named.count("decision") == counted["decision"]
    assert played.pictures["camera", 1]["w"] == 640
    [counts] = [message["result"] for message in played.log if message["k"] == "end"]
    assert (counts["motions"], counts["pushes"]) == (played.result.motions, played.result.pushes)


def test_a_noisy_camera_does_not_stop_the_mission(missions: dict[str, Played], tmp_path: Path) -> None:
    noisy = play(SCENES[1], tmp_path, camera_noise=True)
    assert noisy.result.outcome == "success"
    assert noisy.log != missions[SCENES[1]].log

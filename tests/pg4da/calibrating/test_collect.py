"""Collecting views: refusals are passed over, failures end it, an interruption stops the arms."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pg4da.calibrating.collect import Collector, MotionFailed, MotionRefused, guided
from pg4da.hardware.calibration.board import Board
from pg4da.hardware.calibration.views import Setup
from pg4da.hardware.cell import ArmState, CameraFrame, Progress

SETUP = Setup(Board(), np.diag([570.0, 570.0, 1.0]), (64, 48))


class Arm:
    """At q, or elsewhere once it was told to go."""

    name = "left"

    def __init__(self) -> None:
        self.q, self.dq = np.zeros(6), np.zeros(6)
        self.kinematics = SimpleNamespace(forward=lambda q: np.eye(4))

    @property
    def state(self) -> ArmState:
        return ArmState(self.q.copy(), self.dq.copy(), 0.0)


class Cell:
    """Counts how often it was stopped."""

    def __init__(self) -> None:
        self.arms, self.stopped, self.trouble, self.interrupt = {"left": Arm()}, 0, None, False
        self.camera = SimpleNamespace(capture=lambda timeout: self.frame())

    def frame(self) -> CameraFrame:
        return CameraFrame(np.zeros((48, 64, 3), np.uint8), np.ones((48, 64), np.float32), SETUP.K, np.eye(4), 0.0, 1)

    def advance(self, dt: float) -> None:
        if self.interrupt:
            raise KeyboardInterrupt

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def collector():
    cell = Cell()
    return Collector(cell, cell.arms["left"], SETUP)


def handle(progress, message=""):
    return SimpleNamespace(progress=progress, message=message)


def test_a_refused_motion_is_no_failure_while_the_arm_stands(collector):
    with pytest.raises(MotionRefused, match="bounds"):
        collector._run([handle(Progress.FAULT, "leaves the bounds")])


def test_a_motion_that_broke_off_is_a_failure(collector):
    refused = handle(Progress.FAULT, "protective stop")
    collector.cell.trouble = "protective stop"
    with pytest.raises(MotionFailed, match="protective stop"):
        collector._run([refused])


def test_an_interruption_stops_the_arms(collector):
    collector.cell.interrupt = True
    with pytest.raises(KeyboardInterrupt):
        collector._run([handle(Progress.RUNNING)])
    assert collector.cell.stopped == 1


def test_an_arm_that_never_rests(collector):
    collector.arm.dq = np.full(6, 0.1)
    with pytest.raises(MotionFailed, match="rest"):
        collector.look(1)


def test_a_picture_without_the_board_is_told_and_the_next_place_tried(collector, monkeypatch):
    went = []

    def go(self, pose):
        went.append(pose)
        if len(went) == 1:
            raise MotionRefused("too far")

    monkeypatch.setattr(Collector, "go", go)
    told = [(index, looked is None, why) for index, looked, why in guided(collector, [np.eye(4)] * 2, 1)]
    assert told[0] == (0, True, "too far")
    assert told[1][:2] == (1, False)
    assert "not seen" in told[1][2]

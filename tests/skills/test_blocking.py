"""Skills in a thread: polled, asked to stop, left behind when they do not listen."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from pg4da.skills.blocking import BlockingSkill, Cancelled, Token
from pg4da.skills.skill import Context, Phase, Ports, SkillFailure


class Arm:
    def __init__(self) -> None:
        self.followed: list[str] = []
        self.threads: set[str] = set()

    def follow(self, path: str) -> str:
        self.followed.append(path)
        self.threads.add(threading.current_thread().name)
        if path == "refused":
            raise ValueError("out of limits")
        return "handle"


class Cell:
    def __init__(self) -> None:
        self.arms = {"left": Arm()}
        self.speed = 3.0


class Blocking(BlockingSkill):
    name = "blocking"

    class Outputs(Ports):
        text: str = ""

    def work(self, inputs: Any, token: Token) -> Any:
        return inputs(self, token)


def skill_and_steps(work: Any) -> tuple[Blocking, Any, Cell]:
    cell = Cell()
    skill = Blocking(Context(cell, None, np.random.default_rng(0)))  # type: ignore[arg-type]
    return skill, skill.run(work), cell


def finish(steps: Any) -> Any:
    for _ in range(2000):
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        time.sleep(0.001)
    raise AssertionError("did not end")


def test_what_the_thread_returns_is_the_skills_output() -> None:
    skill, steps, _ = skill_and_steps(lambda skill, token: skill.Outputs(text=threading.current_thread().name))
    assert finish(steps).text == "skill blocking"
    assert skill.stopped()


def test_a_failure_in_the_thread_is_the_skills() -> None:
    def work(skill: Any, token: Token) -> Any:
        raise SkillFailure("no_service", Phase.EXECUTION, "nobody answers")

    _, steps, _ = skill_and_steps(work)
    with pytest.raises(SkillFailure, match="nobody answers"):
        finish(steps)


def test_the_cell_is_only_touched_by_the_tick() -> None:
    def work(skill: Any, token: Token) -> Any:
        assert skill.context.cell.speed == 3.0
        assert skill.context.cell.arms["left"].follow("path") == "handle"
        with pytest.raises(ValueError, match="limits"):
            skill.context.cell.arms["left"].follow("refused")
        return skill.Outputs(text="done")

    _, steps, cell = skill_and_steps(work)
    assert finish(steps).text == "done"
    assert cell.arms["left"].threads == {threading.current_thread().name}


def test_a_thread_that_listens_stops_at_once() -> None:
    seen = []

    def work(skill: Any, token: Token) -> Any:
        try:
            token.wait(60)
        except Cancelled:
            seen.append("cleaned up")
            raise

    skill, steps, _ = skill_and_steps(work)
    next(steps)
    assert not skill.stopped()
    steps.close()
    skill._thread.join(5)  # type: ignore[union-attr]
    assert skill.stopped()
    assert seen == ["cleaned up"]


def test_a_thread_that_does_not_listen_can_move_nothing() -> None:
    go_on, refused = threading.Event(), threading.Event()

    def work(skill: Any, token: Token) -> Any:
        arms = skill.context.cell.arms
        go_on.wait(10)
        try:
            arms["left"].follow("too late")
        except Cancelled:
            refused.set()

    skill, steps, cell = skill_and_steps(work)
    for _ in range(20):
        next(steps)
        time.sleep(0.001)
    steps.close()
    assert not skill.stopped()
    skill.abandon()
    go_on.set()
    assert refused.wait(5)
    assert cell.arms["left"].followed == []

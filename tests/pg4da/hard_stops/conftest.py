"""Skills that do as they like when they are stopped, and a mission of them in the fake cell."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pg4da.mission.executive import Executive
from pg4da.mission.tree import load_mission
from pg4da.skills.blocking import BlockingSkill, Token
from pg4da.skills.skill import Context, Phase, Ports, Skill, SkillFailure


class OneArm(Skill):
    """Moves one arm; what it does when it is closed is up to the test."""

    arm = "left"

    class Inputs(Ports):
        on_close: str = ""
        after: float = 1e9
        fails: str = ""

    def run(self, inputs: Any) -> Any:
        cell: Any = self.context.cell
        end = cell.clock.now() + inputs.after
        cell.arms[self.arm].move()
        try:
            while cell.clock.now() < end:
                yield
        except GeneratorExit:
            if inputs.on_close == "moves":
                cell.arms[self.arm].move()
            while inputs.on_close == "swallows":
                yield
            if inputs.on_close == "hangs":
                time.sleep(60)
            if inputs.on_close == "exits":
                raise SystemExit("from the clean-up") from None
            raise
        if inputs.fails:
            raise SkillFailure(inputs.fails, Phase.EXECUTION, "as told")
        cell.arms[self.arm].stop()
        return self.Outputs()


class Left(OneArm):
    name = "left"
    needs = frozenset({"left"})


class Right(OneArm):
    name = "right"
    needs = frozenset({"right"})
    arm = "right"


class Early(Skill):
    """Sets its arm in motion before its first step, and breaks there."""

    name = "early"
    needs = frozenset({"left"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        cell: Any = context.cell
        cell.arms["left"].move()
        raise ZeroDivisionError("in the constructor")

    def run(self, inputs: Any) -> Any:
        yield


class Odd(Skill):
    """Can't say whether it has stopped."""

    name = "odd"

    def run(self, inputs: Any) -> Any:
        while True:
            yield

    def stopped(self) -> bool:
        raise ZeroDivisionError("in stopped")


class Chatty(BlockingSkill):
    name = "chatty"

    def work(self, inputs: Any, token: Token) -> Any:
        for i in range(5):
            self.context.emit("note", {"text": str(i)})
        return self.Outputs()


SKILLS: dict[str, type[Skill]] = {skill.name: skill for skill in (Left, Right, Early, Odd, Chatty)}

Make = Callable[..., Executive]


@pytest.fixture
def make(write: Any, cell: Any, toys: Any) -> Make:
    def executive(text: str, **options: Any) -> Executive:
        context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
        return Executive(load_mission(str(write(text)), context, {}, {**toys, **SKILLS}), **options)

    return executive


@pytest.fixture
def both(make: Make) -> Callable[..., Executive]:
    """A mission that moves both arms until it is stopped; the words are inputs of the left one."""

    def executive(left: str = "", **options: Any) -> Executive:
        return make(f"root: {{parallel: {{children: [left: {{{left}}}, right: {{}}]}}}}", **options)

    return executive


@pytest.fixture
def rests(cell: Any) -> Callable[[], bool]:
    """Whether both arms rest a while later."""

    def asked() -> bool:
        for _ in range(100):
            cell.advance(0.008)
        return all(arm.state.dq[0] == 0 for arm in cell.arms.values())

    return asked

"""The contract of a skill: started, running, stopping, stopped; a failure says what, when and if it can be mended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from pg4da.hardware.cell import Cell
from pg4da.policies.types import Policy

THINKING = 30.0  # s on the wall for a step that plans or looks: the longest seen is 1.5 s, alone on a core


class Phase(Enum):
    """When a skill failed."""

    PRECONDITION = "precondition"
    PLANNING = "planning"
    EXECUTION = "execution"
    POSTCONDITION = "postcondition"
    CANCELLED = "cancelled"


class SkillFailure(Exception):
    """Raised by a skill to end in failure. `code` is a short snake_case word that a recovery branch can match."""

    def __init__(self, code: str, phase: Phase, message: str, recoverable: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.phase = phase
        self.message = message
        self.recoverable = recoverable


class Ports(BaseModel):
    """Base of a skill's typed inputs and outputs. Values are not copied; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, frozen=True)


@dataclass
class Context:
    """What every skill of a mission shares. `emit(kind, data)` tells recorders and viewers; it never blocks."""

    cell: Cell
    policy: Policy
    rng: np.random.Generator
    emit: Callable[[str, Mapping[str, Any]], None] = lambda kind, data: None
    services: dict[str, Any] = field(default_factory=dict)


Steps = Generator[None, None, Any]


class Skill(ABC):
    """A leaf of a mission.

    `run` is a generator: it yields once a tick while it works and returns its Outputs; it raises SkillFailure.
    A tick must not block: motions are polled through their handles; what blocks is a `skills.blocking.BlockingSkill`.
    When the skill is stopped early the generator is closed (GeneratorExit at the yield) and the arms in `needs` are
    stopped by the caller, so `run` needs no clean-up of motions of its own. Nothing else starts until `stopped` is
    true and the arms rest.

    needs: arms and whatever else has one user at a time, such as "camera". guard: ends in its first step and moves
    nothing, so that it may be asked while what comes after it runs. step_bound [s on the wall]: how long one step may
    take before the watchdog calls it hung; None for the executive's own bound. codes: every failure code that it ends
    with, each with a line for people, so that `pg4da check` can tell a misspelt one; None: it may be any.
    """

    name: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    guard: ClassVar[bool] = False
    step_bound: ClassVar[float | None] = None
    codes: ClassVar[Mapping[str, str] | None] = None
    Inputs: ClassVar[type[Ports]] = Ports
    Outputs: ClassVar[type[Ports]] = Ports

    def __init__(self, context: Context) -> None:
        self.context = context

    @abstractmethod
    def run(self, inputs: Any) -> Steps:
        """Do it. `inputs` is an instance of `Inputs`; returns an instance of `Outputs`."""

    def stopped(self) -> bool:
        """After an early stop: whether nothing of it goes on any more. Polled once a tick."""
        return True

    def abandon(self) -> None:  # noqa: B027 - a skill without a thread of its own has nothing to do
        """It has not stopped within the bound: see to it that it can move nothing any more."""

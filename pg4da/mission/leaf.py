"""Leaves: a skill's generator under a behaviour, and a subtree with a scope of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, cast

from py_trees.common import Status
from pydantic import ValidationError

from pg4da.hardware.cell import Cell
from pg4da.mission.changes import Board
from pg4da.mission.clock import MissionCell
from pg4da.mission.failure import SAFETY_CODES, Failure
from pg4da.mission.node import FAILURE, INVALID, RUNNING, SUCCESS, Node
from pg4da.mission.permits import PermittedCell
from pg4da.mission.runtime import Runtime
from pg4da.mission.spec import NodeSpec
from pg4da.skills.skill import Skill, SkillFailure

BUSY_BOUND = 5.0  # s on the mission's clock to wait for what another mission of the same cell holds


class SkillNode(Node):
    """Runs one skill: starts when all that was stopped before it has stopped and what it needs is free.

    It is stepped once a tick and stopped within that tick.
    """

    def __init__(self, spec: NodeSpec, path: str, runtime: Runtime, board: Board, skill: type[Skill]) -> None:
        super().__init__(spec, path, runtime, board)
        self.skill = skill
        self._running: Skill | None = None
        self._steps: Generator[None, None, Any] | None = None
        self._since = 0.0
        self._begun = False  # its code has run, so that its arms may move
        cell = cast(MissionCell, runtime.context.cell)
        self._cell = cast(Cell, PermittedCell(cell, spec.word, skill.needs))

    @property
    def step_bound(self) -> float | None:
        return self.skill.step_bound

    def initialise(self) -> None:
        self._running = self._steps = None
        self._begun = False
        self._since = self.runtime.clock.now()

    def update(self) -> Status:
        if self._steps is not None:
            return self._carefully(self._steps.__next__)
        if not self.runtime.claim(self, self.skill.needs, self.skill.guard):
            return self._wait()
        return self._start()

    def terminate(self, new_status: Status) -> None:
        """Close the generator; unless the skill succeeded, stop the arms that it may have left moving."""
        if self.status is not RUNNING and new_status is INVALID:
            return
        self._end(new_status)

    def _end(self, new_status: Status) -> None:
        """Whatever breaks on the way, all of it is done."""
        begun, self._begun = self._begun, False
        try:
            if begun:
                self._end_skill(new_status)
        finally:
            self.runtime.resources.release(self, self.skill.needs)
        if begun:
            state = "stopped" if new_status is INVALID else new_status.name.lower()
            self.runtime.emit("skill_finished", path=self.path, skill=self.spec.word, state=state, failure=self.failure)

    def _end_skill(self, new_status: Status) -> None:
        steps, running, resources = self._steps, self._running, self.runtime.resources
        self._steps = self._running = None
        try:
            self._close(steps)
        finally:
            try:
                if new_status is not SUCCESS:
                    resources.stop_arms(self.skill.needs)
            finally:
                if running is not None:
                    resources.watch(running, self.path)

    def _wait(self) -> Status:
        """Not forever: for an arm that does not stop, or a resource that nobody gives back."""
        overdue = self.runtime.resources.overdue()
        if overdue:
            return self.fail(
                "arm_not_stopped", "precondition", f"{', '.join(overdue)}: still moving after a stop", False
            )
        found = self.runtime.resources.holder(self, self.skill.needs)
        if found is None:
            return RUNNING
        name, other = found
        if other.runtime is self.runtime or self.runtime.clock.now() - self._since > BUSY_BOUND:
            return self.fail("resource_busy", "precondition", f"{name} is held by {other.path}")
        return RUNNING

    def _start(self) -> Status:
        values = {port: self.evaluate(value) for port, value in self.spec.values.items()}
        try:
            inputs = self.skill.Inputs(**values)
        except ValidationError as error:
            first = error.errors()[0]
            port = ".".join(map(str, first["loc"]))
            return self.fail("bad_input", "precondition", f"input '{port}': {first['msg']}", recoverable=False)
        self.runtime.emit("skill_started", path=self.path, skill=self.spec.word)
        self._begun = True
        return self._carefully(lambda: self._first_step(inputs))

    def _first_step(self, inputs: Any) -> None:
        self._running = self.skill(replace(self.runtime.context, cell=self._cell))
        self._steps = self._running.run(inputs)
        next(self._steps)

    def _carefully(self, step: Callable[[], None]) -> Status:
        """A step of the skill, and what it leads to."""
        self.runtime.at_work = self
        try:
            step()
        except StopIteration as end:
            return self._write(end.value)
        except SkillFailure as failure:
            return self._refused(failure)
        except Exception as error:
            return self._broken(error)
        except BaseException:  # Ctrl-C, the watchdog, sys.exit: nothing of the skill stays behind
            self._end(INVALID)
            raise
        finally:
            self.runtime.at_work = None
        if self.skill.guard:
            return self.fail(
                "internal_error", "execution", f"{self.spec.word} is a guard and did not end at once", False
            )
        return RUNNING

    def _write(self, outputs: Any) -> Status:
        if not isinstance(outputs, self.skill.Outputs):
            message = f"{self.spec.word} returned {type(outputs).__name__} instead of its Outputs"
            return self.fail("internal_error", "postcondition", message, recoverable=False)
        self.board.write({key: getattr(outputs, port) for port, key in self.spec.outputs.items()})
        return SUCCESS

    def _refused(self, error: SkillFailure) -> Status:
        status = self._note(error)
        assert self.failure is not None
        cause = error.__cause__
        if isinstance(cause, SkillFailure):
            self.failure = self.failure.after(
                [Failure(cause.code, cause.phase.value, self.path, cause.message, cause.recoverable)]
            )
        if error.code in SAFETY_CODES:
            self.runtime.safety = self.failure
        elif self.skill.codes is not None and error.code not in self.skill.codes:
            self.runtime.undeclared(self.path, self.spec.word, error.code)
        return status

    def _note(self, error: SkillFailure) -> Status:
        return self.fail(error.code, error.phase.value, error.message, error.recoverable)

    def _broken(self, error: Exception) -> Status:
        self.runtime.emit_error(self.path, error)
        message = f"{type(error).__name__}: {error}"
        return self.fail("internal_error", "execution", message, recoverable=False)

    def _close(self, steps: Generator[None, None, Any] | None) -> None:
        if steps is None:
            return
        try:
            steps.close()
        except Exception as error:  # a skill's own clean-up must not keep the others from being stopped
            self.runtime.emit_error(self.path, error)


class SubtreeNode(Node):
    """Another mission: inputs are copied in when it starts, outputs copied out however it ends."""

    def __init__(self, spec: NodeSpec, path: str, runtime: Runtime, board: Board, inner: Board) -> None:
        super().__init__(spec, path, runtime, board)
        self._inner = inner

    def initialise(self) -> None:
        assert self.spec.subtree is not None
        values = {name: declared.default for name, declared in self.spec.subtree.inputs.items()}
        values.update({name: self.evaluate(value) for name, value in self.spec.values.items()})
        self._inner.clear()
        self._inner.write(values)

    def update(self) -> Status:
        root = self.nodes[0]
        root.tick_once()
        return self.fail_like(root) if root.status is FAILURE else root.status

    def terminate(self, new_status: Status) -> None:
        super().terminate(new_status)
        if self.status is RUNNING or new_status is not INVALID:
            outputs = self.spec.outputs.items()
            self.board.write({key: self._inner[name] for name, key in outputs if name in self._inner})

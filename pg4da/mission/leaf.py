"""Leaves: a skill's generator under a behaviour, and a subtree with a scope of its own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from py_trees.common import Status
from pydantic import ValidationError

from pg4da.mission.changes import Board
from pg4da.mission.failure import SAFETY_CODES
from pg4da.mission.node import FAILURE, INVALID, RUNNING, SUCCESS, Node
from pg4da.mission.runtime import Runtime
from pg4da.mission.spec import NodeSpec
from pg4da.skills.skill import Skill, SkillFailure


class SkillNode(Node):
    """Runs one skill: starts when its arms are free and at rest, steps it once a tick, stops it within that tick."""

    def __init__(self, spec: NodeSpec, path: str, runtime: Runtime, board: Board, skill: type[Skill]) -> None:
        super().__init__(spec, path, runtime, board)
        self._skill = skill
        self._steps: Generator[None, None, Any] | None = None

    def initialise(self) -> None:
        self._steps = None

    def update(self) -> Status:
        if self._steps is None:
            if not self.runtime.claim(self, self._skill.needs):
                return self._wait()
            return self._start()
        return self._step()

    def terminate(self, new_status: Status) -> None:
        """Close the generator; unless the skill succeeded, stop the arms that it may have left moving."""
        if self.status is not RUNNING and new_status is INVALID:
            return
        started, self._steps = self._steps, None
        if started is not None:
            self._close(started)
            if new_status is not SUCCESS:
                self.runtime.stop_arms(self._skill.needs)
            state = "stopped" if new_status is INVALID else new_status.name.lower()
            self.runtime.emit("skill_finished", path=self.path, skill=self.spec.word, state=state, failure=self.failure)
        self.runtime.release(self)

    def _wait(self) -> Status:
        if self.runtime.overdue(self._skill.needs):
            needs = ", ".join(sorted(self._skill.needs))
            return self.fail("arm_not_stopped", "precondition", f"{needs}: still moving after a stop", False)
        return RUNNING

    def _start(self) -> Status:
        values = {port: self.evaluate(value) for port, value in self.spec.values.items()}
        try:
            inputs = self._skill.Inputs(**values)
        except ValidationError as error:
            first = error.errors()[0]
            port = ".".join(map(str, first["loc"]))
            return self.fail("bad_input", "precondition", f"input '{port}': {first['msg']}", recoverable=False)
        self.runtime.emit("skill_started", path=self.path, skill=self.spec.word)
        try:
            self._steps = self._skill(self.runtime.context).run(inputs)
        except Exception as error:
            return self._broken(error)
        return self._step()

    def _step(self) -> Status:
        assert self._steps is not None
        try:
            next(self._steps)
        except StopIteration as end:
            return self._write(end.value)
        except SkillFailure as failure:
            return self._refused(failure)
        except Exception as error:
            return self._broken(error)
        return RUNNING

    def _write(self, outputs: Any) -> Status:
        if not isinstance(outputs, self._skill.Outputs):
            message = f"{self.spec.word} returned {type(outputs).__name__} instead of its Outputs"
            return self.fail("internal_error", "postcondition", message, recoverable=False)
        self.board.write({key: getattr(outputs, port) for port, key in self.spec.outputs.items()})
        return SUCCESS

    def _refused(self, failure: SkillFailure) -> Status:
        status = self.fail(failure.code, failure.phase.value, failure.message, failure.recoverable)
        if failure.code in SAFETY_CODES:
            self.runtime.safety = self.failure
        return status

    def _broken(self, error: Exception) -> Status:
        self.runtime.emit_error(self.path, error)
        message = f"{type(error).__name__}: {error}"
        return self.fail("internal_error", "execution", message, recoverable=False)

    def _close(self, steps: Generator[None, None, Any]) -> None:
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

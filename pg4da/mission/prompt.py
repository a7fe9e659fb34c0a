"""A question to the operator, as a leaf: answered from a viewer or the terminal, or by its default in time."""

from __future__ import annotations

from py_trees.common import Status

from pg4da.mission.changes import Board
from pg4da.mission.control import Prompt
from pg4da.mission.node import RUNNING, SUCCESS, Node
from pg4da.mission.runtime import Runtime
from pg4da.mission.spec import NodeSpec


class PromptNode(Node):
    """Fields: text, choices (default: ok), default, seconds. Succeeds with the answer, written to outputs' `answer`.

    After `seconds` on the mission's clock the default is taken; without one the node fails with `no_answer`. Where
    nobody can answer, a prompt without `seconds` does not wait.
    """

    def __init__(self, spec: NodeSpec, path: str, runtime: Runtime, board: Board) -> None:
        super().__init__(spec, path, runtime, board)
        self._asked = 0
        self._prompt: Prompt | None = None
        self._deadline: float | None = None

    def initialise(self) -> None:
        seconds = self.value("seconds")
        now = self.runtime.context.cell.clock.now()
        self._deadline = None if seconds is None else now + float(seconds)
        choices = tuple(str(choice) for choice in self.value("choices") or ("ok",))
        default = self.value("default")
        self._asked += 1
        self._prompt = Prompt(
            f"{self.number}.{self._asked}",
            self.number,
            str(self.value("text", self.name)),
            choices,
            None if default is None else str(default),
            None if seconds is None else self.runtime.cell.clock.now() + float(seconds),
        )
        self.runtime.questions.ask(self._prompt)

    def update(self) -> Status:
        assert self._prompt is not None
        answer = self.runtime.questions.answer_to(self._prompt)
        if answer is None:
            if not self._late():
                return RUNNING
            answer = self._prompt.default
        if answer is None:
            return self.fail("no_answer", "execution", f"nobody answered: {self._prompt.text}")
        self.runtime.emit("answered", path=self.path, text=self._prompt.text, choice=answer)
        self.board.write(dict.fromkeys(self.spec.outputs.values(), answer))
        return SUCCESS

    def terminate(self, new_status: Status) -> None:
        if self._prompt is not None:
            self.runtime.questions.close(self._prompt)
            self._prompt = None

    def _late(self) -> bool:
        if self._deadline is None:
            return not self.runtime.questions.attended()
        return self.runtime.context.cell.clock.now() >= self._deadline

"""The questions of one mission that wait for an operator's answer."""

from __future__ import annotations

from collections.abc import Callable

from pg4da.mission.control import Prompt


def nobody() -> bool:
    """Nobody is there who could answer."""
    return False


class Questions:
    """Nodes ask, the executive (or the embedder) answers. `attended` tells whether anybody can."""

    def __init__(self) -> None:
        self.attended: Callable[[], bool] = nobody
        self.first: Prompt | None = None  # the one that has waited longest
        self.changed = False
        self._open: dict[str, Prompt] = {}
        self._answers: dict[str, str] = {}

    def ask(self, prompt: Prompt) -> None:
        self._open[prompt.id] = prompt
        self._look()

    def close(self, prompt: Prompt) -> None:
        """Answered, or not wanted any more."""
        self._open.pop(prompt.id, None)
        self._answers.pop(prompt.id, None)
        self._look()

    def answer(self, choice: str, prompt: str = "") -> str:
        """Answer a prompt by its id, or the first. Returns what is wrong with the answer; empty when it was taken."""
        asked = self._open.get(prompt) if prompt else self.first
        if asked is None:
            return f"no question {prompt or 'is'} open"
        if choice not in asked.choices:
            return f"'{choice}' is not one of {', '.join(asked.choices)}"
        self._answers[asked.id] = choice
        return ""

    def answer_to(self, prompt: Prompt) -> str | None:
        """The answer, None while there is none."""
        return self._answers.get(prompt.id)

    def _look(self) -> None:
        self.first = next(iter(self._open.values()), None)
        self.changed = True

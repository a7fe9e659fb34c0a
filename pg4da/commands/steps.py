"""Prints what a mission does while it does it: when, which skill, what, why. A line a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console

from pg4da.mission.events import Event, Listener
from pg4da.policies.types import Decision, Grasp, Push

Line = tuple[str, str, str] | None  # word, text, colour


class StepPrinter(Listener):
    """A line an event; kinds it does not know are left out."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._decided: Push | Grasp | None = None

    def on_event(self, event: Event) -> None:
        line = self._line(event)
        if line is not None:
            word, text, colour = line
            self._console.print(f"[dim]{event.time:7.2f} s[/]  [{colour}]{word:8}[/]", end=" ")
            self._console.print(text, markup=False, soft_wrap=True, style="red" if colour == "red" else None)

    def _line(self, event: Event) -> Line:
        if event.kind == "motion_started":
            return _started(event.data, self._decided)
        if event.kind == "decision":
            self._decided = event.data["decision"].action
        describe = LINES.get(event.kind)
        return describe(event.data) if describe else None


def _observation(data: Mapping[str, Any]) -> Line:
    seen = data["observation"]
    if seen.target_seen:
        return "look", f"target in sight, {100 * seen.visible_share:.0f} % of it", "cyan"
    return "look", "target not in sight; looking where it can hide", "cyan"


def _decision(data: Mapping[str, Any]) -> Line:
    decision: Decision = data["decision"]
    count = len(decision.candidates)
    choice = f"; best of {count}" if count > 1 else ""
    return "decide", f"{describe_action(decision.action, decision.isolation)}{choice}", "cyan"


def describe_action(action: Push | Grasp, isolation: float | None = None) -> str:
    """What and why, in a few words; isolation 0..1: how free the target stands, None where that is not known."""
    reason = f": {action.reason}" if action.reason else ""
    if isinstance(action, Push):
        free = f" ({100 * isolation:.0f} % free)" if isolation is not None and action.purpose == "isolate" else ""
        return f"push to {action.purpose} the target{free}{reason}"
    free = f" ({100 * isolation:.0f} % free)" if isolation is not None else ""
    x, y, z = 1000 * action.pose[:3, 3]
    return f"grasp the target{free}, {1000 * action.width:.0f} mm wide at ({x:.0f}, {y:.0f}, {z:.0f}) mm{reason}"


def _started(data: Mapping[str, Any], decided: Push | Grasp | None) -> Line:
    action = data["action"]
    word = "push" if isinstance(action, Push) else "grasp"
    text = f"motion {data['index']}: {_arms(data['arms'])}"
    if isinstance(action, Push):
        text += ", one path" if len(action.paths) == 1 else ", two paths at once"
    if decided is not None and _other(action, decided):
        text += f"; instead of the best, which can't be made: {describe_action(action)}"
    return word, text, "bold"


def _arms(arms: Sequence[str] | int) -> str:
    if isinstance(arms, int):
        return "one arm" if arms == 1 else f"{arms} arms"
    return f"{arms[0]} arm" if len(arms) == 1 else f"{' and '.join(arms)} arms"


def _other(made: Push | Grasp, decided: Push | Grasp) -> bool:
    """Whether the planner had to take another candidate; arms and paths are filled in or cut along the way."""
    if isinstance(made, Push) and isinstance(decided, Push):
        return (made.reason, made.score, len(made.paths)) != (decided.reason, decided.score, len(decided.paths))
    return type(made) is not type(decided) or (made.reason, made.score) != (decided.reason, decided.score)


def _finished(data: Mapping[str, Any]) -> Line:
    """A motion that failed is told by its skill, with the reason."""
    if not data["success"]:
        return None
    return data["kind"], "done" if data["kind"] == "push" else "holds the target, by grip and by a second look", "green"


def _skill_started(data: Mapping[str, Any]) -> Line:
    return MOVES.get(data["skill"])


def _skill_finished(data: Mapping[str, Any]) -> Line:
    if data["state"] != "failure" or data["failure"] is None:
        return None
    failure = data["failure"]
    mend = "" if failure.recoverable else "; cannot be recovered"
    return "failed", f"{data['skill']}: {failure.message} ({failure.code}){mend}", "red"


def _message(word: str, colour: str) -> Callable[[Mapping[str, Any]], Line]:
    return lambda data: (word, str(data.get("text") or data.get("message")), colour)


def _finally(data: Mapping[str, Any]) -> Line:
    return "failed", f"the clean-up failed: {data['failure']}", "red"


MOVES: dict[str, Line] = {
    "recover": ("recover", "let go, back off, go home, then look again", "yellow"),
    "place_in_bin": ("place", "carry it to the bin", "bold"),
    "hold_up": ("hold", "hold it up", "bold"),
    "forget": ("target", "on to the next one", "bold"),
}
LINES: dict[str, Callable[[Mapping[str, Any]], Line]] = {
    "observation": _observation,
    "decision": _decision,
    "motion_finished": _finished,
    "skill_started": _skill_started,
    "skill_finished": _skill_finished,
    "note": _message("note", "yellow"),
    "error": _message("error", "red"),
    "observer_dropped": _message("warning", "yellow"),
    "not_at_rest": _message("warning", "red"),
    "finally_failed": _finally,
}

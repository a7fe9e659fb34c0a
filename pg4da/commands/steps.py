"""Prints what a mission does while it does it: when, which skill, what, why. A line a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console

from pg4da.mission.events import Event, Listener
from pg4da.policies.types import Decision, Grasp, Push
from pg4da.printable import printable

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
            style = "red" if colour == "red" else None
            self._console.print(printable(text, "\n"), markup=False, soft_wrap=True, style=style)

    def _line(self, event: Event) -> Line:
        if event.kind == "motion_started":
            return _started(event.data, self._decided)
        if event.kind == "decision":
            self._decided = event.data["decision"].action
        describe = LINES.get(event.kind)
        return describe(event.data) if describe else None


def _observation(data: Mapping[str, Any]) -> Line:
    seen = data["observation"]
    if not seen.target_seen:
        return "look", "the target is not in sight; something must hide it", "cyan"
    share = round(100 * seen.visible_share)
    return "look", "the target is in sight" if share == 100 else f"about {share} % of the target is in sight", "cyan"


def _decision(data: Mapping[str, Any]) -> Line:
    decision: Decision = data["decision"]
    seen, count = data.get("observation"), len(decision.candidates)
    choice = f" (best of {count} choices)" if count > 1 else ""
    hidden = seen is not None and not seen.target_seen
    return "decide", f"{describe_action(decision.action, decision.isolation, hidden)}{choice}", "cyan"


def describe_action(action: Push | Grasp, isolation: float | None = None, hidden: bool = False) -> str:
    """What and why, in plain words; isolation 0..1: how free the target stands, None where that is not known."""
    reason = f": {action.reason}" if action.reason else ""
    if isinstance(action, Push) and action.purpose == "uncover":
        return f"push to {'find' if hidden else 'uncover'} the target{reason}"
    free = f", of whose surroundings {100 * isolation:.0f} % are free" if isolation is not None else ""
    if isinstance(action, Push):
        return f"push to make room round the target{free}{reason}"
    x, y, z = 1000 * action.pose[:3, 3]
    where = f"{1000 * action.width:.0f} mm wide, at x {x:z.0f}, y {y:z.0f}, z {z:z.0f} mm"
    return f"grasp the target{free}{reason}; {where}"


def _started(data: Mapping[str, Any], decided: Push | Grasp | None) -> Line:
    action = data["action"]
    word = "push" if isinstance(action, Push) else "grasp"
    text = f"motion {data['index']}, {_arms(data['arms'])}"
    if decided is not None and _other(action, decided):
        text += f": {describe_action(action)}"
    return word, text, "bold"


def _arms(arms: Sequence[str] | int) -> str:
    if isinstance(arms, int):
        return "one arm" if arms == 1 else f"{arms} arms"
    return f"{arms[0]} arm" if len(arms) == 1 else f"{' and '.join(arms)} arm at once"


def _other(made: Push | Grasp, decided: Push | Grasp) -> bool:
    """Whether the planner had to take another candidate; arms and paths are filled in or cut along the way."""
    if isinstance(made, Push) and isinstance(decided, Push):
        return (made.reason, made.score, len(made.paths)) != (decided.reason, decided.score, len(decided.paths))
    return type(made) is not type(decided) or (made.reason, made.score) != (decided.reason, decided.score)


def _finished(data: Mapping[str, Any]) -> Line:
    """A motion that failed is told by its skill, with the reason."""
    if not data["success"]:
        return None
    pushed = data["kind"] == "push"
    text = (
        "made" if pushed else "the target is held: the fingers feel it, and the camera no longer sees it on the table"
    )
    return data["kind"], text, "green"


def _skill_started(data: Mapping[str, Any]) -> Line:
    return MOVES.get(data["skill"])


def _skill_finished(data: Mapping[str, Any]) -> Line:
    if data["state"] != "failure" or data["failure"] is None:
        return None
    failure = data["failure"]
    mend = "" if failure.recoverable else "; this can't be mended"
    return "failed", f"{data['skill']}: {failure.message} ({failure.code}){mend}", "red"


def _message(word: str, colour: str) -> Callable[[Mapping[str, Any]], Line]:
    return lambda data: (word, str(data.get("text") or data.get("message")), colour)


def _finally(data: Mapping[str, Any]) -> Line:
    return "failed", f"the clean-up failed: {data['failure']}", "red"


MOVES: dict[str, Line] = {
    "recover": ("recover", "lets go, backs off, goes home, then looks again", "yellow"),
    "place_in_bin": ("place", "carries it to the bin", "bold"),
    "hold_up": ("hold", "holds it up", "bold"),
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
    "undeclared_code": _message("warning", "yellow"),
    "finally_failed": _finally,
}

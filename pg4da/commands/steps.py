"""Prints what a mission does while it does it: when, what, why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console

from pg4da.mission.events import Event, Listener
from pg4da.policies.types import Grasp, Push


class StepPrinter(Listener):
    """A line an event; kinds it does not know are left out."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def on_event(self, event: Event) -> None:
        describe = LINES.get(event.kind)
        line = describe(event.data) if describe else None
        if line is not None:
            word, text, colour = line
            self._console.print(f"[dim]{event.time:7.2f} s[/]  [{colour}]{word:8}[/]", end=" ")
            self._console.print(text, markup=False, soft_wrap=True)


Line = tuple[str, str, str] | None


def _observation(data: Mapping[str, Any]) -> Line:
    seen = data["observation"]
    if seen.target_seen:
        return "look", f"target seen, {100 * seen.visible_share:.0f} % of it", "cyan"
    return "look", "target not seen; looking where it can hide", "cyan"


def _decision(data: Mapping[str, Any]) -> Line:
    decision = data["decision"]
    others = len(decision.candidates) - 1
    spare = f"; {others} other candidates" if others else ""
    return "decide", f"{describe_action(decision.action)}; isolation {decision.isolation:.2f}{spare}", "cyan"


def describe_action(action: Push | Grasp) -> str:
    """What and why, in a few words."""
    reason = f": {action.reason}" if action.reason else ""
    if isinstance(action, Push):
        arms = "one path" if len(action.paths) == 1 else "two paths at once"
        return f"push to {action.purpose}, {arms}{reason}"
    x, y, z = 1000 * action.pose[:3, 3]
    return f"grasp {1000 * action.width:.0f} mm wide at ({x:.0f}, {y:.0f}, {z:.0f}) mm{reason}"


def _started(data: Mapping[str, Any]) -> Line:
    action = data["action"]
    word = "push" if isinstance(action, Push) else "grasp"
    arms = data["arms"] if not isinstance(data["arms"], int) else [f"{data['arms']} arms"]
    return word, f"motion {data['index']}, {' and '.join(arms)}: {describe_action(action)}", "bold"


def _finished(data: Mapping[str, Any]) -> Line:
    if data["success"]:
        return data["kind"], "done", "green"
    return data["kind"], f"failed: {data.get('code') or 'no reason given'}", "red"


def _skill(data: Mapping[str, Any]) -> Line:
    if data["state"] != "failure" or data["failure"] is None:
        return None
    failure = data["failure"]
    mend = "" if failure.recoverable else "; cannot be recovered"
    return "failed", f"{data['skill']}: {failure.message} ({failure.code}){mend}", "red"


def _message(word: str, colour: str) -> Callable[[Mapping[str, Any]], Line]:
    return lambda data: (word, str(data.get("text") or data.get("message")), colour)


def _finally(data: Mapping[str, Any]) -> Line:
    return "failed", f"the clean-up failed: {data['failure']}", "red"


LINES: dict[str, Callable[[Mapping[str, Any]], Line]] = {
    "observation": _observation,
    "decision": _decision,
    "motion_started": _started,
    "motion_finished": _finished,
    "skill_finished": _skill,
    "note": _message("note", "yellow"),
    "error": _message("error", "red"),
    "observer_dropped": _message("warning", "yellow"),
    "not_at_rest": _message("warning", "red"),
    "finally_failed": _finally,
}

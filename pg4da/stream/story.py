"""A run told in lines: when, what, why. Works from messages alone, live or from a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pg4da.stream.messages import Message


@dataclass(frozen=True)
class Line:
    """time [s]; word: what kind of thing, in one word; good: True, False, or None where that is no question."""

    time: float
    word: str
    text: str
    good: bool | None = None


def story(messages: Iterable[Message]) -> Iterator[Line]:
    """Lines of a run; what is not worth one is left out."""
    teller = Teller()
    for message in messages:
        yield from teller.tell(message)


class Teller:
    """Remembers when each skill started, to say how long it took, and whether the end has been told."""

    def __init__(self) -> None:
        self._started: dict[str, float] = {}
        self._ended = False
        self._missions = 0

    def tell(self, message: Message) -> Iterator[Line]:
        """The lines of one message, mostly none."""
        if message["k"] == "tree":
            self._missions += 1
            if self._missions > 1:
                yield Line(message["t"], "mission", str(message.get("mission") or "the next one"))
        elif message["k"] == "end" and not self._ended:
            yield _end(message, message["t"])
        elif message["k"] == "control" and (message["state"] == "paused" or message["prompt"]):
            yield Line(message["t"], "asks" if message["prompt"] else "paused", _control(message))
        elif message["k"] == "event":
            yield from self._event(message)

    def _event(self, message: Message) -> Iterator[Line]:
        kind, data, time = message["event"], message["data"], message["t"]
        path = str(data.get("path"))
        if kind == "mission_finished":
            self._ended = True
            yield _end(data, time)
        elif kind == "skill_started":
            self._started[path] = time
        elif kind == "skill_finished":
            yield from _skill(data, time, self._started.pop(path, time))
        elif kind in LINES:
            word, text = LINES[kind](data)
            yield Line(time, word, text, False if kind in BAD else None)


def _skill(data: Mapping[str, Any], time: float, since: float) -> Iterator[Line]:
    """A skill that took time or did not succeed; the others would only fill the page."""
    name = str(data.get("path", "")).rsplit("/", 1)[-1]
    took = time - since
    if data.get("state") == "success":
        if took >= 0.05:
            yield Line(time, "done", f"{data.get('skill')} '{name}' in {took:.2f} s", True)
        return
    why = data.get("failure")
    reason = f": {why.get('message')} ({why.get('code')})" if isinstance(why, Mapping) else ""
    yield Line(time, "failed" if why else "stopped", f"{data.get('skill')} '{name}' after {took:.2f} s{reason}", False)


def _end(told: Mapping[str, Any], time: float) -> Line:
    why = told.get("failure")
    reason = f": {why.get('message')} ({why.get('code')}, {why.get('phase')})" if isinstance(why, Mapping) else ""
    return Line(time, "end", f"{told.get('outcome')}{reason}", told.get("outcome") == "success")


def _control(message: Message) -> str:
    prompt = message["prompt"]
    if prompt:
        return f"{prompt['text']} ({', '.join(prompt['choices'])})"
    return f"at the breakpoint on node {message['at']}" if message["at"] is not None else "on request"


def _observation(data: Mapping[str, Any]) -> tuple[str, str]:
    seen = data.get("observation")
    share = seen.get("visible_share") if isinstance(seen, Mapping) and seen.get("target_seen") else None
    if not isinstance(share, (int, float)):
        return "look", "target not in sight"
    return "look", f"target in sight, {100 * share:.0f} % of it"


def _decision(data: Mapping[str, Any]) -> tuple[str, str]:
    decided = data.get("decision")
    action = decided.get("action") if isinstance(decided, Mapping) else None
    if not isinstance(decided, Mapping) or not isinstance(action, Mapping):
        return "decide", "something"
    what = f"push to {action.get('purpose')}" if action.get("type") == "Push" else "grasp"
    reason = f": {action['reason']}" if action.get("reason") else ""
    return "decide", f"{what}{reason}; best of {decided.get('candidates')}"


def _started(data: Mapping[str, Any]) -> tuple[str, str]:
    action, arms = data.get("action"), data.get("arms")
    word = "push" if isinstance(action, Mapping) and action.get("type") == "Push" else "grasp"
    who = " and ".join(map(str, arms)) if isinstance(arms, list) else str(arms)
    return word, f"motion {data.get('index')} with {who}"


def _finished(data: Mapping[str, Any]) -> tuple[str, str]:
    return str(data.get("kind")), "done" if data.get("success") else f"failed ({data.get('code')})"


def _text(word: str) -> Callable[[Mapping[str, Any]], tuple[str, str]]:
    return lambda data: (word, str(data.get("text") or data.get("message") or ""))


BAD = frozenset({"error", "observer_dropped", "not_at_rest", "picture_failed"})
LINES: dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "observation": _observation,
    "decision": _decision,
    "motion_started": _started,
    "motion_finished": _finished,
    "note": _text("note"),
    "error": _text("error"),
    "observer_dropped": _text("warning"),
    "not_at_rest": _text("warning"),
    "picture_failed": _text("warning"),
    "undeclared_code": _text("warning"),
}

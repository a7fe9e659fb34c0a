"""Viewers: early, late, slow and gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pg4da.stream import broadcast
from pg4da.stream.broadcast import Broadcast, Subscription
from pg4da.stream.messages import decode, encode
from pg4da.stream.state import RunState

Tell = Callable[..., Any]
TIMEOUT = 10.0  # s; only a broken broadcast waits for it


def read(viewer: Subscription, until: str = "end") -> list[Any]:
    """Messages up to one of a kind, or to a keyframe that says the run has ended."""
    found: list[Any] = []
    while not found or not (found[-1]["k"] == until or found[-1].get("end")):
        line = viewer.get(TIMEOUT)
        assert line is not None
        assert line.count(b"\n") == 1
        found.append(decode(line))
    return found


def reduced(messages: list[Any]) -> Any:
    state = RunState()
    for message in messages:
        state.apply(message)
    return state.keyframe()


@pytest.fixture
def cast() -> Any:
    found = Broadcast()
    yield found
    found.close()


def test_early_and_late_viewers_end_with_the_same_state(tell: Tell, text: str, cast: Broadcast) -> None:
    early = cast.subscribe()
    told = tell(text, cast)
    late = cast.subscribe()
    expected = decode(encode(reduced(told.kept.messages)))
    first = read(early)
    assert first[0]["k"] == "key"
    assert len(first) > 20
    second = read(late)
    assert [message["k"] for message in second] == ["key"]
    assert decode(encode(reduced(first))) == decode(encode(reduced(second))) == expected


def test_a_viewer_that_takes_nothing_starts_again_from_a_keyframe(
    tell: Tell, text: str, cast: Broadcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "BACKLOG", 2000)
    quick, slow = cast.subscribe(), cast.subscribe()
    assert slow.get(TIMEOUT) is not None  # the keyframe of nothing; from here on it takes no more
    told = tell(text, cast)
    expected = decode(encode(reduced(told.kept.messages)))
    read(quick)
    messages = read(slow)
    assert messages[0]["k"] == "key"
    assert decode(encode(reduced(messages))) == expected
    assert slow.get(0) is None


def test_what_waits_for_a_viewer_is_bounded(cast: Broadcast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "BACKLOG", 10_000)
    viewer = cast.subscribe()
    viewer.get(TIMEOUT)
    message = {"k": "event", "t": 0.0, "event": "note", "data": {"text": "x" * 900}}
    for _ in range(500):
        cast.send(message, encode(message))
    other = cast.subscribe()
    other.get(TIMEOUT)  # makes the broadcast deliver what it has
    assert sum(map(len, viewer._lines)) <= 10_000
    line = viewer.get(TIMEOUT)
    assert line is not None
    assert decode(line)["k"] == "key"


def test_keyframes_of_a_record_are_not_passed_on(tries: Any, cast: Broadcast) -> None:
    viewer = cast.subscribe()
    viewer.get(TIMEOUT)
    state = RunState()
    for message in [*tries.kept.messages[:-1], None, tries.kept.messages[-1]]:
        told = state.keyframe(lean=True) if message is None else message
        state.apply(told)
        cast.send(told, encode(told))
    assert read(viewer) == [decode(line) for line in tries.kept.lines]


def test_pictures_reach_who_comes_late(cast: Broadcast) -> None:
    for of in (1, 2):
        message = {"k": "picture", "t": 0.0, "name": "camera", "of": of, "png": "AA==", "w": 1, "h": 1}
        cast.send(message, encode(message))
    viewer = cast.subscribe()
    lines = [viewer.get(TIMEOUT) for _ in range(2)]
    assert [decode(line)["k"] for line in lines if line] == ["key", "picture"]
    assert decode(lines[1] or b"")["of"] == 2


def test_a_viewer_that_leaves_is_forgotten(cast: Broadcast) -> None:
    viewer = cast.subscribe()
    assert cast.viewers == 1
    viewer.close()
    assert cast.viewers == 0
    assert viewer.get(0) is None
    assert viewer.closed


def test_a_waiting_viewer_is_told(cast: Broadcast) -> None:
    called = threading.Event()
    viewer = cast.subscribe(called.set)
    viewer.get(TIMEOUT)
    message = {"k": "event", "t": 0.0, "event": "note", "data": {}}
    cast.send(message, encode(message))
    assert called.wait(TIMEOUT)
    assert decode(viewer.get(TIMEOUT) or b"") == message


def test_closing_ends_viewers_and_the_thread() -> None:
    cast = Broadcast()
    viewer = cast.subscribe()
    message = {"k": "event", "t": 0.0, "event": "note", "data": {}}
    cast.send(message, encode(message))
    cast.close()
    assert viewer.closed
    assert "broadcast" not in [thread.name for thread in threading.enumerate()]
    cast.send(message, encode(message))  # somebody who was not told that it is over
    assert cast.subscribe().get(0) is None

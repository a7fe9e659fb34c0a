"""The chain of failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pg4da.stream.clocked import clocked
from pg4da.stream.story import story
from pg4da.stream.why import why


def test_each_failure_with_what_took_it_up(fails: Any) -> None:
    found = why(fails.kept.messages)
    assert (found.outcome, found.final["code"] if found.final else None) == ("failure", "stuck")
    assert [fault.message for fault in found.faults] == ["failed try 1", "failed try 2", "failed try 3"]
    first, second, third = found.faults
    assert (first.place.name, first.handler.name, first.next.name) == ("First", "Either", "Second")
    assert (second.place.name, second.handler.name, second.next.name) == ("Last", "Again", "Last")
    assert (third.handler, third.next, third.times) == (None, None, 2)
    assert [place.name for place in third.through] == ["Again", "All"]
    assert found.where == third.place
    lines = (fails.path.parent / "test.yaml").read_text().splitlines()
    assert "code: stuck" in lines[third.place.line - 1]


def test_what_was_mended_is_told_of_a_success_too(tries: Any) -> None:
    found = why(tries.kept.messages)
    assert (found.outcome, found.final, found.where) == ("success", None, None)
    assert [fault.handler.name for fault in found.faults if fault.handler] == ["Thrice", "Thrice"]


def test_a_record_that_stops_says_what_ran(tries: Any) -> None:
    cut = [message for message in tries.kept.messages if message["t"] < 0.5]
    found = why(cut)
    assert found.outcome is None
    assert [place.name for place in found.running] == ["All", "Both arms"]


def test_a_stop_from_above_is_no_failure(tell: Callable[..., Any]) -> None:
    told = tell("root: {timeout: {name: Soon, seconds: 0.3, child: {move: {name: Long, seconds: 5}}}}")
    found = why(told.kept.messages)
    assert [(fault.place.name, fault.code) for fault in found.faults] == [("Soon", "timeout")]


def test_the_story_in_lines(fails: Any) -> None:
    lines = list(story(fails.kept.messages))
    assert [line.word for line in lines if line.good is False] == ["failed", "failed", "failed", "end"]
    assert "fail 'First' after" in next(line.text for line in lines if line.word == "failed")
    assert sum(line.word == "end" for line in lines) == 1


def test_how_long_each_node_ran(tries: Any) -> None:
    spent = {each.path: each for each in clocked(tries.kept.messages)}
    slip, move = spent["All/Thrice/Slip"], spent["All/Both arms"]
    assert (slip.entered, slip.failed) == (3, 2)
    assert abs(move.seconds - 1.5) < 0.05
    assert spent["All"].seconds >= move.seconds + slip.seconds

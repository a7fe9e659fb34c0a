"""What is kept of a run for viewers."""

from __future__ import annotations

import json

from pg4da.viewing.history import History


def tick(number: int) -> bytes:
    return json.dumps({"k": "tick", "t": number, "n": number}, separators=(",", ":")).encode() + b"\n"


def key(number: int) -> bytes:
    return json.dumps({"k": "key", "t": number}, separators=(",", ":")).encode()


def test_each_reads_at_its_own_pace() -> None:
    history = History()
    history.add([tick(0), tick(1), tick(2)])
    some, cursor = history.since(0, 1)
    assert some == [tick(0).rstrip()]
    rest, cursor = history.since(cursor, 10_000)
    assert len(rest) == 2
    assert history.since(cursor, 10_000) == ([], 3)


def test_pictures_are_kept_aside_and_the_oldest_forgotten() -> None:
    history = History(keep_pictures=10)
    for number in range(3):
        history.add([f'{{"k":"picture","t":0,"name":"camera","of":{number},"png":"12345"}}'.encode()])
    lines, _ = history.since(0, 10_000)
    references = [json.loads(line)["ref"] for line in lines]
    assert all("png" not in json.loads(line) for line in lines)
    assert [history.picture(reference) for reference in references] == [None, "12345", "12345"]
    assert history.picture(99) is None


def test_too_much_is_forgotten_up_to_a_keyframe() -> None:
    history = History(keep=4000)
    for number in range(300):
        history.add([key(number) if number % 50 == 0 else tick(number)])
    assert history.first > 0
    lines, cursor = history.since(0, 1 << 20)
    assert lines[0].startswith(b'{"k":"key"')
    assert cursor == 300
    assert sum(map(len, lines)) <= 4000


def test_a_keyframe_is_wanted_before_too_much_is_kept() -> None:
    history = History(keep=8000)
    history.add([key(0)])
    assert not history.wants_key
    history.add([tick(number) for number in range(60)])
    assert history.wants_key
    history.add([key(60)])
    assert not history.wants_key


def test_who_lies_behind_goes_on_at_the_newest_keyframe() -> None:
    history = History()
    history.add([key(0), tick(1), tick(2), key(3), tick(4)])
    assert history.newest_key() == 3
    assert history.behind(0) > 0
    assert history.behind(4) == 0

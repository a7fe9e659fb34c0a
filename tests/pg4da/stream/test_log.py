"""Records read back: any time, torn ends, broken files."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pg4da.commands.main import main
from pg4da.errors import BadInput
from pg4da.stream import log as log_module
from pg4da.stream.log import Log
from pg4da.stream.state import RunState


def reduced(messages: list[Any]) -> RunState:
    state = RunState()
    for message in messages:
        state.apply(message)
    return state


@pytest.mark.parametrize("step", [3, 2000])
def test_the_state_at_any_time(tries: Any, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr(log_module, "STEP", step)
    log = Log.open(tries.path)
    messages = [json.loads(line) for line in tries.kept.lines]
    assert (len(log), log.torn, log.finished) == (len(messages), False, True)
    for time in sorted({message["t"] for message in messages}):
        expected = reduced([message for message in messages if message["t"] <= time])
        assert log.state_at(time).keyframe() == expected.keyframe()
    assert log.state_at(-1.0).run == messages[0]
    assert log.state_at(1e6).keyframe() == reduced(messages).keyframe()


def test_messages_of_a_span(tries: Any) -> None:
    log = Log.open(tries.path)
    messages = [json.loads(line) for line in tries.kept.lines]
    assert list(log.messages()) == messages
    assert b"".join(log.lines()) == tries.path.read_bytes()
    assert list(log.between(0.02, 1.0)) == [message for message in messages if 0.02 < message["t"] <= 1.0]


def test_pictures_are_the_last_before_the_time(tries: Any) -> None:
    lines = tries.kept.lines
    shots = [{"k": "picture", "t": 0.0, "name": "camera", "of": n, "png": "AA==", "w": 1, "h": 1} for n in (1, 2)]
    told = [json.dumps(shot).encode() + b"\n" for shot in shots]
    tries.path.write_bytes(b"".join([*lines[:8], told[0], *lines[8:-1], told[1], lines[-1]]))
    log = Log.open(tries.path)
    assert log.state_at(json.loads(lines[7])["t"]).pictures["camera"]["of"] == 1
    assert log.state_at(log.end).pictures["camera"]["of"] == 2
    assert log.state_at(0.0).pictures == {}


def test_a_folder_stands_for_its_record(tries: Any, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with pytest.raises(BadInput, match=r"there is no run\.pg4da\.jsonl in it"):
        Log.open(folder)
    (folder / "run.pg4da.jsonl").write_bytes(tries.path.read_bytes())
    assert len(Log.open(folder)) == len(tries.kept.lines)


def test_a_torn_last_line_is_left_out(tries: Any) -> None:
    whole = tries.path.read_bytes()
    last = len(tries.kept.lines[-1])
    for cut in range(1, last):
        tries.path.write_bytes(whole[:-cut])
        log = Log.open(tries.path)
        assert log.torn == (cut > 1)  # without its newline alone the line is whole
        assert len(log) == len(tries.kept.lines) - log.torn
        assert b"".join(log.lines()) == b"".join(tries.kept.lines[: len(log)])


@pytest.mark.parametrize(
    ("number", "line", "message"),
    [
        (5, b"rubbish\n", ":5: not a message of a run: Expecting value"),
        (5, b"\xff\xfe\n", ":5: not a message of a run"),
        (4, b"[1]\n", ":4: not a message of a run: not a message"),
        (3, b'{"k":"tick","n":1}\n', ":3: 'tick' message without a time"),
        (3, b'{"k":"tick","t":NaN,"n":1}\n', ":3: not a message of a run: NaN is no number"),
        (3, b'{"k":"tick","t":1e999,"n":1}\n', ":3: 'tick' message without a time"),
        (6, b'{"k":"tick","t":1,"n":1,"s":[[1,"X"]]}\n', ":6: 'tick' message, s.0.1: Input should be 'R'"),
        (6, b'{"k":"arms","t":1,"arms":{"left":{"q":"x"}}}\n', ":6: 'arms' message, arms.left.q"),
        (6, b"[" * 100_000 + b"\n", ":6: not a message of a run: nested too deeply"),
        (1, b'{"k":"tick","t":0,"n":1}\n', ":1: not a record of a run: it does not start with a 'run'"),
        (1, b'{"k":"run","t":0,"version":99}\n', ":1: 'run' message, version: Input should be less than or equal to 1"),
        (1, b"mission: retrieve\n", ":1: not a record of a run"),
    ],
)
def test_a_broken_line_is_named(tries: Any, capsys: Any, number: int, line: bytes, message: str) -> None:
    lines = tries.kept.lines
    tries.path.write_bytes(b"".join([*lines[: number - 1], line, *lines[number:]]))
    assert main(["replay", str(tries.path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {tries.path}{message}")
    assert told.count("\n") == 1


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(BadInput, match="is empty"):
        Log.open(tmp_path / "empty")
    with pytest.raises(BadInput, match="no such file"):
        Log.open(tmp_path / "nothing")


def test_unknown_kinds_and_keys_are_passed_over(tries: Any) -> None:
    lines = tries.kept.lines
    tries.path.write_bytes(b"".join([*lines[:4], b'{"k":"weather","t":0.001,"rain":true}\n', *lines[4:]]))
    assert len(Log.open(tries.path)) == len(lines) + 1


Mutate = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def cut(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randint(1, 400) :]


def swap(chance: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    a, b = (chance.randrange(len(lines)) for _ in range(2))
    lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


def twist(chance: random.Random, data: bytes) -> bytes:
    """Another value, or none, somewhere in a message: still JSON."""
    lines = data.splitlines(keepends=True)
    number = chance.randrange(len(lines))
    message = json.loads(lines[number])
    holder: Any = message
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = chance.choice(keys)
        inner = holder[key]
        if not isinstance(inner, (dict, list)) or not inner or chance.random() < 0.3:
            break
        holder = inner
    odd: list[Any] = [None, -1, 10**30, 0.5, "", "x", [], {}, [[]], True, {"a": None}, 1e308]
    if chance.random() < 0.2:
        del holder[key]
    else:
        holder[key] = chance.choice(odd)
    lines[number] = json.dumps(message).encode() + b"\n"
    return b"".join(lines)


@pytest.mark.parametrize("mutate", [flip, cut, swap, twist])
def test_no_record_however_broken_gives_a_traceback(fails: Any, capsys: Any, tmp_path: Path, mutate: Mutate) -> None:
    """Whatever can be opened can be shown in every way."""
    chance = random.Random(1)
    whole = fails.path.read_bytes()
    opened = 0
    ways = [[], ["--why"], ["--at", "0.05"], ["--json"], ["--why", "--json"], ["--export", str(tmp_path / "a.mcap")]]
    for count in range(150):
        fails.path.write_bytes(mutate(chance, whole))
        codes = {main(["replay", str(fails.path), "--no-page", *way]) for way in (ways[count % len(ways)],)}
        assert codes <= {0, 2}
        opened += 0 in codes
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
    assert opened < 150

"""`pg4da replay` on the record of a run: terminal, JSON, exports."""

from __future__ import annotations

import importlib.util
import json
import re
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.commands.main import main, make_parser
from pg4da.export import formats
from pg4da.export.foxglove import SCHEMAS
from pg4da.recording.record import Record
from pg4da.stream.narrator import Narrator

MISSION = """
root:
  sequence:
    name: All
    children:
      - set: {colour: green}
      - fallback:
          name: Either
          children:
            - fail: {name: First, code: slipped, times: 1}
            - move: {name: Both arms, seconds: 1.0}
      - fail: {name: Last, code: stuck}
"""


class Kinematics:
    def forward(self, q: Any) -> Any:
        T = np.eye(4)
        T[:3, 3] = 0.25, 0.5, 0.1 * q[0]
        return T


@pytest.fixture
def record(start: Callable[..., Any], cell: Any, tmp_path: Path) -> Path:
    """Of a failed run; with a picture, and arms that have a tool pose."""
    for arm in cell.arms.values():
        arm.kinematics = Kinematics()
    sink = Record(tmp_path / "record.jsonl")
    narrator = Narrator(sink, about={"mission": "test", "seed": 3, "inputs": {"target": "red"}}, pictures=False)
    start(MISSION, (narrator,))
    sink.close()
    lines = sink.path.read_bytes().splitlines(keepends=True)
    shot = {"k": "picture", "t": 0.5, "name": "camera", "of": 1, "png": "AAAA", "w": 1, "h": 1}
    sink.path.write_bytes(b"".join([*lines[:-1], json.dumps(shot).encode() + b"\n", lines[-1]]))
    return sink.path


def replay(*arguments: Any) -> int:
    return main(["replay", *map(str, arguments)])


def place(record: Path, text: str) -> str:
    """File and line of the mission where `text` stands."""
    mission = record.parent / "test.yaml"
    number = next(n for n, line in enumerate(mission.read_text().splitlines(), 1) if text in line)
    return f"{mission}:{number}"


def test_the_summary_and_the_time_line(record: Path, capsys: Any) -> None:
    assert replay(record) == 0
    told = capsys.readouterr().out
    assert told.startswith("test: cell fake, seed 3\nwith target=red\n")
    assert "0.01 s  failed   fail 'First' after 0.01 s: failed try 1 (slipped)" in told
    assert "done     move 'Both arms' in 1.0" in told
    assert told.rstrip().endswith("end      failure: failed try 2 (stuck, execution)")


def test_why(record: Path, capsys: Any) -> None:
    assert replay(record, "--why") == 0
    told = capsys.readouterr().out
    assert "failed try 2 (stuck, execution)" in told.splitlines()[0]
    assert f"in fail 'Last' ({place(record, 'name: Last')})" in told
    assert f"in fail 'First' ({place(record, 'name: First')})" in told
    either, arms = place(record, "- fallback"), place(record, "name: Both arms")
    assert f"taken up by fallback 'Either' ({either}); then move 'Both arms' ({arms})" in told
    assert "nothing took it up: the mission ended" in told


def test_the_tree_at_a_time(record: Path, capsys: Any) -> None:
    assert replay(record, "--at", "0.5") == 0
    told = capsys.readouterr().out
    assert "▶ Both arms  move  0." in told
    assert "✗ First  fail  0.01 s  failed try 1 (slipped)" in told
    assert "· Last  fail" in told
    assert '  colour = "green"' in told


def test_as_json(record: Path, capsys: Any) -> None:
    assert replay(record, "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["outcome"], summary["failure"]["code"], summary["finished"]) == ("failure", "stuck", True)
    assert {node["path"]: node["entered"] for node in summary["nodes"]}["All/Either/First"] == 1
    assert replay(record, "--why", "--json") == 0
    assert [fault["code"] for fault in json.loads(capsys.readouterr().out)["faults"]] == ["slipped", "stuck"]
    assert replay(record, "--at", "0.5", "--json") == 0
    key = json.loads(capsys.readouterr().out)
    assert (key["k"], key["v"]) == ("key", {"0": {"colour": "green"}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--at", "nan"], "--at nan: expected a time in seconds"),
        (["--export", "run.bag"], "unknown format '.bag'"),
        (["--export", "nowhere/run.mcap"], "the folder nowhere does not exist"),
        (["--export", "."], "is a folder"),
    ],
)
def test_bad_options(record: Path, capsys: Any, options: list[str], message: str) -> None:
    assert replay(record, *options) == 2
    assert message in capsys.readouterr().err


def test_an_extra_that_is_missing_is_named(record: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    assert replay(record, "--export", record.parent / "run.rrd") == 2
    assert "needs the package 'rerun': pip install 'pg4da[rerun]'" in capsys.readouterr().err
    assert not (record.parent / "run.rrd").exists()


def test_mcap_is_read_back_by_its_own_reader(record: Path, capsys: Any) -> None:
    from mcap.reader import make_reader

    out = record.parent / "run.mcap"
    assert replay(record, "--export", out) == 0
    with out.open("rb") as file:
        read = [each for each in make_reader(file).iter_messages() if each[0] is not None]
        found = [(channel.topic, schema.name, json.loads(m.data), m.log_time) for schema, channel, m in read]
    assert f"{out}: {len(found)} messages" in capsys.readouterr().out
    by_topic = {topic: schema for topic, schema, _, _ in found}
    assert by_topic == {
        "/status": "pg4da.Status",
        "/values": "pg4da.Value",
        "/log": "foxglove.Log",
        "/arms/left": "pg4da.Arm",
        "/arms/right": "pg4da.Arm",
        "/tf": "foxglove.FrameTransform",
        "/camera": "foxglove.CompressedImage",
    }
    for topic, schema, content, time in found:
        assert set(content) <= set(SCHEMAS[schema]["properties"]), topic
        assert content["timestamp"]["sec"] * 10**9 + content["timestamp"]["nsec"] == time
    first = {topic: content for topic, _, content, _ in reversed(found)}
    assert first["/tf"]["translation"] == {"x": 0.25, "y": 0.5, "z": 0.0}
    assert first["/tf"]["rotation"] == {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}
    assert first["/camera"]["data"] == "AAAA"
    errors = [content for _, schema, content, _ in found if schema == "foxglove.Log" and content["level"] == 4]
    [last] = [error for error in errors if "All/Last: failed try 2" in error["message"]]
    assert f"{last['file']}:{last['line']}" == place(record, "name: Last")


@pytest.mark.skipif(importlib.util.find_spec("rerun") is None, reason="the rerun extra is not installed (765 MB)")
def test_rerun_opens_its_file(record: Path) -> None:
    assert replay(record, "--export", record.parent / "run.rrd") == 0
    assert (record.parent / "run.rrd").read_bytes()[:3] == b"RRF"


def test_what_the_description_shows_works(
    record: Path, repository: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/records.md: its commands, its links, its Python, and the story of `--why` word by word."""
    text = (repository / "docs" / "records.md").read_text()
    commands = re.findall(r"(?:^|&& )pg4da (replay .+?)(?: *#.*)?$", text, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        assert callable(make_parser().parse_args(shlex.split(command)).run)
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (repository / "docs" / link).exists(), link
    folder = record.parent / "runs" / "retrieve-dense1-seed0"
    folder.mkdir(parents=True)
    (folder / "run.pg4da.jsonl").write_bytes(record.read_bytes())
    monkeypatch.chdir(record.parent)
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    Path("shown.py").write_text(code)
    runpy.run_path("shown.py")
    assert "{'colour': 'green'}" in capsys.readouterr().out
    assert replay("runs/retrieve-dense1-seed0", "--why") == 0
    told = capsys.readouterr().out.replace(str(record.parent / "test.yaml"), "mine.yaml")
    [shown] = re.findall(r"```\n(failure after.*?)```", text, re.DOTALL)
    assert re.sub(r"\d+\.\d\d s", "T", told) == re.sub(r"\d+\.\d\d s", "T", shown)


def test_conditions_that_only_chose_the_way_are_left_out(
    start: Callable[..., Any], tmp_path: Path, capsys: Any
) -> None:
    sink = Record(tmp_path / "record.jsonl")
    start("root: {fallback: [condition: {if: false}, say: {}]}", (Narrator(sink, pictures=False),))
    sink.close()
    assert replay(sink.path, "--why") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("success after")
    assert told[1:] == ["nothing failed", "left out: conditions that did not hold and only chose the way, 1 time"]
    assert replay(sink.path, "--why", "--json") == 0
    assert [fault["code"] for fault in json.loads(capsys.readouterr().out)["faults"]] == ["condition_false"]


def test_a_record_cannot_steer_the_terminal(record: Path, capsys: Any) -> None:
    text = record.read_text().replace("failed try 2", "failed \\u001b[2J try\\n2")
    assert "u001b" in text
    record.write_text(text)
    for way in ([], ["--why"], ["--at", "1e9"]):
        assert replay(record, *way) == 0
        told = capsys.readouterr().out
        assert "failed \N{REPLACEMENT CHARACTER}[2J try 2" in told
        assert "\x1b" not in told

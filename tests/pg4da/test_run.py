"""`run_mission` and the `run` command over the cell in memory: counts, exit codes, JSON, the record, bad input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import pg4da.run
import pg4da.skills.registry
from pg4da.commands.main import main
from pg4da.commands.run import default_out
from pg4da.errors import BadInput
from pg4da.recording.plain import plain
from pg4da.run import RunRequest, run_mission
from pg4da.skills.skill import Ports, Skill

Write = Callable[..., Path]


class Motion(Skill):
    """Reports a push or a grasp without making it."""

    name = "motion"

    class Inputs(Ports):
        kind: str
        success: bool = True
        arms: int = 1

    def run(self, inputs: Any) -> Any:
        yield
        report = {"kind": inputs.kind, "success": inputs.success, "arms": inputs.arms, "code": ""}
        self.context.emit("motion_finished", report)
        return self.Outputs()


@pytest.fixture
def fast_cell(monkeypatch: pytest.MonkeyPatch, cell: Any, toys: Any, tmp_path: Path) -> Any:
    """The whole of `run`, but for the cell, the policy and the scene."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pg4da.run, "make_cell", lambda request, scene: cell)
    monkeypatch.setattr(pg4da.run, "find_policy", lambda name: None)
    monkeypatch.setattr(pg4da.run, "find_scene", lambda request: None)
    monkeypatch.setattr(pg4da.skills.registry, "SKILLS", {**toys, Motion.name: Motion})
    return cell


MOTIONS = """
inputs: {target: {type: colour, default: green}, n: {type: int, default: 1, min: 1}}
outputs: {done: {type: bool}}
root:
  sequence:
    - motion: {kind: push, arms: 2}
    - motion: {kind: grasp, success: false}
    - motion: {kind: grasp}
    - set: {done: true}
"""


def test_counts_come_from_events(fast_cell: Any, write: Write) -> None:
    result = run_mission(RunRequest(mission=str(write(MOTIONS)), seed=4))
    assert (result.motions, result.pushes, result.grasp_attempts, result.grasp_successes) == (3, 1, 2, 1)
    assert result.arm_motions == 4
    assert (result.outcome, result.seed, result.outputs) == ("success", 4, {"done": True})
    assert fast_cell.closes == 1


@pytest.mark.parametrize(
    ("root", "code", "outcome"),
    [
        ("root: {say: {}}", 0, "success"),
        ("root: {fail: {}}", 1, "failure"),
        ("root: {break: {}}", 1, "failure"),
        ("root: {fail: {code: safety_stop}}", 3, "safety_stop"),
        ("root: {press: {}}", 130, "interrupted"),
    ],
)
def test_exit_codes_and_json(fast_cell: Any, write: Write, capsys: Any, root: str, code: int, outcome: str) -> None:
    assert main(["run", str(write(root)), "--json", "--out", "out"]) == code
    printed = json.loads(capsys.readouterr().out)
    assert printed["outcome"] == outcome
    assert set(printed) == {
        "outcome", "motions", "pushes", "grasp_attempts", "arm_motions", "sim_time_s", "wall_time_s", "seed", "failure",
    }  # fmt: skip
    if code == 0:
        assert printed["failure"] is None
    else:
        assert set(printed["failure"]) == {"code", "phase", "path", "message", "recoverable"}
    assert fast_cell.closes == 1


def test_the_record_of_a_run(fast_cell: Any, write: Write, tmp_path: Path) -> None:
    path = write("root: {sequence: [move: {seconds: 2}, say: {text: hello}]}")
    assert main(["run", str(path), "--out", "out"]) == 0
    out = tmp_path / "out"
    assert json.loads((out / "result.json").read_text())["outcome"] == "success"
    told = [json.loads(line) for line in (out / "run.pg4da.jsonl").read_text().splitlines()]
    assert [told[0]["k"], told[1]["k"], told[-1]["k"]] == ["run", "tree", "end"]
    assert [message["t"] for message in told] == sorted(message["t"] for message in told)
    assert any(message["k"] == "event" and message["data"].get("text") == "hello" for message in told)
    with Image.open(out / "film.gif") as film:
        assert film.size == (480, 360)
    with Image.open(out / "after.png") as after:
        assert after.size == (128, 48)  # the camera's view beside the view of the cell
    assert not list(out.glob(".*"))


def test_a_record_can_be_written_elsewhere_too(fast_cell: Any, write: Write, tmp_path: Path) -> None:
    path = write("root: {say: {text: hello}}")
    assert main(["run", str(path), "--out", "out", "--no-film", "--record", "mine.jsonl"]) == 0
    assert (tmp_path / "mine.jsonl").read_bytes() == (tmp_path / "out" / "run.pg4da.jsonl").read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_a_disk_that_is_full_from_the_start_is_told_before_anything_moves(
    fast_cell: Any, write: Write, capsys: Any
) -> None:
    path = write("root: {move: {seconds: 0.2}}")
    assert main(["run", str(path), "--out", "out", "--no-film", "--record", "/dev/full"]) == 2
    told = capsys.readouterr()
    assert told.err == "error: Record dropped: /dev/full: No space left on device\n"
    assert told.out == ""
    assert fast_cell.clock.now() == 0.0


@pytest.mark.parametrize(
    ("file", "message"), [("nowhere/a.jsonl", "the folder nowhere does not exist"), (".", "is a folder, not a file")]
)
def test_a_record_that_cannot_be_written(fast_cell: Any, write: Write, capsys: Any, file: str, message: str) -> None:
    assert main(["run", str(write("root: {say: {}}")), "--record", file]) == 2
    assert f"--record {file}: {message}" in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_second_run_replaces_the_first_and_nothing_else(fast_cell: Any, write: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "decision_07.png").write_bytes(b"old")
    (out / "mine.txt").write_text("keep")
    assert main(["run", str(write("root: {say: {}}")), "--out", "out", "--no-film"]) == 0
    assert not (out / "decision_07.png").exists()
    assert not (out / "film.gif").exists()
    assert (out / "mine.txt").read_text() == "keep"


def test_the_default_folder_is_named_after_the_run(fast_cell: Any, write: Write, tmp_path: Path) -> None:
    assert main(["run", str(write("root: {say: {}}")), "--scene", "case1/a.txt", "--seed", "3", "--no-film"]) == 0
    assert (tmp_path / "runs" / "test-a-seed3" / "result.json").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", "taget=red"], "no input 'taget'; did you mean 'target'?"),
        (["--set", "n=many"], "n: expected int, got 'many'"),
        (["--set", "n=0"], "0 is below the minimum 1"),
        (["--set", "target=grene"], "grene"),
        (["--set", "n"], "expected KEY=VALUE"),
        (["--set", "n=1", "--set", "n=2"], "'n' is given twice"),
        (["--cell", "smi"], "unknown cell 'smi'; did you mean 'sim'?"),
        (["--seed", "-1"], "must not be negative"),
        (["--out", "test.yaml/x"], "is a file, not a folder"),
    ],
)
def test_bad_input_ends_with_one_message(
    fast_cell: Any, write: Write, tmp_path: Path, capsys: Any, options: list[str], message: str
) -> None:
    path = write(MOTIONS)
    out = [] if "--out" in options else ["--out", "out"]
    assert main(["run", str(path), "--json", *out, *options]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert len(printed.err.splitlines()) == 1
    assert message in printed.err
    assert [child.name for child in tmp_path.iterdir()] == ["test.yaml"]
    assert fast_cell.clock.now() == 0


def test_a_broken_mission_tells_every_problem(fast_cell: Any, write: Write, capsys: Any, tmp_path: Path) -> None:
    path = write("root: {sequence: [sya: {}, count: {}]}")
    assert main(["run", str(path), "--out", "out"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["test.yaml:2:19", "test.yaml:2:28"]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_can_not_be_made_is_found_before_anything_moves(
    fast_cell: Any, write: Write, capsys: Any
) -> None:
    assert main(["run", str(write("root: {move: {}}")), "--out", "/proc/nowhere"]) == 2
    assert capsys.readouterr().err.startswith("error: --out /proc/nowhere: cannot be written")
    assert fast_cell.arms["left"].speed == 0
    assert fast_cell.closes == 1


def test_unknown_policy_and_mission(fast_cell: Any, monkeypatch: pytest.MonkeyPatch, write: Write, capsys: Any) -> None:
    monkeypatch.undo()
    with pytest.raises(BadInput, match="unknown policy 'geometrc'"):
        run_mission(RunRequest(policy="geometrc"))
    assert main(["run", "retreive"]) == 2
    assert "did you mean 'retrieve'" in capsys.readouterr().err


def test_packaged_missions_are_right(capsys: Any) -> None:
    assert main(["check", "retrieve", "trees/push_grasp.yaml", "pick_and_place"]) == 0
    assert capsys.readouterr().out.count("ok") == 3


def test_plain_data() -> None:
    value = {"a": np.arange(3), "b": np.zeros((9, 9)), "c": float("nan"), "d": (np.float32(0.5), None), "e": Path("x")}
    assert plain(value) == {
        "a": [0, 1, 2], "b": {"array": [9, 9], "dtype": "float64"}, "c": None, "d": [0.5, None], "e": "x",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "folder"),
    [
        ("sim", "runs/retrieve-dense1-seed3"),
        ("emulated", "runs/retrieve-dense1-seed3-emulated-20261124-090507"),
        ("cells/ours.yaml", "runs/retrieve-dense1-seed3-ours-20261124-090507"),
    ],
)
def test_runs_that_cannot_be_made_again_are_never_replaced(cell: str, folder: str) -> None:
    now = datetime(2026, 11, 24, 9, 5, 7)
    assert default_out(["trees/retrieve.yaml"], "dense1", 3, cell, now) == Path(folder)


def test_help_is_light(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command tells what it can do without importing what it needs to do it."""
    import subprocess

    heavy = "mujoco cv2 scipy embreex pymunk rich toppra PIL"
    check = (
        "import sys; from pg4da.commands.main import make_parser; text = make_parser().format_help();"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == "[]"

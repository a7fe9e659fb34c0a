"""What users get wrong, through the command itself: one clear message, exit code 2, nothing written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pg4da.run
from pg4da.commands.main import main

TARGET = "cube.urdf 0 1 0 0 0.5 0.0225 0 0 0\n"
MUG = '<robot name="mug"><link name="mug"><collision><geometry><mesh filename="mug.obj"/></geometry></collision></link>'
FILES = {
    "fine.txt": TARGET,
    "column.txt": TARGET + "cube.urdf 1 0 0 0.1 0.5 0.0225 0 0\n",
    "number.txt": TARGET + "cube.urdf 1 0 0 0.1 half 0.0225 0 0 0\n",
    "nan.txt": TARGET + "cube.urdf 1 0 0 nan 0.5 0.0225 0 0 0\n",
    "two.txt": TARGET + "cube.urdf 0 1 0 0.1 0.5 0.0225 0 0 0\n",
    "none.txt": "cube.urdf 1 0 0 0 0.5 0.0225 0 0 0\n",
    "shape.txt": TARGET + "cubee.urdf 1 0 0 0.1 0.5 0.0225 0 0 0\n",
    "outside.txt": TARGET + "cube.urdf 1 0 0 0.9 0.5 0.0225 0 0 0\n",
    "inside.txt": TARGET + "cube.urdf 1 0 0 0.002 0.5 0.0225 0 0 0\n",
    "empty.txt": "",
    "mesh.txt": TARGET + "mug/mug.urdf 1 0 0 0.1 0.5 0.03 0 0 0\n",
    "object.txt": TARGET + "mug/jug.urdf 1 0 0 0.1 0.5 0.03 0 0 0\n",
    "objects/mug/mug.urdf": MUG + "</robot>",
    "node.yaml": "mission: a\nroot: {sequence: [obsrve: {target: green}]}\n",
    "key.yaml": "mission: a\nrooot: {observe: {target: green}}\n",
    "port.yaml": "mission: a\nroot: {observe: {taget: green}}\n",
}
SCENES = [
    ("nosuch", "scene 'nosuch': no such scene or file; valid: case1-clutter/packed1"),
    ("dens1", "did you mean 'dense1'?"),
    ("column.txt", "column.txt:2:35: missing yaw: 9 columns, expected 10"),
    ("number.txt", "number.txt:2:21: y = 'half' is not a finite number"),
    ("nan.txt", "nan.txt:2:17: x = 'nan' is not a finite number"),
    ("two.txt", "two.txt:2:11: 2 targets (colour 0 1 0) on lines 1, 2"),
    ("none.txt", "none.txt: no target: no object is coloured 0 1 0"),
    ("shape.txt", "shape.txt:2:1: unknown shape 'cubee.urdf'; did you mean 'cube'?"),
    ("outside.txt", "outside.txt:2:17: cube at (0.9, 0.5) is outside the workspace"),
    ("inside.txt", "inside.txt:2:17: cube is inside cube of line 1"),
    ("empty.txt", "empty.txt: the file is empty"),
    ("mesh.txt --objects objects", "mesh.txt:2:1: "),
    ("object.txt --objects objects", "object.txt:2:1: no object file 'mug/jug.urdf'"),
    ("mesh.txt --objects nowhere", "--objects nowhere: no such folder"),
    ("fine.txt --target-line 7", "fine.txt: no object on target line 7"),
]
COMMANDS = [
    *((f"run retrieve --scene {words}", message) for words, message in SCENES),
    *((f"scenes show {words} --out view.png", message) for words, message in SCENES),
    ("run retrieve --policy geometrc", "unknown policy 'geometrc'"),
    ("run retrieve --cell simm", "unknown cell 'simm'; did you mean 'sim'?"),
    ("run retrieve --set target=pinkish", "unknown target colour 'pinkish'; choose one of red, orange"),
    ("run retrieve --target red", "unexpected '--target'"),
    ("run retrieve --seed one", "invalid int value: 'one'"),
    ("run retreive", "mission 'retreive' not found; did you mean 'retrieve'?"),
    ("run node.yaml", "node.yaml:2:19: unknown node 'obsrve'; did you mean 'observe'?"),
    ("run key.yaml", "key.yaml:2:1: unknown key 'rooot'; did you mean 'root'?"),
    ("run port.yaml", "port.yaml:2:18: observe has no input 'taget'; did you mean 'target'?"),
    ("run", "the following arguments are required: MISSION"),
    ("rnu retrieve", "invalid choice: 'rnu'"),
    ("run retrieve --scene fine.txt --out fine.txt/out", "fine.txt is a file, not a folder"),
    ("run retrieve --scene fine.txt --out /proc/nowhere", "--out /proc/nowhere: cannot be written"),
    ("scenes show fine.txt --out nowhere/view.png", "the folder nowhere does not exist"),
    ("scenes generate case9", "case9: unknown case; did you mean 'case1-clutter'? Valid: case1-clutter"),
    ("scenes generate nosuch", "nosuch: unknown case; valid: case1-clutter"),
    ("scenes generate case1-clutter --seed -1", "--seed -1: must not be negative"),
    ("watch no.such.host.invalid", "no.such.host.invalid: Name or service not known"),
    ("scenes generate case2-dense_clutter --target cubb", "unknown shape 'cubb'; did you mean 'cube'?"),
    ("evaluate --scenes nosuch --out out", "nosuch: no such file or folder"),
    ("evaluate --scenes column.txt --out out", "column.txt:2:35: missing yaw"),
    ("evaluate --scenes mesh.txt --objects objects --out out", "mesh.txt:2:1: "),
    ("evaluate --scenes fine.txt --policy geometrc --out out", "unknown policy 'geometrc'"),
    ("evaluate --scenes fine.txt --mission key.yaml --out out", "key.yaml:2:1: unknown key 'rooot'"),
    ("evaluate --scenes fine.txt --cell ur5e --out out", "--cell ur5e: success is judged by a simulation's own state"),
    ("evaluate --scenes fine.txt --cell simm --out out", "unknown cell 'simm'; did you mean 'sim'?"),
    ("run retrieve --scene fine.txt --cell ur5e", "--scene: the cell 'ur5e' takes no scene"),
    ("run retrieve --cell ur5e", "its robots move only when somebody says so"),
    ("run retrieve --cell nosuch.yaml", "nosuch.yaml: no such file"),
    ("run retrieve --cell key.yaml", "key.yaml:1:1: a cell file needs 'kind'"),
    ("run retrieve --scene fine.txt --first-run", "--first-run: is for cells of robots"),
    ("run retrieve retrieve --scene fine.txt --dry-run", "--dry-run: one mission at a time"),
    ("doctor --cell key.yaml", "key.yaml:1:1: a cell file needs 'kind'"),
    ("evaluate --scenes fine.txt --out /proc/nowhere", "/proc/nowhere: the output folder cannot be written"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files above and nothing else."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_record_takes_the_place_of_a_record_only(folder: Path, capsys: Any) -> None:
    """A slip of the finger does not cost a mission."""
    mission = next(name for name in FILES if name.endswith(".yaml"))
    assert main(["run", "retrieve", "--record", mission]) == 2
    assert "is there already, and is no record" in capsys.readouterr().err
    assert (folder / mission).read_text() == FILES[mission]


def test_what_is_printed_does_not_steer_the_terminal(folder: Path, capsys: Any) -> None:
    scene = folder / "scene.txt"
    scene.write_text("\x1b]0;title\x07 1 1 1 0 0 0 0 0 0\n")
    assert main(["run", "retrieve", "--scene", str(scene)]) == 2
    assert main(["run", "\x1b[2Jmission"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(("command", "message"), COMMANDS)
def test_one_message_and_nothing_written(folder: Path, capsys: Any, command: str, message: str) -> None:
    assert main(command.split()) == 2
    printed = capsys.readouterr()
    lines = printed.err.splitlines()
    assert printed.out == ""
    assert message in printed.err
    assert all(line.startswith("error: ") for line in lines)
    assert len(lines) == 1 or ".yaml:" in printed.err  # a mission's problems are told all at once, a line each
    assert "Traceback" not in printed.err
    assert _files(folder) == set(FILES)
    assert not (folder / "runs").exists()


SPOILT = {"nan": np.nan, "zero": 0.0, "infinite": np.inf, "no pixels": None}


def _spoil(monkeypatch: pytest.MonkeyPatch, value: float | None, frames: int) -> None:
    """The first `frames` frames of the camera carry no depth."""
    make_cell = pg4da.run.make_cell

    def make(request: Any, scene: Any) -> Any:
        cell = make_cell(request, scene)
        capture, taken = cell.camera.capture, iter(range(frames))

        def spoilt(timeout: float = 1.0) -> Any:
            frame = capture(timeout)
            if next(taken, None) is None:
                return frame
            if value is None:
                return replace(frame, rgb=frame.rgb[:0], depth=frame.depth[:0])
            return replace(frame, depth=np.full_like(frame.depth, value))

        monkeypatch.setattr(cell.camera, "capture", spoilt)
        return cell

    monkeypatch.setattr(pg4da.run, "make_cell", make)


RUN = "run retrieve --scene fine.txt --cell sim-grippers --no-film --json --out out"


@pytest.mark.parametrize("value", SPOILT.values(), ids=SPOILT.keys())
def test_a_blind_camera_ends_the_mission_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, value: float | None
) -> None:
    """The camera is not something that the user typed: the mission fails, exit code 1, before anything moves."""
    _spoil(monkeypatch, value, 1000)
    assert main(RUN.split()) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["outcome"], result["failure"]["code"], result["motions"]) == ("failure", "bad_frame", 0)
    assert "depth" in result["failure"]["message"]
    assert json.loads((folder / "out" / "result.json").read_text())["outcome"] == "failure"


def test_one_spoilt_frame_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil(monkeypatch, np.nan, 1)
    assert main(RUN.split()) == 0

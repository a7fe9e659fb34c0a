"""`pg4da calibrate` on the simulated cell against its truth, interrupted and resumed; and everything it refuses."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pg4da.calibrating import collect
from pg4da.commands.main import main
from pg4da.hardware.frames import transform
from pg4da.run import RunRequest, find_scene
from pg4da.sim.board import ON_THE_TABLE


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Views are kept in the current folder."""
    monkeypatch.chdir(tmp_path)


def camera(*options: str) -> int:
    return main(["calibrate", "camera", "--no-page", *options])


def cell_file(tmp_path, **changes: str):
    text = files("pg4da.cells").joinpath("emulated.yaml").read_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    (tmp_path / "cell.yaml").write_text(text)
    return str(tmp_path / "cell.yaml")


@pytest.mark.slow
def test_the_simulated_camera_is_found_after_an_interruption(tmp_path, capsys, monkeypatch):
    look = collect.Collector.look

    def interrupted(self, number):
        if number == 5:
            raise KeyboardInterrupt
        return look(self, number)

    monkeypatch.setattr(collect.Collector, "look", interrupted)
    assert camera("--cell", "sim", "--views", "12") == 130
    assert len(list((tmp_path / "calibration-sim" / "left-1").glob("0*.json"))) == 4
    monkeypatch.setattr(collect.Collector, "look", look)
    capsys.readouterr()
    assert camera("--cell", "sim", "--views", "12", "--json") == 0
    out, err = capsys.readouterr()
    assert "4 views of before are used" in err
    found = json.loads(out)
    assert found["off_truth"]["m"] < 0.0008
    assert found["off_truth"]["rad"] < np.deg2rad(0.06)
    assert found["off_truth"]["m"] < 5 * found["position_error_m"]
    assert found["views"] == 12
    assert set(found["methods"]) == {"tsai", "park", "horaud", "andreff", "daniilidis", "shah", "li", "refined"}
    assert json.loads((tmp_path / "calibration-sim" / "left-1" / "result.json").read_text())["pose"] == found["pose"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cell", "nowhere"), "unknown cell"),
        (("--cell", "sim-grippers"), "no arms with a camera"),
        (("--cell", "sim", "--views", "2"), "--views 2: must be 5 to 60"),
        (("--cell", "sim", "--paper", "a5"), "--paper a5: unknown"),
        (("--cell", "sim", "--square", "35"), "in metres?"),
        (("--cell", "sim", "--by-hand"), "simulated arm"),
        (("--cell", "sim", "--by-hand", "--yes"), "leave --yes out"),
        (("--cell", "sim", "--port", "80"), "no page"),
        (("--cell", "ur5e"), "nobody can be asked"),
    ],
)
def test_bad_input(options, said, capsys):
    assert camera(*options) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


def test_a_file_that_cannot_be_written_is_told_first(tmp_path, capsys, monkeypatch):
    import pg4da.calibrating.camera as work

    monkeypatch.setattr(work, "writable", lambda path: False)
    assert camera("--cell", cell_file(tmp_path)) == 2
    assert "can't be written" in capsys.readouterr().err


def test_views_of_another_board_are_not_mixed_in(tmp_path, capsys):
    from pg4da.calibrating.store import Store
    from pg4da.hardware.calibration.board import Board
    from pg4da.hardware.calibration.views import Setup

    store = Store(tmp_path / "calibration-sim" / "left-1")
    store.begin("sim", "left", Setup(Board(square=0.04, marker=0.03), np.eye(3), (640, 480)))
    assert camera("--cell", "sim", "--views", "5") == 2
    err = capsys.readouterr().err
    assert "another board, camera" in err
    assert "--fresh" in err


@pytest.mark.parametrize("spoilt", [b"{", b'{"T_world_tool": [[1]], "ids": [0], "pixels": [[1, 2]]}', b"[]"])
def test_a_spoilt_view_is_named(tmp_path, spoilt, setup):
    from pg4da.calibrating.store import Store
    from pg4da.errors import BadInput

    store = Store(tmp_path / "left-1")
    store.begin("mine", "left", setup)
    (store.folder / "001.json").write_bytes(spoilt)
    with pytest.raises(BadInput, match=r"001\.json"):
        store.load("mine", "left", setup)


def test_a_board_on_the_table_tells_that_the_camera_is_right(capsys):
    assert main(["calibrate", "check", "--cell", "sim", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert np.linalg.norm(np.subtract(found["middle"], ON_THE_TABLE[:3, 3])) < 0.004
    assert abs(found["depth_off_m"]) < 0.005
    assert found["faults"] == []


def test_a_camera_that_is_not_where_it_is_said_to_be_is_noticed():
    from pg4da.calibrating.touch import find_lying
    from pg4da.hardware.calibration.board import Board
    from pg4da.sim.board import HeldBoard
    from pg4da.sim.camera import T_WORLD_CAMERA
    from pg4da.sim.cell import MujocoCell

    frame = MujocoCell(find_scene(RunRequest()), board=HeldBoard.by_hand("table")).camera.capture()
    wrong = T_WORLD_CAMERA.copy()
    wrong[2, 3] += 0.01
    assert find_lying(frame, Board(), T_WORLD_CAMERA).faults(0.003) == []
    assert "calibrate the camera again" in find_lying(frame, Board(), wrong).faults(0.003)[0]
    tilted = T_WORLD_CAMERA @ transform(Rotation.from_euler("x", 0.03), (0.0, 0.0, 0.0))
    assert any("level" in fault for fault in find_lying(frame, Board(), tilted).faults(0.003))


def test_without_a_board_on_the_table(capsys, monkeypatch):
    monkeypatch.setattr("pg4da.calibrating.touch.find_board", lambda rgb, board: None)
    assert main(["calibrate", "check", "--cell", "sim"]) == 1
    assert "lay it on the table" in capsys.readouterr().err


def test_check_bad_input(capsys):
    assert main(["calibrate", "check", "--cell", "sim", "--thickness", "3"]) == 2
    assert "--thickness 3" in capsys.readouterr().err


def test_gripper_bad_input(capsys):
    assert main(["calibrate", "gripper", "--cell", "sim", "--arm", "left"]) == 2
    assert "is simulated" in capsys.readouterr().err
    assert main(["calibrate", "gripper", "--cell", "emulated", "--arm", "left", "--rounds", "0"]) == 2
    assert "--rounds 0" in capsys.readouterr().err
    assert main(["calibrate", "gripper", "--cell", "ur5e", "--arm", "left"]) == 2
    assert "nobody can be asked" in capsys.readouterr().err


@pytest.fixture
def setup():
    from pg4da.hardware.calibration.board import Board
    from pg4da.hardware.calibration.views import Setup

    return Setup(Board(), np.diag([570.0, 570.0, 1.0]), (640, 480))

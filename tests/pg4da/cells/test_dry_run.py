"""A dry run looks, decides, plans and shows; nothing is commanded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import pg4da.run
from pg4da.cells.still import Moved, StillCell
from pg4da.commands.main import main
from pg4da.hardware.trajectory import Trajectory
from pg4da.sim.camera import RayCamera

BLOCK = "cube.urdf 0 1 0 0 0.5 0.0225 0 0 0\n"


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("scene.txt").write_text(BLOCK)
    return Path("scene.txt")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The cells that were made; their arms and grippers can't be commanded."""
    cells: list[Any] = []
    make_cell = pg4da.run.make_cell

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a dry run commanded something")

    def make(request: Any, scene: Any) -> Any:
        cells.append(make_cell(request, scene))
        for arm in cells[-1].arms.values():
            monkeypatch.setattr(arm, "follow", refuse)
            monkeypatch.setattr(arm.gripper, "move", refuse)
        return cells[-1]

    monkeypatch.setattr(pg4da.run, "make_cell", make)
    return cells


def test_it_shows_what_would_be_done_and_moves_nothing(scene: Path, made: list[Any], capsys: Any) -> None:
    assert main(["run", "retrieve", "--scene", str(scene), "--dry-run", "--out", "out"]) == 0
    out = capsys.readouterr().out
    assert "target 'green': seen" in out
    assert "would make a grasp with the" in out
    assert "going in: " in out
    assert "nothing was moved" in out
    (cell,) = made
    home = [float(np.abs(arm.state.q - arm.home).max()) for arm in cell.arms.values()]
    assert max(home) < 0.003
    assert Image.open("out/dry_run.png").size[0] > 1000
    assert [p.name for p in Path("out").iterdir()] == ["dry_run.png"]


def test_figures_as_json(scene: Path, made: list[Any], capsys: Any) -> None:
    assert main(["run", "retrieve", "--scene", str(scene), "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "dry_run"
    assert [stage["name"] for stage in found["stages"]] == [
        "on the way to it",
        "going in",
        "lifting",
        "on the way home",
    ]
    assert all(0 < stage["speed"] <= 1 and stage["gap"] > 0.01 and stage["lowest"] > 0 for stage in found["stages"])


def test_why_there_would_be_no_motion(
    scene: Path, made: list[Any], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dark(self: RayCamera, timeout: float = 1.0) -> Any:
        raise TimeoutError("no picture within 1 s")

    monkeypatch.setattr(RayCamera, "capture", dark)
    assert main(["run", "retrieve", "--scene", str(scene), "--dry-run"]) == 1
    assert "no motion: no picture within 1 s (camera_timeout)" in capsys.readouterr().out
    assert not Path("runs").exists()


def test_what_it_is_not_for(scene: Path, made: list[Any], capsys: Any) -> None:
    Path("other.yaml").write_text("mission: other\nroot: {go_home: {}}\n")
    assert main(["run", "other.yaml", "--dry-run"]) == 2
    assert "--dry-run: the mission 'other.yaml' has no input 'target'" in capsys.readouterr().err
    assert main(["run", "retrieve", "retrieve", "--dry-run"]) == 2
    assert "--dry-run: one mission at a time" in capsys.readouterr().err
    assert made == []


def test_a_cell_that_stays_still(cell: Any) -> None:
    cell.arms["left"].gripper = object()
    cell.arms["right"].gripper = object()
    still = StillCell(cell)
    assert still.arms["left"].state.q == cell.arms["left"].state.q
    with pytest.raises(Moved):
        still.arms["left"].follow(Trajectory(np.zeros(1), np.zeros((1, 1))))
    with pytest.raises(Moved):
        still.arms["left"].gripper.move(0.1)

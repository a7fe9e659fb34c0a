"""`pg4da scenes`: what it prints and writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pg4da.commands.main import main
from pg4da.sim.scenes.reader import read_scene
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.writer import scene_text

UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])
TURNED = np.array([0.0, 0.0, np.sin(0.2), np.cos(0.2)])
SCENE = Scene(
    "pair",
    "test",
    (
        SceneObject("half-cube", (0.0, 1.0, 0.0), np.array([0.0, 0.45, 0.0226]), UPRIGHT),
        SceneObject("cube", (0.5, 0.1, 0.7), np.array([0.1, 0.5, 0.0226]), TURNED),
    ),
    0,
)


@pytest.fixture
def scene_file(tmp_path: Path) -> Path:
    path = tmp_path / "pair.txt"
    path.write_text(scene_text(SCENE))
    return path


def test_text_is_read_back(scene_file: Path) -> None:
    scene = read_scene(scene_file)
    assert [item.shape for item in scene.objects] == ["half-cube", "cube"]
    assert scene.target == 0
    for ours, theirs in zip(SCENE.objects, scene.objects, strict=True):
        np.testing.assert_allclose(ours.position, theirs.position, atol=1e-5)
        assert abs(float(ours.quaternion @ theirs.quaternion)) == pytest.approx(1.0, abs=1e-5)
        assert ours.color == pytest.approx(theirs.color, abs=1e-4)


def test_show_lists_objects_and_saves_a_picture(scene_file: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["scenes", "show", str(scene_file), "--out", str(tmp_path / "view.png")]) == 0
    printed = capsys.readouterr().out
    assert "half-cube" in printed
    assert "target" in printed
    with Image.open(tmp_path / "view.png") as picture:
        assert picture.size == (1280, 480)


def test_list_and_show_know_the_same_scenes(capsys: Any) -> None:
    assert main(["scenes", "list"]) == 0
    names = capsys.readouterr().out.split()
    assert len(names) == len(set(names)) >= 20
    assert main(["scenes", "show", names[0]]) == 0
    assert "target" in capsys.readouterr().out


def test_generate_writes_what_show_reads(tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "made.txt"
    assert main(["scenes", "generate", "case1-clutter", "--seed", "1", "--out", str(out)]) == 0
    assert len(read_scene(out).objects) <= 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "case2-dense_clutter/dnse1"], "dnse1"),
        (["generate", "case2-dense_cluter"], "did you mean 'case2-dense_clutter'"),
        (["generate", "case1-clutter", "--target", "cubee"], "cubee"),
        (["generate", "case1-clutter", "--out", "no/such/folder/x.txt"], "the folder no/such/folder does not exist"),
    ],
)
def test_bad_input(arguments: list[str], message: str, capsys: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["scenes", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("error: ")
    assert message in printed.err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text("cube.urdf 0 1 0 0 0.5 high 0 0 0\n")
    assert main(["scenes", "show", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {path}:1:")

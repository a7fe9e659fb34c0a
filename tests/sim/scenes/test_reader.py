from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.reader import read_scene

TARGET = "cube.urdf 0 1 0 0.0 0.5 0.0225 0 0 0"
OTHER = "rect.urdf 0.9 0.1 0.3 0.1 0.5 0.0225 0 0 1.5708"


def written(folder: Path, *lines: str) -> Path:
    case = folder / "case2-dense_clutter"
    case.mkdir(exist_ok=True)
    (case / "one.txt").write_text("\n".join(lines))
    return case / "one.txt"


def test_reads_objects_target_case_and_name(tmp_path: Path) -> None:
    scene = read_scene(written(tmp_path, OTHER, "", TARGET))
    assert (scene.name, scene.case, scene.target) == ("one", "case2-dense_clutter", 1)
    assert [obj.shape for obj in scene.objects] == ["rect", "cube"]
    assert scene.objects[0].position == pytest.approx([0.1, 0.5, 0.0225])


def test_angles_are_about_fixed_axes(tmp_path: Path) -> None:
    scene = read_scene(written(tmp_path, TARGET.replace("0 0 0", "0.3 0.4 0.5")[: len(TARGET) + 6]))
    turned = Rotation.from_quat(scene.objects[0].quaternion).as_matrix()
    about = [Rotation.from_euler(axis, angle).as_matrix() for axis, angle in zip("xyz", (0.3, 0.4, 0.5), strict=True)]
    assert np.allclose(turned, about[2] @ about[1] @ about[0])


@pytest.mark.parametrize(
    ("lines", "line", "column", "says"),
    [
        ((), None, None, "empty"),
        ((TARGET, "rect.urdf 1 0 0 0.1 0.5 0.02 0 0"), 2, 33, "missing yaw"),
        ((TARGET + " 7",), 1, 38, "unexpected '7'"),
        ((TARGET, OTHER.replace("0.3", "o.3")), 2, 19, "'o.3' is not a finite number"),
        ((TARGET.replace("0.0225", "nan"),), 1, 25, "not a finite number"),
        ((TARGET, OTHER.replace("0.9", "1.9")), 2, 11, "0..1"),
        ((TARGET, OTHER.replace("0.9 0.1 0.3", "0 1 0")), 2, 11, "2 targets .* lines 1, 2"),
        ((OTHER,), None, None, "no target"),
        ((TARGET, OTHER.replace("rect", "rectt")), 2, 1, "did you mean 'rect'.*triangle"),
        ((TARGET, OTHER.replace("rect.urdf", "things/gone/model.urdf")), 2, 1, "things/gone/model.urdf"),
        ((TARGET, OTHER.replace("0.1 0.5", "0.7 0.5")), 2, 23, "outside the workspace"),
        ((TARGET, OTHER.replace("0.1 0.5", "0.1 1.5")), 2, 27, "outside the workspace"),
        ((TARGET, OTHER.replace("0.0225", "-0.1")), 2, 31, "z = -0.1"),
        ((TARGET, OTHER.replace("0.1 0.5", "0.001 0.5")), 2, 23, "inside cube of line 1"),
        ((TARGET, "half-cube.urdf 1 0 0 0.008 0.5 0.0225 0 0 0"), 2, 22, "inside cube of line 1"),
        ((TARGET, "9.obj 1 0 0 0.1 0.5 0.0225 0 0 0"), 2, 1, "valid: 0.obj to 8.obj"),
        ((TARGET, "4.obj 1 0 0 0.1 0.5 0.0225 0 0 0"), 2, 1, "in one file"),
    ],
)
def test_mistakes_are_told_with_their_place(
    tmp_path: Path, lines: tuple[str, ...], line: int | None, column: int | None, says: str
) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(SceneError, match=says) as caught:
        read_scene(path)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(":".join(str(p) for p in (path, line, column) if p is not None) + ": ")


def test_missing_file_folder_and_binary_are_scene_errors(tmp_path: Path) -> None:
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "gone.txt", tmp_path, tmp_path / "binary.txt"):
        with pytest.raises(SceneError, match=path.name):
            read_scene(path)


def test_older_family_is_recentred_and_needs_a_target_line(tmp_path: Path) -> None:
    lines = (
        "/home/someone/blocks/4.obj 3.05e-01 4.74e-01 6.5e-01 -6.0e-01 -1.0e-01 2.6e-02 0.0e+00 0.0e+00 0.0e+00",
        "0.obj 9.4e-01 5.5e-01 1.6e-01 -4.0e-01 1.0e-01 2.5e-02 0.0e+00 0.0e+00 1.570796e+00",
    )
    path = written(tmp_path, *lines)
    with pytest.raises(SceneError, match="target line"):
        read_scene(path)
    scene = read_scene(path, target_line=2)
    assert scene.target == 1
    assert scene.objects[1].color == (0.0, 1.0, 0.0)
    assert scene.objects[0].position == pytest.approx([-0.1, 0.4, 0.026])
    assert [obj.shape for obj in scene.objects] == ["cube", "triangle"]
    ridge = Rotation.from_quat(scene.objects[1].quaternion).apply([-1.0, 0.0, 0.0])
    assert ridge == pytest.approx([0.0, 0.0, 1.0], abs=1e-6)


def test_target_line_without_an_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="target line 9"):
        read_scene(written(tmp_path, TARGET, OTHER), target_line=9)


def test_published_scenes_load(official_scenes: Path) -> None:
    files = [*official_scenes.glob("case[1-5]*/*.txt"), *official_scenes.glob("training/*.txt")]
    assert len(files) >= 18
    for file in files:
        scene = read_scene(file)
        assert scene.objects[scene.target].color == (0.0, 1.0, 0.0)


def test_published_household_scene_loads_with_its_objects(official_scenes: Path) -> None:
    scene = read_scene(official_scenes / "case9-household" / "dense_clutter1.txt")
    assert all(Path(obj.shape).is_file() for obj in scene.objects)


WORDS = st.one_of(
    st.sampled_from(
        ["cube.urdf", "rect.urdf", "4.obj", "x/y.urdf", "..urdf", "0", "1", "0.5", "-1e3", "1e999", "nan", "0x1"]
    ),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.lists(WORDS, min_size=8, max_size=11), max_size=6))
def test_garbage_is_read_or_refused_never_a_crash(tmp_path: Path, lines: list[list[str]]) -> None:
    path = tmp_path / "garbage.txt"
    path.write_text("\n".join(" ".join(words) for words in lines), encoding="utf-8", errors="ignore")
    with contextlib.suppress(SceneError):
        read_scene(path)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_random_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bytes.txt"
    path.write_bytes(content)
    with pytest.raises(SceneError):
        read_scene(path)

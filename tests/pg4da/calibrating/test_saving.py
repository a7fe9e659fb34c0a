"""Values written into cell files: comments, order and everything else stay."""

from __future__ import annotations

import pytest
import yaml

from pg4da.calibrating.saving import edited, save
from pg4da.errors import BadInput

POSE = {"xyz": [0.01, 0.5, 1.25], "rpy": [3.141593, 0.0, -0.0012]}
WRITTEN = "{xyz: [0.01, 0.5, 1.25], rpy: [3.141593, 0.0, -0.0012]}"

FILE = """\
# my cell
cell: mine
camera:          # above the table
  kind: socket   # for now
  pose: {xyz: [0.0, 0.5, 1.2], rpy: [3.1, 0, 0]}  # old
  port: 5600

arms: {left: {gripper: {position_open: 3}}}  # end
"""


def test_a_pose_in_one_line():
    after = edited(FILE, ("camera", "pose"), POSE)
    assert after == FILE.replace("{xyz: [0.0, 0.5, 1.2], rpy: [3.1, 0, 0]}", WRITTEN)


def test_a_pose_that_was_not_there():
    before = FILE.replace("  pose: {xyz: [0.0, 0.5, 1.2], rpy: [3.1, 0, 0]}  # old\n", "")
    after = edited(before, ("camera", "pose"), POSE)
    assert after == before.replace("  port: 5600\n", f"  port: 5600\n  pose: {WRITTEN}\n")


def test_a_pose_in_several_lines_keeps_their_comments():
    before = "camera:\n  pose:  # where\n    xyz: [0, 0, 1]  # metres\n    rpy:\n      - 0\n      - 0\n      - 0\n"
    after = edited(before, ("camera", "pose"), POSE)
    assert "# where" in after
    assert "xyz: [0.01, 0.5, 1.25]  # metres" in after
    assert yaml.safe_load(after)["camera"]["pose"] == POSE


def test_a_pose_left_empty():
    after = edited("camera:\n  kind: x\n  pose:\n  port: 1\n", ("camera", "pose"), POSE)
    assert yaml.safe_load(after) == {"camera": {"kind": "x", "pose": POSE, "port": 1}}


def test_a_section_in_one_line():
    after = edited(FILE, ("arms", "left", "gripper", "position_closed"), 229)
    assert after.endswith("arms: {left: {gripper: {position_open: 3, position_closed: 229}}}  # end\n")
    assert edited(FILE, ("arms", "left", "gripper", "position_open"), 7).count("position_open: 7") == 1


def test_the_last_line_without_an_end():
    after = edited("camera:\n  kind: x", ("camera", "pose"), POSE)
    assert yaml.safe_load(after) == {"camera": {"kind": "x", "pose": POSE}}


def test_windows_lines_stay(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_bytes(
        FILE.replace("\n", "\r\n").replace("  pose: {xyz: [0.0, 0.5, 1.2], rpy: [3.1, 0, 0]}  # old\r\n", "").encode()
    )
    save(path, [(("camera", "pose"), POSE)])
    data = path.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_missing_section_is_told():
    with pytest.raises(BadInput, match="no section 'camera'"):
        edited("cell: x\n", ("camera", "pose"), POSE)


def test_saving_keeps_a_copy_each_time(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_text(FILE)
    first = save(path, [(("camera", "pose"), POSE)])
    second = save(path, [(("camera", "port"), 5601)])
    assert first.read_text() == FILE
    assert first != second
    assert yaml.safe_load(path.read_text())["camera"] == {"kind": "socket", "pose": POSE, "port": 5601}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cell.yaml", first.name, second.name]


def test_a_layout_that_cannot_be_kept_is_left_alone(tmp_path):
    path = tmp_path / "cell.yaml"
    text = "base: &pose {xyz: [0, 0, 0]}\ncamera: {pose: *pose}\n"
    path.write_text(text)
    with pytest.raises(BadInput, match="by hand"):
        save(path, [(("camera", "pose"), POSE)])
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInput):
        save(tmp_path / "none.yaml", [(("camera", "pose"), POSE)])

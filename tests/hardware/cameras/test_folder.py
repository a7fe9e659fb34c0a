"""Recorded pictures: what is written is what is shown, and what is wrong with a folder is told by file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pg4da.hardware.cameras.config import FolderConfig
from pg4da.hardware.cameras.folder import examine_folder
from pg4da.hardware.cameras.opening import open_camera
from pg4da.hardware.cameras.recording import DEPTH_UNIT, Recorder, Recording, RecordingError, record
from pg4da.hardware.cameras.source import CameraLost
from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.config import Pose
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.wall_clock import WallClock

K = np.array([[100.0, 0.0, 15.5], [0.0, 100.0, 11.5], [0.0, 0.0, 1.0]])


class Painted:
    """A camera whose pictures differ."""

    def __init__(self) -> None:
        self.count = 0

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        self.count += 1
        rng = np.random.default_rng(self.count)
        rgb = rng.integers(0, 256, (24, 32, 3), np.uint8)
        depth = np.where(rng.random((24, 32)) < 0.1, 0, 0.6 + rng.random((24, 32))).astype(np.float32)
        return CameraFrame(rgb, depth, K, np.eye(4), 0.1 * self.count, self.count, "P7")


@pytest.fixture
def folder(tmp_path):
    record(Painted(), tmp_path / "seen", 3)
    return tmp_path / "seen"


def opened(folder, **more):
    return open_camera(FolderConfig(kind="folder", path=str(folder), **more), WallClock())


def test_what_was_recorded_is_shown(folder):
    original, camera = Painted(), opened(folder)
    for _ in range(3):
        wanted, shown = original.capture(), camera.capture()
        assert np.array_equal(shown.rgb, wanted.rgb)
        assert np.abs(shown.depth - wanted.depth).max() <= DEPTH_UNIT / 2 + 1e-6
        assert np.array_equal(shown.depth == 0, wanted.depth == 0)
        assert np.array_equal(shown.K, K)
        assert shown.serial == "P7"


def test_stamps_are_of_the_present_and_sequences_grow(folder):
    clock = WallClock()
    camera = open_camera(FolderConfig(kind="folder", path=str(folder)), clock)
    before = clock.now()
    frames = [camera.capture() for _ in range(5)]
    assert [frame.sequence for frame in frames] == [1, 2, 3, 4, 5]
    assert before <= frames[0].stamp <= frames[-1].stamp <= clock.now()
    assert np.array_equal(frames[0].rgb, frames[3].rgb), "it begins again"


def test_without_a_loop_it_ends(folder):
    camera = opened(folder, loop=False)
    for _ in range(3):
        camera.capture()
    with pytest.raises(CameraLost, match="no more than 3"):
        camera.capture()


def test_the_cell_files_pose_replaces_the_recorded_one(folder):
    pose = Pose(xyz=(0.0, 0.5, 1.2), rpy=(3.0, 0.0, 0.0))
    assert np.allclose(opened(folder, pose=pose).capture().T_world_camera, pose.matrix)
    assert np.allclose(opened(folder).capture().T_world_camera, np.eye(4))


def test_two_recordings_are_not_mixed(folder):
    with pytest.raises(FileExistsError):
        Recorder(folder)


def test_no_recording_is_told(tmp_path):
    with pytest.raises(DeviceError, match=r"recording\.json"):
        opened(tmp_path)
    assert not examine_folder(FolderConfig(kind="folder", path=str(tmp_path)))[0].well


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("recording.json", b"{"),
        ("recording.json", b"[]"),
        ("recording.json", b'{"format": 9}'),
        ("000001.json", b"\xff"),
        ("000001.json", b'{"stamp": "now", "sequence": 1}'),
        ("000001.rgb.png", b""),
        ("000001.rgb.png", b"no picture"),
        ("000001.depth.png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_a_spoilt_file_is_named(folder, file, content):
    (folder / file).write_bytes(content)
    with pytest.raises(RecordingError, match=file.replace(".", r"\.")):
        Recording(folder).frame(1)
    assert not all(finding.well for finding in examine_folder(FolderConfig(kind="folder", path=str(folder))))


def test_a_picture_of_another_size_is_refused(folder):
    head = json.loads((folder / "recording.json").read_text())
    (folder / "recording.json").write_text(json.dumps(head | {"width": 64}))
    with pytest.raises(RecordingError, match=r"expected \(24, 64, 3\)"):
        Recording(folder).frame(0)


def test_a_sound_folder_is_well(folder):
    assert all(finding.well for finding in examine_folder(FolderConfig(kind="folder", path=str(folder))))

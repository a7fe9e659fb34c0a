"""A camera that shows recorded pictures: for tests, and to run on what another cell's camera saw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pg4da.hardware.cameras.config import FolderConfig
from pg4da.hardware.cameras.recording import Recording, RecordingError
from pg4da.hardware.cameras.source import CameraLost
from pg4da.hardware.cell import CameraFrame, Clock
from pg4da.hardware.drivers import CameraDriver, Finding
from pg4da.hardware.errors import DeviceError

NAME = "folder camera"


class FolderCamera:
    """hardware.cell.Camera. Each capture shows the next picture, stamped with the present.

    A pose in the camera's section replaces the recorded one.
    """

    def __init__(self, recording: Recording, config: FolderConfig, clock: Clock) -> None:
        self._recording, self._config, self._clock = recording, config, clock
        self._shown = 0

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """Never waits. Raises CameraLost after the last picture, or when one can't be read."""
        if self._shown >= len(self._recording) and not self._config.loop:
            remedy = "record more, or set `loop: true`"
            raise CameraLost(NAME, f"{self._config.path} has no more than {self._shown} pictures", remedy)
        try:
            frame = self._recording.frame(self._shown % len(self._recording))
        except RecordingError as error:
            raise CameraLost(NAME, str(error), "record it anew") from error
        self._shown += 1
        pose = frame.T_world_camera if self._config.pose is None else self._config.pose.matrix
        return replace(frame, T_world_camera=pose, stamp=self._clock.now(), sequence=self._shown)

    def close(self) -> None:
        """Nothing is held open."""


def open_folder(config: FolderConfig, clock: Clock) -> FolderCamera:
    """Raises DeviceError when there is no recording."""
    try:
        return FolderCamera(Recording(Path(config.path)), config, clock)
    except RecordingError as error:
        raise DeviceError(NAME, str(error), "give `path` the folder of a recording") from error


def examine_folder(config: FolderConfig) -> list[Finding]:
    """How many pictures there are, and whether each can be read."""
    try:
        recording = Recording(Path(config.path))
        for index in range(len(recording)):
            recording.frame(index)
    except RecordingError as error:
        return [Finding("camera", str(error), "give `path` the folder of a recording")]
    head = recording.header
    return [Finding("camera", f"{len(recording)} pictures of {head.width} by {head.height} in {config.path}")]


DRIVER = CameraDriver(FolderConfig, open_folder, examine_folder)

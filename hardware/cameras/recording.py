"""Pictures on disk: `recording.json` says what the camera was, and each picture is three files beside it.

000000.rgb.png (8-bit colour), 000000.depth.png (16-bit, in steps of `depth_unit` m, 0 where there is none) and
000000.json (stamp, sequence). Written so that any program can read them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pg4da.hardware.cameras.optics import Rgb
from pg4da.hardware.cell import Camera, CameraFrame

HEADER, FORMAT = "recording.json", 1
DEPTH_UNIT = 0.0001  # m: 16 bits reach 6.5 m
Row = Annotated[tuple[float, ...], Field(min_length=3, max_length=4)]


M = TypeVar("M", bound=BaseModel)


class RecordingError(ValueError):
    """A folder or a file in it is not what it should be; the message names the file."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Header(_Strict):
    """What is the same for all pictures. K: 3 rows; T_world_camera: 4 rows."""

    format: int = Field(ge=FORMAT, le=FORMAT)
    width: int = Field(ge=1, le=8192)
    height: int = Field(ge=1, le=8192)
    K: tuple[Row, Row, Row]
    T_world_camera: tuple[Row, Row, Row, Row]
    depth_unit: float = Field(gt=0)
    serial: str = ""


class Moment(_Strict):
    """What belongs to one picture. stamp [s]."""

    stamp: float
    sequence: int = Field(ge=0)


class Recorder:
    """Writes frames of one camera into a new folder. Raises FileExistsError rather than mix two recordings."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / HEADER).exists():
            raise FileExistsError(f"{folder}: there is a recording already")
        self._folder, self._count = folder, 0

    def write(self, frame: CameraFrame) -> Path:
        """The file of the frame's colours. A frame is complete once its .json is there. Raises OSError."""
        if self._count == 0:
            (self._folder / HEADER).write_text(_header(frame).model_dump_json(indent=1) + "\n")
        stem = self._folder / f"{self._count:06d}"
        color = stem.with_suffix(".rgb.png")
        counts = np.clip(np.round(frame.depth / DEPTH_UNIT), 0, 65535).astype(np.uint16)
        _write_png(color, np.ascontiguousarray(frame.rgb[:, :, ::-1]))
        _write_png(stem.with_suffix(".depth.png"), counts)
        stem.with_suffix(".json").write_text(Moment(stamp=frame.stamp, sequence=frame.sequence).model_dump_json())
        self._count += 1
        return color


def record(camera: Camera, folder: Path, count: int, timeout: float = 1.0) -> list[Path]:
    """Write `count` frames of any camera, each taken after the one before was written. Raises TimeoutError, OSError."""
    recorder = Recorder(folder)
    return [recorder.write(camera.capture(timeout)) for _ in range(count)]


class Recording:
    """A folder that a Recorder, or another program, wrote. Raises RecordingError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.header = _read(folder / HEADER, Header)
        self.names = sorted(path.name.removesuffix(".json") for path in folder.glob("[0-9]*.json"))
        if not self.names:
            raise RecordingError(f"{folder}: no pictures (000000.json and so on)")

    def __len__(self) -> int:
        return len(self.names)

    def frame(self, index: int) -> CameraFrame:
        """One of them, with the stamp of its recording. Raises RecordingError."""
        stem, head = self._folder / self.names[index], self.header
        moment = _read(stem.with_suffix(".json"), Moment)
        bgr = self._png(stem.with_suffix(".rgb.png"), (head.height, head.width, 3), np.uint8)
        counts = self._png(stem.with_suffix(".depth.png"), (head.height, head.width), np.uint16)
        depth = counts.astype(np.float32) * np.float32(head.depth_unit)
        rgb: Rgb = np.ascontiguousarray(bgr[:, :, ::-1])
        K, T = np.array(head.K, float), np.array(head.T_world_camera, float)
        return CameraFrame(rgb, depth, K, T, moment.stamp, moment.sequence, head.serial)

    def _png(self, path: Path, shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
        import cv2

        image = cv2.imdecode(np.frombuffer(_bytes(path), np.uint8), cv2.IMREAD_UNCHANGED)
        if image is None or image.shape != shape or image.dtype != kind:
            found = "no PNG" if image is None else f"{image.shape} of {image.dtype}"
            raise RecordingError(f"{path}: expected {shape} of {np.dtype(kind)}, found {found}")
        return np.asarray(image)


def _header(frame: CameraFrame) -> Header:
    height, width = frame.depth.shape
    return Header.model_validate(
        {
            "format": FORMAT,
            "width": width,
            "height": height,
            "K": frame.K.tolist(),
            "T_world_camera": frame.T_world_camera.tolist(),
            "depth_unit": DEPTH_UNIT,
            "serial": frame.serial,
        }
    )


def _write_png(path: Path, image: NDArray[Any]) -> None:
    import cv2

    _, data = cv2.imencode(".png", image)
    path.write_bytes(data.tobytes())


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    if not data:
        raise RecordingError(f"{path}: is empty")
    return data


def _read(path: Path, model: type[M]) -> M:
    try:
        return model.model_validate(json.loads(_bytes(path)))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: no JSON: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RecordingError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error

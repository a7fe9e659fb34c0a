"""What a cell file says of a camera, one model a kind. `pose` stays empty until `pg4da calibrate camera` fills it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pg4da.hardware.config import CameraConfig, Part

Coefficient = Annotated[float, Field(ge=-100, le=100)]


class Lens(Part):
    """Focal lengths, principal point and distortion of the colour picture, as OpenCV has them."""

    fx: float = Field(gt=0, description="focal length [px]")
    fy: float = Field(gt=0, description="focal length [px]")
    cx: float = Field(description="principal point from the left [px]")
    cy: float = Field(description="principal point from the top [px]")
    distortion: tuple[Coefficient, ...] = Field(
        default=(), max_length=8, description="k1, k2, p1, p2, k3, k4, k5, k6; what is left out is 0"
    )


class LiveConfig(CameraConfig):
    """A camera that streams by itself."""

    serial: str | None = Field(default=None, min_length=1, description="which one, where several are plugged in")
    width: int = Field(default=640, ge=160, le=4096, description="of the picture [px]")
    height: int = Field(default=480, ge=120, le=4096, description="of the picture [px]")
    rate: int = Field(default=30, ge=1, le=120, description="pictures a second")
    latency: float = Field(
        default=0.07, ge=0, le=1, description="longest time from a picture's exposure to its arrival [s]"
    )
    silence: float = Field(default=1.0, ge=0.1, le=10, description="without a new picture it counts as lost after [s]")
    near: float = Field(default=0.3, ge=0, description="depth below this is taken as none [m]")
    far: float = Field(default=3.0, gt=0, description="depth beyond this is taken as none [m]")
    lens: Lens | None = Field(default=None, description="instead of what the camera itself says of its lens")

    @model_validator(mode="after")
    def _near_before_far(self) -> LiveConfig:
        if self.near >= self.far:
            raise ValueError(f"near ({self.near:g}) must lie below far ({self.far:g})")
        return self


class XtionConfig(LiveConfig):
    """Asus Xtion or another camera of OpenNI2. It says nothing of its distortion: `lens` does."""

    kind: Literal["xtion"] = Field(description="Asus Xtion, through OpenNI2")
    library: str | None = Field(default=None, description="folder of libOpenNI2.so, where the system does not find it")


class RealSenseConfig(LiveConfig):
    """Intel RealSense."""

    kind: Literal["realsense"] = Field(description="Intel RealSense, through pyrealsense2")


class OrbbecConfig(LiveConfig):
    """Orbbec cameras of the second software kit."""

    kind: Literal["orbbec"] = Field(description="Orbbec, through pyorbbecsdk2")


class FolderConfig(CameraConfig):
    """Recorded pictures, one after the other."""

    kind: Literal["folder"] = Field(description="a folder of recorded pictures")
    path: str = Field(min_length=1, description="the folder; one that is not absolute is searched where pg4da runs")
    loop: bool = Field(default=True, description="begin again after the last picture; otherwise it has no more")


class SocketConfig(CameraConfig):
    """A camera in another process or on another machine, such as the emulator's."""

    kind: Literal["socket"] = Field(description="a camera server, such as `pg4da emulate`'s")
    host: str = Field(default="127.0.0.1", min_length=1, description="its address")
    port: int = Field(default=5600, ge=1, le=65535, description="its port")
    silent_after: float = Field(
        default=0.2, ge=0.05, le=5.0, description="lost after this without a sign of life, or frozen [s]"
    )


AnyCameraConfig = XtionConfig | RealSenseConfig | OrbbecConfig | FolderConfig | SocketConfig

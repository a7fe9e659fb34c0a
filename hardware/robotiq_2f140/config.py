"""What the cell file says about a Robotiq 2F-140."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pg4da.hardware.config import GripperConfig, Part
from pg4da.hardware.robotiq_2f140.parameters import MAX_FORCE, MAX_SPEED, MIN_FORCE, MIN_SPEED

LEAST_STROKE = 150  # counts between the ends; a 2F-140 has about 226
Count = Annotated[int, Field(ge=0, le=255)]
Port = Annotated[int, Field(ge=1, le=65535)]
Unit = Annotated[int, Field(ge=1, le=247)]


class SerialLink(Part):
    """Modbus RTU over RS-485, 8 data bits, no parity, 1 stop bit."""

    kind: Literal["rtu"] = "rtu"
    port: str = Field(min_length=1, description="serial device, such as /dev/ttyUSB0")
    baudrate: int = Field(default=115200, ge=9600, le=115200, description="bit/s")
    unit: Unit = Field(default=9, description="Modbus address")


class RtuOverTcpLink(Part):
    """Modbus RTU frames over TCP: the wrist's RS-485 through the UR's RS485 URCap."""

    kind: Literal["rtu-tcp"] = "rtu-tcp"
    host: str = Field(min_length=1, description="address of the robot's controller")
    port: Port = Field(default=54321, description="of the RS485 URCap")
    unit: Unit = Field(default=9, description="Modbus address")


class TcpLink(Part):
    """Modbus TCP, through a gateway."""

    kind: Literal["tcp"] = "tcp"
    host: str = Field(min_length=1, description="address of the gateway")
    port: Port = Field(default=502, description="of the gateway")
    unit: Unit = Field(default=9, description="Modbus address")


class UrcapLink(Part):
    """The string protocol of Robotiq's own URCap, never together with `rtu-tcp`."""

    kind: Literal["urcap"] = "urcap"
    host: str = Field(min_length=1, description="address of the robot's controller")
    port: Port = Field(default=63352, description="of the Robotiq URCap")


Link = SerialLink | RtuOverTcpLink | TcpLink | UrcapLink


class Robotiq2F140Config(GripperConfig):
    """A Robotiq 2F-140, the way to it, and where its ends are."""

    kind: Literal["robotiq_2f140"] = Field(default="robotiq_2f140", description="Robotiq 2F-140")
    link: Annotated[Link, Field(discriminator="kind", description="the way to it: rtu, rtu-tcp, tcp or urcap")]
    position_open: Count = Field(default=3, description="counts that it reports fully open (pg4da calibrate gripper)")
    position_closed: Count = Field(default=229, description="counts that it reports fully closed, nothing in between")
    max_speed: float = Field(default=MAX_SPEED, ge=MIN_SPEED, le=MAX_SPEED, description="m/s of the width")
    max_force: float = Field(default=MAX_FORCE, ge=MIN_FORCE, le=MAX_FORCE, description="N of a pad")
    activate: bool = Field(
        default=True, description="on connecting, where it is not active: its fingers close and open fully"
    )
    period: float = Field(default=0.02, ge=0.005, le=0.2, description="s between looks at its state")
    timeout: float = Field(
        default=0.3, ge=0.05, le=2.0, description="s without an answer after which it counts as lost"
    )

    @model_validator(mode="after")
    def _ends_apart(self) -> Robotiq2F140Config:
        if self.position_closed - self.position_open < LEAST_STROKE:
            raise ValueError(
                f"position_closed ({self.position_closed}) must lie at least {LEAST_STROKE} counts above "
                f"position_open ({self.position_open}): run `pg4da calibrate gripper`"
            )
        return self

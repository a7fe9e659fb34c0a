"""From the cell file's section to a gripper that is ready, or a message that says why not."""

from __future__ import annotations

from pg4da.hardware.cell import Clock, Progress
from pg4da.hardware.drivers import Finding, GripperDriver
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.robotiq_2f140.config import Robotiq2F140Config, RtuOverTcpLink, SerialLink, TcpLink, UrcapLink
from pg4da.hardware.robotiq_2f140.driver import Robotiq2F140
from pg4da.hardware.robotiq_2f140.faults import fault
from pg4da.hardware.robotiq_2f140.link import Link, LinkError
from pg4da.hardware.robotiq_2f140.modbus_link import ModbusLink
from pg4da.hardware.robotiq_2f140.registers import Status
from pg4da.hardware.robotiq_2f140.scaling import Ends
from pg4da.hardware.robotiq_2f140.urcap_link import StringLink

DEVICE = "2F-140"
ACTIVATION_TIME = 15.0  # s, more than the activation's own limits together
LOOK = {
    SerialLink: "look after the cable, the device's name, its permissions, and `unit`",
    RtuOverTcpLink: "install the RS485 URCap on the controller, not beside Robotiq's, and look at `host`, `unit`",
    TcpLink: "look at the gateway's address and `unit`",
    UrcapLink: "install Robotiq's URCap on the controller, and look at `host`",
}


def connect_gripper(config: Robotiq2F140Config, clock: Clock) -> Robotiq2F140:
    """A connected gripper; one that is not active is activated first, if the file allows (its fingers then move).

    Blocks while that takes, some 5 s. Raises DeviceError when it can't be reached or activated.
    """
    gripper = Robotiq2F140(make_link(config), config, clock)
    try:
        gripper.start()
    except LinkError as problem:
        raise DeviceError(DEVICE, str(problem), LOOK[type(config.link)]) from None
    if config.activate and needs_activation(gripper.status):
        try:
            _activate(gripper)
        except BaseException:
            gripper.close()
            raise
    return gripper


def make_link(config: Robotiq2F140Config) -> Link:
    """The way that the file names. One exchange is given half of what may pass without an answer."""
    if isinstance(config.link, UrcapLink):
        return StringLink(config.link, config.timeout / 2)
    return ModbusLink(config.link, config.timeout / 2)


def needs_activation(status: Status) -> bool:
    """Whether it won't move before a new activation."""
    known = fault(status.gFLT)
    return not status.active or (known is not None and known.needs_reset)


def examine_gripper(config: Robotiq2F140Config) -> list[Finding]:
    """For `pg4da doctor`: whether it answers, what it reports. Moves nothing."""
    link = make_link(config)
    try:
        link.open()
        for _ in range(3):  # the first answers after a silence still tell of it
            status = link.read()
    except LinkError as problem:
        return [Finding(DEVICE, str(problem), LOOK[type(config.link)])]
    finally:
        link.close()
    return [Finding(DEVICE, f"answers at {link.address}"), *_findings(config, status)]


def _findings(config: Robotiq2F140Config, status: Status) -> list[Finding]:
    known = fault(status.gFLT)
    width = Ends(config.position_open, config.position_closed).width(status.gPO)
    idle = "" if config.activate else "activate it, or set `activate: true`"
    return [
        Finding("fault", known.name if known else "none", known.remedy if known else ""),
        Finding("activation", "active" if status.active else "not active", "" if status.active else idle),
        Finding("width", f"{1000 * width:.1f} mm ({status.gPO} counts)"),
    ]


def _activate(gripper: Robotiq2F140) -> None:
    handle = gripper.activate()
    handle.ended.wait(ACTIVATION_TIME)
    if handle.progress is not Progress.DONE:
        raise DeviceError(DEVICE, handle.message or "its activation did not end", f"look at {gripper.address}")


DRIVER = GripperDriver(Robotiq2F140Config, connect_gripper, examine_gripper)

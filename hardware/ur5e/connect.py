"""A UR5e as the cell file names it."""

from __future__ import annotations

from pg4da.hardware.cell import Clock, Gripper
from pg4da.hardware.drivers import ArmDriver
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.driver import Ur5e, kinematics_of
from pg4da.hardware.ur5e.readiness import examine_arm


def connect_arm(name: str, config: Ur5eConfig, gripper: Gripper, clock: Clock) -> Ur5e:
    """Check the controller and take it over; nothing moves. Blocks for seconds. Raises DeviceError."""
    arm = Ur5e(name, config, gripper, clock)
    try:
        arm.start()
    except BaseException:
        arm.close()
        raise
    return arm


DRIVER = ArmDriver(Ur5eConfig, connect_arm, kinematics_of, examine_arm)

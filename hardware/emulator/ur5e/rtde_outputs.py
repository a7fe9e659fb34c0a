"""Variables that an RTDE client may read, and where each comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pg4da.hardware.emulator.ur5e.geometry import Chain, chain, pose_of
from pg4da.hardware.emulator.ur5e.registers import COUNT
from pg4da.hardware.emulator.ur5e.rtde_types import Field
from pg4da.hardware.emulator.ur5e.safety import RobotMode
from pg4da.hardware.frames import Array

if TYPE_CHECKING:
    from pg4da.hardware.emulator.ur5e.controller import Controller

POWERED, PROGRAM_RUNS = 1, 2  # robot_status_bits
JOINT_RUNNING, JOINT_OFF = 253, 239  # joint_mode
VOLTAGE = 48.0  # V


@dataclass
class Sample:
    """What was measured at one moment: stamp [s], q and dq (6,), with the measuring noise in it."""

    controller: Controller
    stamp: float
    q: Array
    dq: Array
    _links: Chain | None = None

    @property
    def links(self) -> Chain:
        """The arm as measured; worked out once, when a client asks for it."""
        if self._links is None:
            self._links = chain(self.q)
        return self._links

    @property
    def tcp(self) -> Array:
        """T_base_tcp as measured."""
        return np.asarray(self.links.flange @ self.controller.settings.tcp)

    @property
    def twist(self) -> Array:
        """Velocity of the tool as measured, in the base frame."""
        return np.asarray(self.links.jacobian(self.tcp[:3, 3]) @ self.dq)


Read = Callable[[Sample], Field]


def _status(s: Sample) -> Field:
    c = s.controller
    powered = POWERED if c.safety.robot_mode >= RobotMode.IDLE else 0
    return powered | (PROGRAM_RUNS if c.program is not None and not c.paused else 0)


def _joint_modes(s: Sample) -> Field:
    running = s.controller.safety.robot_mode is RobotMode.RUNNING
    return [JOINT_RUNNING if running else JOINT_OFF] * 6


def _digital_outputs(s: Sample) -> Field:
    return s.controller.panel.bits


def _force(s: Sample) -> Field:
    """Its size; the direction is not known and said to be up."""
    return [0.0, 0.0, s.controller.arm.force, 0.0, 0.0, 0.0]


def _plain() -> dict[str, tuple[str, Read]]:
    return {
        "timestamp": ("DOUBLE", lambda s: s.stamp),
        "target_q": ("VECTOR6D", lambda s: s.controller.drive.q.tolist()),
        "target_qd": ("VECTOR6D", lambda s: s.controller.drive.dq.tolist()),
        "actual_q": ("VECTOR6D", lambda s: s.q.tolist()),
        "actual_qd": ("VECTOR6D", lambda s: s.dq.tolist()),
        "actual_TCP_pose": ("VECTOR6D", lambda s: pose_of(s.tcp)),
        "target_TCP_pose": ("VECTOR6D", lambda s: pose_of(s.controller.target_tcp)),
        "actual_TCP_speed": ("VECTOR6D", lambda s: s.twist.tolist()),
        "target_TCP_speed": ("VECTOR6D", lambda s: s.controller.target_twist.tolist()),
        "actual_TCP_force": ("VECTOR6D", _force),
        "tcp_force_scalar": ("DOUBLE", lambda s: s.controller.arm.force),
        "robot_mode": ("INT32", lambda s: int(s.controller.safety.robot_mode)),
        "joint_mode": ("VECTOR6INT32", _joint_modes),
        "safety_mode": ("INT32", lambda s: int(s.controller.safety.mode)),
        "safety_status": ("INT32", lambda s: int(s.controller.safety.mode)),
        "robot_status_bits": ("UINT32", _status),
        "safety_status_bits": ("UINT32", lambda s: s.controller.safety.bits),
        "runtime_state": ("UINT32", lambda s: s.controller.runtime_state),
        "speed_scaling": ("DOUBLE", lambda s: s.controller.drive.scaling),
        "target_speed_fraction": ("DOUBLE", lambda s: s.controller.drive.scaling),
        "payload": ("DOUBLE", lambda s: s.controller.settings.mass),
        "payload_cog": ("VECTOR3D", lambda s: list(s.controller.settings.centre)),
        "payload_inertia": ("VECTOR6D", lambda s: list(s.controller.settings.inertia)),
        "tool_accelerometer": ("VECTOR3D", lambda s: [0.0, 0.0, 9.81]),
        "actual_tool_accelerometer": ("VECTOR3D", lambda s: [0.0, 0.0, 9.81]),
        "actual_digital_input_bits": ("UINT64", lambda s: 0),
        "actual_digital_output_bits": ("UINT64", _digital_outputs),
        "actual_robot_voltage": ("DOUBLE", lambda s: VOLTAGE),
        "actual_main_voltage": ("DOUBLE", lambda s: VOLTAGE),
        "joint_temperatures": ("VECTOR6D", lambda s: [30.0] * 6),
        "actual_joint_voltage": ("VECTOR6D", lambda s: [VOLTAGE] * 6),
    }


# Not emulated, told as zero: nothing of this project decides anything by them.
_ZERO_VECTORS = (
    "target_qdd",
    "target_current",
    "target_moment",
    "actual_current",
    "actual_current_window",
    "joint_control_output",
    "ft_raw_wrench",
)
_ZEROS = (
    "actual_execution_time",
    "actual_momentum",
    "actual_robot_current",
    "standard_analog_input0",
    "standard_analog_input1",
    "standard_analog_output0",
    "standard_analog_output1",
)


def _registers(i: int) -> dict[str, tuple[str, Read]]:
    """The four registers of a number."""
    return {
        f"output_int_register_{i}": ("INT32", lambda s: s.controller.registers.integers[i]),
        f"output_double_register_{i}": ("DOUBLE", lambda s: s.controller.registers.floats[i]),
        f"input_int_register_{i}": ("INT32", lambda s: s.controller.registers.read_integer(i)),
        f"input_double_register_{i}": ("DOUBLE", lambda s: s.controller.registers.read_float(i)),
    }


def _table() -> dict[str, tuple[str, Read]]:
    table = _plain()
    table.update({name: ("VECTOR6D", lambda s: [0.0] * 6) for name in _ZERO_VECTORS})
    table.update({name: ("DOUBLE", lambda s: 0.0) for name in _ZEROS})
    for i in range(COUNT):
        table.update(_registers(i))
    return table


OUTPUTS: Mapping[str, tuple[str, Read]] = _table()

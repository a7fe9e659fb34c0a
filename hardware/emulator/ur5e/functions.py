"""The functions of the controller that scripts may call: those at once, and those that take cycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from pg4da.hardware.emulator.ur5e import motions
from pg4da.hardware.emulator.ur5e.drive import CYCLE
from pg4da.hardware.emulator.ur5e.geometry import between, chain, matrix, pose_of
from pg4da.hardware.emulator.ur5e.reach import nearest, within_range
from pg4da.hardware.emulator.ur5e.script_frame import Steps
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import Pose, Value, number, six
from pg4da.hardware.frames import Array, inverse

if TYPE_CHECKING:
    from pg4da.hardware.emulator.ur5e.controller import Controller


class Functions:
    """Implements script_frame.Host for one controller."""

    def __init__(self, controller: Controller) -> None:
        self._c = controller
        self.instant: Mapping[str, Callable[..., Value]] = {
            **_registers(controller),
            **_settings(controller),
            **self._geometry(),
            **_signals(controller),
        }
        self.timed: Mapping[str, Callable[..., Steps]] = {
            "movej": self._movej,
            "movel": self._movel,
            "movep": self._movel,
            "servoj": self._servoj,
            "servoc": self._servoc,
            "speedj": self._speedj,
            "speedl": self._speedl,
            "stopj": lambda a=2.0: motions.stop_joints(controller.drive, number(a, "the deceleration")),
            "stopl": self._stopl,
            "sync": _sync,
            "sleep": lambda t: _sleep(number(t, "the time")),
        }

    # motions

    def _configuration(self, goal: Value) -> Array:
        return self._inverse(goal) if isinstance(goal, Pose) else np.array(six(goal, "the goal"))

    def _movej(self, q: Value, a: Value = 1.4, v: Value = 1.05, t: Value = 0, r: Value = 0) -> Steps:
        goal = self._configuration(q)
        return motions.to_configuration(self._c.drive, goal, number(a, "the acceleration"), number(v, "the speed"))

    def _movel(self, pose: Value, a: Value = 1.2, v: Value = 0.25, t: Value = 0, r: Value = 0) -> Steps:
        tcp = self._c.settings.tcp
        goal = six(pose, "the goal")
        T = matrix(goal) if isinstance(pose, Pose) else chain(goal).flange @ tcp
        acceleration, speed = number(a, "the acceleration"), number(v, "the speed")
        return motions.to_pose(self._c.drive, T, tcp, motions.positive(acceleration, "the acceleration"), speed)

    def _servoj(
        self,
        q: Value,
        a: Value = 0,
        v: Value = 0,
        t: Value = CYCLE,
        lookahead_time: Value = 0.1,
        gain: Value = 300,
    ) -> Steps:
        goal = np.array(six(q, "the goal"))
        return motions.servo(self._c.drive, goal, number(t, "the time"), number(lookahead_time, "lookahead_time"))

    def _servoc(self, pose: Value, a: Value = 1.2, v: Value = 0.25, r: Value = 0) -> Steps:
        return motions.servo(self._c.drive, self._configuration(pose), CYCLE, 0.1)

    def _speedj(self, qd: Value, a: Value = 0.5, t: Value = 0) -> Steps:
        speed = np.array(six(qd, "the speed"))
        return motions.joint_speed(self._c.drive, speed, number(a, "the acceleration"), number(t, "the time"))

    def _speedl(self, xd: Value, a: Value = 0.5, t: Value = 0, aRot: Value = 0) -> Steps:
        twist, tcp = np.array(six(xd, "the speed")), self._c.settings.tcp
        return motions.tool_speed(self._c.drive, twist, tcp, number(a, "the acceleration"), number(t, "the time"))

    def _stopl(self, a: Value = 10.0, aRot: Value = 0) -> Steps:
        return motions.stop_tool(self._c.drive, self._c.settings.tcp, number(a, "the deceleration"))

    # geometry

    def _geometry(self) -> dict[str, Callable[..., Value]]:
        return {
            "pose_trans": lambda a, b: Pose(pose_of(matrix(six(a, "a pose")) @ matrix(six(b, "a pose")))),
            "pose_inv": lambda a: Pose(pose_of(inverse(matrix(six(a, "a pose"))))),
            "pose_sub": _pose_sub,
            "norm": lambda v: float(np.linalg.norm(v)),
            "get_inverse_kin": lambda x, qnear=None, *limits, **named: self._inverse(x, qnear).tolist(),
            "get_inverse_kin_has_solution": lambda x, qnear=None, *limits, **named: self._reaches(x),
            "get_forward_kin": self._forward,
            "get_actual_tcp_pose": self._forward,
            "get_actual_tool_flange_pose": lambda: Pose(pose_of(chain(self._c.arm.q).flange)),
            "get_target_tcp_speed": lambda: Pose(self._c.target_twist.tolist()),
            "get_target_waypoint": lambda: Pose(pose_of(self._c.target_tcp)),
            "get_actual_joint_positions": lambda: self._c.arm.q.tolist(),
            "get_actual_joint_positions_history": lambda steps=0: self._c.arm.q.tolist(),
            "is_within_safety_limits": self._within_limits,
            "is_steady": lambda: self._c.drive.resting,
        }

    def _inverse(self, pose: Value, near: Value = None) -> Array:
        """Raises ScriptError out of reach, which ends the program as on the robot."""
        q = nearest(matrix(six(pose, "the pose")), self._c.settings.tcp, self._near(near))
        if q is None:
            raise ScriptError("no inverse kinematics for this pose")
        return q

    def _near(self, near: Value) -> Array:
        return self._c.drive.q if near is None else np.array(six(near, "qnear"))

    def _reaches(self, pose: Value) -> bool:
        return nearest(matrix(six(pose, "the pose")), self._c.settings.tcp, self._c.drive.q) is not None

    def _forward(self, q: Value = None, tcp: Value = None) -> Pose:
        offset = self._c.settings.tcp if tcp is None else matrix(six(tcp, "the tcp"))
        return Pose(pose_of(chain(self._c.arm.q if q is None else six(q, "q")).flange @ offset))

    def _within_limits(self, goal: Value) -> bool:
        if isinstance(goal, Pose):
            return self._reaches(goal)
        return within_range(np.array(six(goal, "the configuration")))


def _pose_sub(a: Value, b: Value) -> Pose:
    return Pose(between(matrix(six(b, "a pose")), matrix(six(a, "a pose"))).tolist())


def _sync() -> Steps:
    yield


def _sleep(seconds: float) -> Steps:
    for _ in range(motions.cycles(seconds)):
        yield


def _registers(c: Controller) -> dict[str, Callable[..., Value]]:
    return {
        "read_input_integer_register": c.registers.read_integer,
        "read_input_float_register": c.registers.read_float,
        "write_output_integer_register": lambda i, v: c.registers.write_integer(i, number(v, "the value")),
        "write_output_float_register": lambda i, v: c.registers.write_float(i, number(v, "the value")),
    }


def _settings(c: Controller) -> dict[str, Callable[..., Value]]:
    s = c.settings
    return {
        "set_payload": s.set_payload,
        "set_target_payload": s.set_payload,
        "get_target_payload": lambda: s.mass,
        "get_target_payload_cog": lambda: list(s.centre),
        "get_target_payload_inertia": lambda: list(s.inertia),
        "set_tcp": s.set_tcp,
        "get_tcp_offset": lambda: Pose(pose_of(s.tcp)),
        "get_steptime": lambda: CYCLE,
        "set_gravity": lambda direction: None,
        "freedrive_mode": lambda *a, **k: c.set_freedrive(True),
        "teach_mode": lambda: c.set_freedrive(True),
        "end_freedrive_mode": lambda: c.set_freedrive(False),
        "end_teach_mode": lambda: c.set_freedrive(False),
        "get_freedrive_status": lambda: int(c.freedrive),
    }


def _signals(c: Controller) -> dict[str, Callable[..., Value]]:
    force = {
        name: _no_force(name)
        for name in ("force_mode", "enable_external_ft_sensor", "ft_rtde_input_enable", "zero_ftsensor")
    }
    return {
        **force,
        "end_force_mode": lambda: None,
        "force_mode_set_gain_scaling": lambda scaling: None,
        "force_mode_set_damping": lambda damping: None,
        "textmsg": lambda *parts: c.say("".join(_shown(part) for part in parts)),
        "protective_stop": lambda: c.protective_stop("requested by the program"),
        "rtde_set_watchdog": c.set_watchdog,
        "get_joint_torques": lambda: [0.0] * 6,
        "tool_contact": lambda direction=None: 0,
    }


def _no_force(name: str) -> Callable[..., Value]:
    def refuse(*arguments: Value, **named: Value) -> Value:
        raise ScriptError(f"{name}() needs a force sensor, which is not emulated")

    return refuse


def _shown(part: Value) -> str:
    return f"{part:g}" if isinstance(part, float) else str(part)

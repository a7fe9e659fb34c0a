"""A 2F-140 in MuJoCo: one motor on both fingers."""

from __future__ import annotations

import mujoco

from pg4da.hardware.cell import Clock
from pg4da.hardware.description.gripper import GRIPPER_JOINTS
from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.sim.driven_gripper import DRAG, STALL_TORQUE, STIFFNESS, DrivenGripper
from pg4da.sim.pace import Pace
from pg4da.sim.physics import implicit_damping


def add_motor(spec: mujoco.MjSpec, name: str) -> None:
    """Actuator `{name}/grip` on the mean of both knuckle angles; the force limit is set while it runs."""
    tendon = spec.add_tendon(name=f"{name}/grip")
    for joint in GRIPPER_JOINTS[:2]:
        tendon.wrap_joint(f"{name}/{joint}", 0.5)
        # Not the tendon's own armature, of which MuJoCo leaves out what couples two branches: here, half of it.
        spec.joint(f"{name}/{joint}").armature += implicit_damping(spec, DRAG) / 2
    tendon.damping = [DRAG, 0.0, 0.0]  # on the tendon, outside the motor's force limit
    motor = spec.add_actuator(
        name=f"{name}/grip",
        target=f"{name}/grip",
        trntype=mujoco.mjtTrn.mjTRN_TENDON,
        forcerange=[-STALL_TORQUE, STALL_TORQUE],
    )
    motor.set_to_position(kp=STIFFNESS)


class SimGripper(DrivenGripper):
    """hardware.cell.Gripper: joints of `model` named `{name}/...`."""

    def __init__(
        self,
        name: str,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        clock: Clock,
        width: float = 0.0,
        pace: Pace | None = None,
    ) -> None:
        super().__init__(clock, model.opt.timestep, width, pace)
        self._model, self._data = model, data
        joints = [model.joint(f"{name}/{joint}").id for joint in GRIPPER_JOINTS]
        self._qpos = model.jnt_qposadr[joints]
        self._dof = model.jnt_dofadr[joints[:2]]
        self._motor = model.actuator(f"{name}/grip").id
        data.qpos[self._qpos] = linkage.angle(width)
        self._write()

    def _angle(self) -> float:
        a, b = self._data.qpos[self._qpos[:2]]
        return float(a + b) / 2

    def _rate(self) -> float:
        a, b = self._data.qvel[self._dof]
        return float(a + b) / 2

    def _drive(self, angle: float, low: float, high: float) -> None:
        self._data.ctrl[self._motor] = angle
        self._model.actuator_forcerange[self._motor] = (low, high)

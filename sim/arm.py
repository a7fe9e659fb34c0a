"""A UR5e under joint servos."""

from __future__ import annotations

import mujoco
import numpy as np

from pg4da.hardware.cell import Clock
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import Array
from pg4da.hardware.robotiq_2f140.parameters import T_FLANGE_TOOL
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import HOME, JOINTS, MAX_TORQUE
from pg4da.sim.follower import Follower, Tolerances
from pg4da.sim.gripper import SimGripper
from pg4da.sim.pace import Pace
from pg4da.sim.physics import implicit_damping

# Stiffness [Nm/rad] and damping [Nms/rad]: near critical for the arm stretched out with a gripper. With the velocity
# of the set point fed forward the arms stay within 5 mrad of it (tests/sim/test_arm.py).
STIFFNESS = (12000.0, 12000.0, 8000.0, 2500.0, 2000.0, 1500.0)
DAMPING = (500.0, 500.0, 300.0, 60.0, 45.0, 30.0)


def add_servos(spec: mujoco.MjSpec, name: str) -> None:
    """Position servos `{name}/{joint}` limited to the maker's torques."""
    for joint, kp, kd, limit in zip(JOINTS, STIFFNESS, DAMPING, MAX_TORQUE, strict=True):
        servo = spec.add_actuator(
            name=f"{name}/{joint}",
            target=f"{name}/{joint}",
            trntype=mujoco.mjtTrn.mjTRN_JOINT,
            forcerange=[-limit, limit],
        )
        servo.set_to_position(kp=kp, kv=kd)
        spec.joint(f"{name}/{joint}").armature += implicit_damping(spec, kd)


FORCE_LIMIT = 150.0  # N at the tool, a UR's default safety limit: beyond it the arm stops itself


class MujocoArm(Follower):
    """hardware.cell.Arm: joints of `model` named `{name}/...`."""

    def __init__(
        self,
        name: str,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        clock: Clock,
        gripper: SimGripper,
        pace: Pace | None = None,
    ) -> None:
        kinematics = UR5eKinematics(ARM_BASES[name], T_FLANGE_TOOL)
        super().__init__(name, kinematics, gripper, HOME.copy(), clock, model.opt.timestep, Tolerances(), pace)
        joints = [model.joint(f"{name}/{joint}").id for joint in JOINTS]
        self._model, self._data = model, data
        self._tool = model.site(f"{name}/tool").id
        self._qpos = model.jnt_qposadr[joints]
        self._dof = model.jnt_dofadr[joints]
        self._ctrl = np.array([model.actuator(f"{name}/{joint}").id for joint in JOINTS])
        # Damping acts on the velocity after a step, stiffness on the position before it: hence one step less.
        self._lead = np.array(DAMPING) / np.array(STIFFNESS) - model.opt.timestep
        self.base = ARM_BASES[name]
        data.qpos[self._qpos] = HOME
        self._command(HOME, np.zeros(len(JOINTS)))

    def _measure(self) -> tuple[Array, Array]:
        return self._data.qpos[self._qpos], self._data.qvel[self._dof]

    @property
    def tool_force(self) -> float:
        """What pushes back on the tool [N], from the torque that contacts put on the joints.

        The controller estimates it so from its currents. 0 while it is small.
        """
        torque = self._data.qfrc_constraint[self._dof]
        if np.abs(torque).max() < FORCE_LIMIT * 0.05:
            return 0.0
        jacobian = np.zeros((3, self._model.nv))
        mujoco.mj_jacSite(self._model, self._data, jacobian, None, self._tool)
        return float(np.linalg.norm(np.linalg.lstsq(jacobian[:, self._dof].T, torque, rcond=0.1)[0]))

    def _pushed_back(self) -> str:
        force = self.tool_force
        return f"protective stop: {force:.0f} N at the tool" if force > FORCE_LIMIT else ""

    def _command(self, q: Array, dq: Array) -> None:
        self._data.ctrl[self._ctrl] = q + self._lead * dq

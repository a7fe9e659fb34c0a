"""The simulated cell with arms that controllers outside drive."""

from __future__ import annotations

import mujoco

from pg4da.sim.cell import MujocoCell
from pg4da.sim.driven_gripper import DrivenGripper
from pg4da.sim.emulated.arm import ServoedArm
from pg4da.sim.follower import Follower
from pg4da.sim.gripper import SimGripper


class EmulatedCell(MujocoCell):
    """The same model, scene and seed as `--cell sim`; `step` instead of `advance`."""

    def _make_arm(self, name: str, arms: bool) -> Follower:
        gripper = SimGripper(name, self.model, self.data, self.clock, pace=self._pace)
        return ServoedArm(name, self.model, self.data, self.clock, gripper, self._pace)

    def servoed(self, name: str) -> ServoedArm:
        arm = self.arms[name]
        assert isinstance(arm, ServoedArm)
        return arm

    def gripper(self, name: str) -> DrivenGripper:
        return self.arms[name].gripper

    def take_over(self, other: EmulatedCell) -> None:
        """Arms, fingers and time as another cell has them; what the fingers held is gone."""
        for i in range(self.model.njnt):
            joint = self.model.joint(i)
            if joint.name.split("/")[0] in self.arms:
                self.data.joint(joint.name).qpos[:] = other.data.joint(joint.name).qpos
                self.data.joint(joint.name).qvel[:] = other.data.joint(joint.name).qvel
        self.data.time = other.data.time
        for name in self.arms:
            self.servoed(name).forget()
            self.servoed(name).set(other.servoed(name).measured[0])
            self.gripper(name).move(other.gripper(name).state.width)
        mujoco.mj_forward(self.model, self.data)

    @property
    def arms_touch_objects(self) -> bool:
        """Whether any part of an arm or gripper meets an object."""
        owner = [self.model.body(int(body)).name.split("/")[0] for body in self.model.geom_bodyid]
        pairs = ({owner[a], owner[b]} for a, b in self.data.contact.geom)
        return any("object" in pair and pair & set(self.arms) for pair in pairs)

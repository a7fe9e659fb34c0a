"""One scene on which pushes are tried from the same start again and again: what a ranking of pushes learns from.

The grippers float and are set down where a push begins; only what touches objects is simulated.
"""

from __future__ import annotations

from collections.abc import Generator

import mujoco
import numpy as np

from pg4da.hardware.frames import Array, looking_down
from pg4da.policies.types import MapGrid, Observation, Push, PushPath
from pg4da.sim.cell import MujocoCell
from pg4da.sim.floating import configuration, home
from pg4da.sim.scenes.scene import Scene
from pg4da.skills.perception.observe import Memory, make_observation

COLOUR = "green"
# Faster than an arm, and a solver that is content sooner: half the CPU of a push. Where the target came to lie changed
# by 1 to 10 mm in most of 24 pushes, no more than with another timestep.
DOWN, ALONG, UP = 0.8, 0.22, 1.0  # m/s
REST = 0.2  # s
TOLERANCE = 1e-5
CHUNK = 2  # physics steps between two set points
TICK = 0.008  # s, as long as a chunk
BEHIND = 0.08  # m; a gripper this far behind its path is stopped, as in the cell
TOP = 0.22  # m; fingertips at this height are above everything that is pushed


class Tries:
    """A settled scene, its grippers closed and away. `now`: the state that pushes change."""

    def __init__(self, scene: Scene, seed: int = 0) -> None:
        self.cell = MujocoCell(scene, seed=seed, arms=False)
        model = self.cell.model
        model.opt.tolerance = TOLERANCE
        self._mocap = {n: int(model.body_mocapid[model.body(f"{n}/setpoint").id]) for n in self.cell.arms}
        joints = {n: model.joint(f"{n}/hand").id for n in self.cell.arms}
        self._q = {n: int(model.jnt_qposadr[j]) for n, j in joints.items()}
        self._v = {n: int(model.jnt_dofadr[j]) for n, j in joints.items()}
        self._grid = MapGrid()

    def kept(self) -> mujoco.MjData:
        """A copy of the present state."""
        out = mujoco.MjData(self.cell.model)
        mujoco.mj_copyData(out, self.cell.model, self.cell.data)
        return out

    def restore(self, state: mujoco.MjData) -> None:
        """Go back to a state that `kept` gave."""
        mujoco.mj_copyData(self.cell.data, self.cell.model, state)

    def look(self, memory: Memory | None) -> tuple[Observation, Memory]:
        """What the camera sees, and the memory for the next look."""
        return make_observation(self.cell.camera.capture(), self._grid, COLOUR, memory)

    @property
    def outside(self) -> bool:
        """Whether an object lies out of the workspace."""
        return bool(self.cell.truth.outside)

    def push(self, push: Push) -> None:
        """Make a push from above its start to above its end, then take the grippers away and let all come to rest."""
        for driven in self.course(push):
            if driven:
                self.cell.advance(TICK)
            else:
                mujoco.mj_step(self.cell.model, self.cell.data, nstep=CHUNK)

    def course(self, push: Push) -> Generator[bool, None, None]:
        """The push as a course, see Episode; it yields whether the cell's own devices may have set points to write."""
        arms = {path.arm or "left": path for path in push.paths}
        yield from self._open(arms, push.width)
        lines = {name: self._line(name, path, push.width) for name, path in arms.items()}
        for name, (points, turn) in lines.items():
            self._set_down(name, np.concatenate([points[0], turn]))
        yield from self._follow(lines)
        for name in arms:
            self._set_down(name, home(name))
        yield from (True for _ in range(round(REST / TICK)))

    def _open(self, arms: dict[str, PushPath], width: float) -> Generator[bool, None, None]:
        for name in self.cell.arms:
            gripper, wanted = self.cell.arms[name].gripper, width if name in arms else 0.0
            if abs(gripper.state.width - wanted) > 0.002:
                gripper.move(wanted, 0.25)
        for _ in range(200):
            if not any(arm.gripper.busy for arm in self.cell.arms.values()):
                break
            yield True

    def _line(self, name: str, path: PushPath, width: float) -> tuple[Array, Array]:
        """Set points (n, 3) of the hand every CHUNK steps, and its rotation vector (3,)."""
        retreat = self.cell.arms[name].gripper.tip_retreat(width)
        tips = np.concatenate([path.points[:1], path.points, path.points[-1:]])
        tips[[0, -1], 2] = TOP
        tips[:, 2] -= retreat
        length = np.linalg.norm(np.diff(tips, axis=0), axis=1)
        speed = np.full(len(length), ALONG)
        speed[0], speed[-1] = DOWN, UP
        at = np.concatenate([[0.0], np.cumsum(length / speed)])
        step = CHUNK * self.cell.model.opt.timestep
        times = np.arange(0.0, at[-1] + step, step)
        points = np.column_stack([np.interp(times, at, tips[:, axis]) for axis in range(3)])
        return points, configuration(looking_down((0.0, 0.0, 0.0), path.yaw))[3:]

    def _set_down(self, name: str, q: Array) -> None:
        """Put a hand in a place at once; nothing is there."""
        data, quaternion = self.cell.data, _wxyz(q[3:])
        data.qpos[self._q[name] : self._q[name] + 7] = [*q[:3], *quaternion]
        data.qvel[self._v[name] : self._v[name] + 6] = 1e-3  # what moves is not asleep
        data.mocap_pos[self._mocap[name]], data.mocap_quat[self._mocap[name]] = q[:3], quaternion

    def _follow(self, lines: dict[str, tuple[Array, Array]]) -> Generator[bool, None, None]:
        data = self.cell.data
        for row in range(max(len(points) for points, _ in lines.values())):
            for name, (points, _) in lines.items():
                place = points[min(row, len(points) - 1)]
                data.mocap_pos[self._mocap[name]] = place
                if np.abs(data.qpos[self._q[name] : self._q[name] + 3] - place).max() > BEHIND:
                    return
            yield False


def _wxyz(turn: Array) -> Array:
    out = np.zeros(4)
    size = float(np.linalg.norm(turn))
    mujoco.mju_axisAngle2Quat(out, turn / max(size, 1e-12), size)
    return out

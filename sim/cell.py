"""The cell in MuJoCo: two arms (or two grippers alone), objects, a camera; physics in lockstep with `advance`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import Workspace
from pg4da.hardware.description.robot import ARM_BASES, add_arm
from pg4da.sim.arm import MujocoArm, add_servos
from pg4da.sim.board import HeldBoard, add_board
from pg4da.sim.camera import RayCamera, intrinsics, look_at, render
from pg4da.sim.clock import SimClock
from pg4da.sim.floating import FloatingGripper, add_floating
from pg4da.sim.follower import Follower
from pg4da.sim.gripper import SimGripper, add_motor
from pg4da.sim.handles import Device
from pg4da.sim.held import HeldCell
from pg4da.sim.objects.bodies import add_object
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.pace import Pace
from pg4da.sim.physics import CELL_TIMESTEP, OBJECT_SOLIMP, OBJECT_SOLREF, configure_cell
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.truth import GroundTruth
from pg4da.sim.world import add_bin, add_plinths, add_table

# Rounds of the solver against slip while a gripper holds something. MuJoCo's friction creeps, and what is gripped
# beside its middle turned by 1-2° a second: a half-cylinder slipped by 5 mm in 12 s, then fell; now by 0.1 mm.
NOSLIP = 3
SETTLE = 0.1  # s at the start; scenes come settled
CHECK_PERIOD = 0.008  # s between looks at what was measured, a UR's 125 Hz
VIEW_FROM, VIEW_AT, VIEW_ANGLE = (0.30, -1.05, 1.18), (0.0, 0.36, 0.25), np.deg2rad(49)


class MujocoCell(HeldCell):
    """hardware.cell.Cell in simulation. The same scene and seed give the same run, bit by bit.

    arms=False gives the paper's training version: two floating grippers. `objects_dir` is where household objects lie.
    `board` is in a gripper, to calibrate the camera with. `truth` is for evaluation only.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        seed: int = 0,
        arms: bool = True,
        camera_noise: bool = False,
        timestep: float | None = None,
        objects_dir: Path | None = None,
        board: HeldBoard | None = None,
    ) -> None:
        self.name = "sim" if arms else "sim-grippers"
        self.workspace = Workspace()
        self.model = _build(scene, arms, timestep or CELL_TIMESTEP, objects_dir, board)
        self.data = mujoco.MjData(self.model)
        self.clock = SimClock(self.data)
        self._pace = Pace()
        self.arms: dict[str, Follower] = {name: self._make_arm(name, arms) for name in ARM_BASES}
        self._devices: list[Device] = [d for arm in self.arms.values() for d in (arm, arm.gripper)]
        self._check_every = max(1, round(CHECK_PERIOD / self.model.opt.timestep))
        self._owed = 0.0
        rng = np.random.default_rng(seed)
        self.sharp = None if board is None else int(self.model.body(f"{board.arm}/board").id)
        self.camera = RayCamera(self.model, self.data, self.clock, noise=camera_noise, rng=rng, sharp=self.sharp)
        names = tuple(f"object/{i}" for i in range(len(scene.objects)))
        self.truth = GroundTruth(self.model, self.data, names, scene.target, self.workspace)
        mujoco.mj_forward(self.model, self.data)
        self.advance(SETTLE)

    def _make_arm(self, name: str, arms: bool) -> Follower:
        gripper = SimGripper(name, self.model, self.data, self.clock, pace=self._pace)
        kind = MujocoArm if arms else FloatingGripper
        return kind(name, self.model, self.data, self.clock, gripper, self._pace)

    def advance(self, dt: float) -> None:
        """Step physics for dt [s]; what is left of a step is owed to the next call."""
        self._owed += dt / self.model.opt.timestep
        steps = int(self._owed + 1e-6)
        self._owed -= steps
        while steps > 0:
            n = min(steps, self._check_every)
            self._step(n)
            steps -= n

    def _step(self, n: int) -> None:
        held = any(arm.gripper.state.object_detected for arm in self.arms.values())
        self.model.opt.noslip_iterations = NOSLIP if held else 0
        if self._pace.even and not any(device.busy for device in self._devices):
            mujoco.mj_step(self.model, self.data, nstep=n)
        else:
            for _ in self.set_points(n):
                mujoco.mj_step(self.model, self.data)
        self.truth.watch()

    def set_points(self, n: int) -> Iterator[None]:
        """Writes set points into `model` and `data` before each of n physics steps, which the caller makes.

        At the end the arms and grippers look at what was measured.
        """
        busy = [device for device in self._devices if device.busy]
        slowed = not self._pace.even
        for _ in range(n):
            if slowed:
                self._pace.step(self.arms.values(), self.model.opt.timestep)
            for device in busy:
                device.before_step()
            yield
        for device in busy:
            device.after_steps()

    def picture(self, size: tuple[int, int] = (640, 480)) -> NDArray[np.uint8]:
        """A view for people, (H, W, 3): both arms, the clutter and the bin from beside."""
        eye = look_at(VIEW_FROM, VIEW_AT)
        return render(self.model, self.data, eye, intrinsics(size, VIEW_ANGLE), size, shadows=True).rgb

    def close(self) -> None:
        """Stop; nothing to release."""
        self.stop()


def _build(
    scene: Scene, arms: bool, timestep: float, objects_dir: Path | None, board: HeldBoard | None
) -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    configure_cell(spec, timestep)
    add_table(spec)
    add_bin(spec)
    for name, T in ARM_BASES.items():
        if arms:
            add_arm(spec, name, T)
            add_servos(spec, name)
        else:
            add_floating(spec, name)
        add_motor(spec, name)
    if arms:
        add_plinths(spec)
    for i, obj in enumerate(scene.objects):
        body = add_object(spec, f"object/{i}", obj, load_shape(obj.shape, objects_dir))
        for geom in body.geoms:
            geom.solref, geom.solimp = list(OBJECT_SOLREF), list(OBJECT_SOLIMP)
    if board is not None:
        add_board(spec, board)
    return spec.compile()

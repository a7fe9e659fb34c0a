"""Many worlds at once, each with two floating grippers and the same objects, stepped together: for training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pg4da.hardware.cell import Workspace
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import Array
from pg4da.sim.isaacgym.cell import SETTLE, start
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.describing import check_alike, places
from pg4da.sim.isaacgym.devices import RemoteCamera, RemoteFloating
from pg4da.sim.isaacgym.remote import Remote, RemoteClock
from pg4da.sim.isaacgym.stepping import Crew, Stepper
from pg4da.sim.pace import Pace
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.world import BIN_OPENING


class GripperWorld:
    """One of them: what hardware.cell.Cell has, but time, which passes for all together."""

    def __init__(self, number: int, remote: Remote, noise: bool, seed: int) -> None:
        self._number, self._remote = number, remote
        self.workspace, self.bin_position = Workspace(), BIN_OPENING.copy()
        self.clock = RemoteClock(remote)
        self.camera = RemoteCamera(remote, noise, np.random.default_rng((seed, number)), number)
        self.pace = Pace()
        self._make_arms()

    @property
    def crew(self) -> Crew:
        return Crew(tuple(self.arms.values()), self.pace)

    @property
    def objects(self) -> Array:
        """True poses (n, 7): position [m], quaternion xyzw; for labels only. Raises DeviceError."""
        return np.asarray(self._remote.objects()[self._number])

    def place(self, scene: Scene) -> None:
        """The same objects, lying as this scene says, and the grippers home again. Raises DeviceError."""
        for arm in self.arms.values():
            arm.give_up("the world was laid out anew")
            arm.gripper.give_up("the world was laid out anew")
        self._remote.place(self._number, places(scene))
        self._make_arms()

    def _make_arms(self) -> None:
        self.arms = {n: RemoteFloating(n, self._remote, self.clock, self.pace, self._number) for n in ARM_BASES}


class GripperWorlds:
    """As many as there are scenes, which must hold the same objects in the same order."""

    def __init__(
        self, config: IsaacGymConfig, scenes: Sequence[Scene], seed: int = 0, *, objects_dir: Path | None = None
    ) -> None:
        """Raises DeviceError; ValueError when the scenes' objects differ."""
        check_alike(scenes)
        self._remote = start(config, scenes, arms=False, objects_dir=objects_dir)
        self.worlds = [GripperWorld(i, self._remote, config.camera_noise, seed) for i in range(len(scenes))]
        try:
            for world, scene in zip(self.worlds, scenes, strict=True):
                world.place(scene)
            self.advance(SETTLE)
        except BaseException:
            self.close()
            raise

    def advance(self, dt: float) -> None:
        """Step all of them for dt [s]. Raises DeviceError; ValueError when that is no whole number of physics steps."""
        steps = dt / float(self._remote.description["timestep"])
        if abs(steps - round(steps)) > 1e-6:
            raise ValueError(f"{dt:g} s is no whole number of physics steps")
        Stepper(self._remote, [world.crew for world in self.worlds]).advance(dt)

    def objects(self) -> Array:
        """True poses (W, n, 7), in one request; for labels only. Raises DeviceError."""
        return self._remote.objects()

    def close(self) -> None:
        """End the sidecar; idempotent."""
        self._remote.process.close()

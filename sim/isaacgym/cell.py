"""hardware.cell.Cell over the sidecar: trajectories and grips are worked out here, physics and pictures there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pg4da.hardware.cell import Workspace
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import Array
from pg4da.sim.follower import Follower
from pg4da.sim.held import HeldCell
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.describing import describe, places
from pg4da.sim.isaacgym.devices import RemoteArm, RemoteCamera, RemoteFloating
from pg4da.sim.isaacgym.process import SidecarProcess
from pg4da.sim.isaacgym.remote import Remote, RemoteClock
from pg4da.sim.isaacgym.stepping import Crew, Stepper
from pg4da.sim.pace import Pace
from pg4da.sim.scenes.scene import Scene

SETTLE = 0.1  # s at the start; scenes come settled


class IsaacCell(HeldCell):
    """In lockstep with `advance`. When the sidecar is lost every command ends in FAULT; `restart` begins anew."""

    def __init__(
        self,
        config: IsaacGymConfig,
        scene: Scene,
        seed: int = 0,
        *,
        arms: bool = True,
        objects_dir: Path | None = None,
    ) -> None:
        """Raises DeviceError when the sidecar can't be started or can't build the scene."""
        self.name = "isaacgym"
        self.workspace = Workspace()
        self._scene = scene
        self._start: Callable[[], Remote] = lambda: start(config, [scene], arms, objects_dir)
        self._noise, self._seed, self._kind = config.camera_noise, seed, RemoteArm if arms else RemoteFloating
        self._remote: Remote | None = None
        self.restart()

    def restart(self) -> None:
        """A new sidecar, and the scene as it was at first; arms and camera are new ones. Raises DeviceError."""
        self.close()
        self._remote = self._start()
        self._begin(self._remote)

    def reset(self) -> None:
        """The scene as it was at first, in the same sidecar; arms and camera are new ones. Raises DeviceError."""
        assert self._remote is not None
        self.stop()
        self._remote.place(0, places(self._scene))
        self._begin(self._remote)

    def _begin(self, remote: Remote) -> None:
        self.clock = RemoteClock(remote)
        self._pace = Pace()
        self.arms: dict[str, Follower] = {n: self._kind(n, remote, self.clock, self._pace) for n in ARM_BASES}
        self.camera = RemoteCamera(remote, self._noise, np.random.default_rng(self._seed))
        self._stepper = Stepper(remote, [Crew(tuple(self.arms.values()), self._pace)])
        self.advance(SETTLE)

    @property
    def problem(self) -> str:
        """Why there is no physics any more; empty while there is."""
        return self._stepper.problem

    @property
    def objects(self) -> Array:
        """True poses (n, 7) of the objects, for evaluation only. Raises DeviceError."""
        assert self._remote is not None
        return np.asarray(self._remote.objects()[0])

    def advance(self, dt: float) -> None:
        """Step physics for dt [s]; what is left of a step is owed to the next call. Raises DeviceError."""
        self._stepper.advance(dt)

    def close(self) -> None:
        """End the sidecar; idempotent."""
        if self._remote is not None:
            self._remote.process.close()


def start(config: IsaacGymConfig, scenes: Sequence[Scene], arms: bool, objects_dir: Path | None = None) -> Remote:
    """A sidecar with a world for each scene, every one as its scene says. Raises DeviceError."""
    process = SidecarProcess(config)
    try:
        return Remote(process, describe(config, scenes, process.folder, arms=arms, objects_dir=objects_dir))
    except BaseException:
        process.close()
        raise


def connect_isaacgym(
    config: IsaacGymConfig, scene: Scene, seed: int = 0, *, objects_dir: Path | None = None
) -> IsaacCell:
    """The cell with both arms, connected. Raises DeviceError."""
    return IsaacCell(config, scene, seed, objects_dir=objects_dir)

"""hardware.cell.Cell over the sidecar: trajectories and grips are worked out here, physics and pictures there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pg4da.hardware.cell import Workspace
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.sim.follower import Follower
from pg4da.sim.handles import Device
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.describing import describe
from pg4da.sim.isaacgym.devices import RemoteArm, RemoteCamera, RemoteFloating
from pg4da.sim.isaacgym.process import SidecarLost, SidecarProcess
from pg4da.sim.isaacgym.remote import Remote, RemoteClock
from pg4da.sim.pace import Pace
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.world import BIN_OPENING

SETTLE = 0.1  # s at the start; scenes come settled
CHECK_PERIOD = 0.008  # s between looks at what was measured, a UR's 125 Hz


class IsaacCell:
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
        self._start: Callable[[], Remote] = lambda: _started(config, scene, arms, objects_dir)
        self._noise, self._seed, self._kind = config.camera_noise, seed, RemoteArm if arms else RemoteFloating
        self.problem = ""
        self.restart()

    @property
    def bin_position(self) -> Array:
        """Middle of the bin's opening in `world`, shape (3,)."""
        return BIN_OPENING.copy()

    def restart(self) -> None:
        """A new sidecar, and the scene as it was at first; arms and camera are new ones. Raises DeviceError."""
        self.close()
        remote = self._remote = self._start()
        self.problem = ""
        self.clock = RemoteClock(remote)
        self._pace = Pace()
        self.arms: dict[str, Follower] = {n: self._kind(n, remote, self.clock, self._pace) for n in ARM_BASES}
        self._devices: list[Device] = [d for arm in self.arms.values() for d in (arm, arm.gripper)]
        self.camera = RemoteCamera(remote, self._noise, np.random.default_rng(self._seed))
        self._timestep = float(remote.description["timestep"])
        self._check_every = max(1, round(CHECK_PERIOD / self._timestep))
        self._owed = 0.0
        self.advance(SETTLE)

    def advance(self, dt: float) -> None:
        """Step physics for dt [s]; what is left of a step is owed to the next call. Raises DeviceError."""
        self._owed += dt / self._timestep
        steps = int(self._owed + 1e-6)
        self._owed -= steps
        while steps > 0:
            n = min(steps, self._check_every) if self._busy or not self._pace.even else steps
            self._step(n)
            steps -= n

    @property
    def objects(self) -> Array:
        """True poses (n, 7) of the objects, for evaluation only. Raises DeviceError."""
        return np.asarray(self._remote.objects()[0])

    @property
    def pace(self) -> float:
        """Share of the planned speed at which motions run now."""
        return self._pace.rate

    def hold(self) -> None:
        """Slow every motion down to rest; it stays where it is on its path. Idempotent."""
        self._pace.held = True

    def resume(self) -> None:
        """Go on where `hold` stopped. Idempotent."""
        self._pace.held = False

    def stop(self) -> None:
        """Stop every arm; idempotent."""
        for arm in self.arms.values():
            arm.stop()

    def close(self) -> None:
        """End the sidecar; idempotent."""
        if hasattr(self, "_remote"):
            self._remote.process.close()

    @property
    def _busy(self) -> list[Device]:
        return [device for device in self._devices if device.busy]

    def _step(self, n: int) -> None:
        busy, remote = self._busy, self._remote
        try:
            if not busy and self._pace.even:
                remote.rest(n)
            else:
                remote.step([self._row(busy) for _ in range(n)])
        except SidecarLost as lost:
            self._lose(lost)
            raise
        for device in busy:
            device.after_steps()

    def _row(self, busy: list[Device]) -> tuple[Array, Array]:
        if not self._pace.even:
            self._pace.step(self.arms.values(), self._timestep)
        for device in busy:
            device.before_step()
        return self._remote.targets.copy(), self._remote.speeds.copy()

    def _lose(self, lost: DeviceError) -> None:
        self.problem = str(lost)
        self._remote.dq[:] = 0.0
        for arm in self.arms.values():
            arm.give_up(lost.problem)
            arm.gripper.give_up(lost.problem)


def _started(config: IsaacGymConfig, scene: Scene, arms: bool, objects_dir: Path | None) -> Remote:
    process = SidecarProcess(config)
    try:
        return Remote(process, describe(config, [scene], process.folder, arms=arms, objects_dir=objects_dir))
    except BaseException:
        process.close()
        raise


def connect_isaacgym(
    config: IsaacGymConfig, scene: Scene, seed: int = 0, *, objects_dir: Path | None = None
) -> IsaacCell:
    """The cell with both arms, connected. Raises DeviceError."""
    return IsaacCell(config, scene, seed, objects_dir=objects_dir)

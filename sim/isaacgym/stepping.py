"""The executive's part of a physics step: set points of what is under way, in one request for all worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.sim.follower import Follower
from pg4da.sim.handles import Device
from pg4da.sim.isaacgym.remote import Remote
from pg4da.sim.pace import Pace

CHECK_PERIOD = 0.008  # s between looks at what was measured, a UR's 125 Hz


@dataclass(frozen=True)
class Crew:
    """The arms of one world, which share a pace."""

    arms: Sequence[Follower]
    pace: Pace

    @property
    def devices(self) -> list[Device]:
        return [device for arm in self.arms for device in (arm, arm.gripper)]


class Stepper:
    """problem: why there is no physics any more; empty while there is."""

    def __init__(self, remote: Remote, crews: Sequence[Crew]) -> None:
        self._remote, self._crews = remote, crews
        self._timestep = float(remote.description["timestep"])
        self._check_every = max(1, round(CHECK_PERIOD / self._timestep))
        self._owed = 0.0
        self.problem = ""

    def advance(self, dt: float) -> None:
        """Step physics for dt [s]; what is left of a step is owed to the next call.

        Raises DeviceError; when there is no step, every command ends in FAULT first.
        """
        self._owed += dt / self._timestep
        steps = int(self._owed + 1e-6)
        self._owed -= steps
        while steps > 0:
            busy = [device for crew in self._crews for device in crew.devices if device.busy]
            idle = not busy and all(crew.pace.even for crew in self._crews)
            n = steps if idle else min(steps, self._check_every)
            try:
                self._step(busy, n, idle)
            except DeviceError as lost:  # also a step that was refused: nobody knows what the world is like then
                self._lose(lost)
                raise
            steps -= n

    def _step(self, busy: Sequence[Device], n: int, idle: bool) -> None:
        if idle:
            self._remote.rest(n)
            return
        self._remote.step([self._row(busy) for _ in range(n)])
        for device in busy:
            device.after_steps()

    def _row(self, busy: Sequence[Device]) -> tuple[Array, Array]:
        for crew in self._crews:
            if not crew.pace.even:
                crew.pace.step(crew.arms, self._timestep)
        for device in busy:
            device.before_step()
        return self._remote.targets.copy(), self._remote.speeds.copy()

    def _lose(self, lost: DeviceError) -> None:
        self.problem = str(lost)
        self._remote.dq[:] = 0.0
        for crew in self._crews:
            for arm in crew.arms:
                arm.give_up(lost.problem)
                arm.gripper.give_up(lost.problem)

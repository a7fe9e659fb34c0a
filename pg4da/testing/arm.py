"""An arm in memory: follows trajectories in time, without physics."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.cell import ArmState, Kinematics, Progress
from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory
from pg4da.testing.absent import RealCellNeeded
from pg4da.testing.clock import VirtualClock
from pg4da.testing.gripper import VirtualGripper
from pg4da.testing.handle import VirtualHandle

START = 0.05  # rad between the present configuration and a trajectory's first


class VirtualArm:
    """hardware.cell.Arm with `dof` joints; rests at once when it is stopped.

    Set `fault` to a text and the next command ends in FAULT with it; set `blocked` and the arm stays where it is.
    """

    base: Array | None = None

    def __init__(self, name: str, clock: VirtualClock, dof: int = 6) -> None:
        self.name = name
        self.home: Array = np.zeros(dof)
        self.gripper = VirtualGripper(clock)
        self.fault = ""
        self.blocked = False
        self.stops = 0
        self._clock = clock
        self._q: Array = np.zeros(dof)
        self._dq: Array = np.zeros(dof)
        self._path: Trajectory | None = None
        self._handle = VirtualHandle()
        self._time = 0.0

    @property
    def kinematics(self) -> Kinematics:
        """Raises RealCellNeeded."""
        raise RealCellNeeded(f"it needs the kinematics of the {self.name} arm, which a virtual cell has not")

    @property
    def state(self) -> ArmState:
        return ArmState(self._q.copy(), self._dq.copy(), self._clock.now())

    def follow(self, trajectory: Trajectory) -> VirtualHandle:
        """Raises ValueError when the trajectory starts elsewhere or has another number of joints."""
        first = trajectory.positions[0]
        if first.shape != self._q.shape or float(np.max(np.abs(first - self._q))) > START:
            raise ValueError(f"{self.name}: the trajectory starts at {first}, the arm is at {self._q}")
        self._handle.cancel()
        self._path, self._time, self._handle = trajectory, 0.0, VirtualHandle()
        return self._handle

    def stop(self) -> None:
        """At rest at once."""
        self.stops += 1
        self._rest(Progress.CANCELLED)

    def advance(self, dt: float) -> None:
        """dt [s] along the path."""
        self.gripper.advance(dt)
        if self._path is None:
            return
        if self.fault:
            self._rest(Progress.FAULT, self.fault)
        elif self._handle.progress is not Progress.RUNNING:
            self._rest(Progress.CANCELLED)
        elif self.blocked or dt == 0:
            self._dq = np.zeros_like(self._q)
        else:
            self._go(self._path, dt)

    def _go(self, path: Trajectory, dt: float) -> None:
        self._time += dt
        q = path.sample(self._time)
        self._dq, self._q = (q - self._q) / dt, q
        if self._time >= path.duration:
            self._rest(Progress.DONE)

    def _rest(self, progress: Progress, message: str = "") -> None:
        self._handle.end(progress, message)
        self._path = None
        self._dq = np.zeros_like(self._q)

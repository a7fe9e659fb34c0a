"""An arm in simulation: follows trajectories, stops within its limits, gives up when something is in the way.

What moves is left to subclasses: joints under servos, or the tool pose of a floating gripper.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.cell import ArmState, Clock, Kinematics, Progress
from pg4da.hardware.frames import Array
from pg4da.hardware.setpoints import Setpoints, braking, check, from_trajectory
from pg4da.hardware.trajectory import Trajectory
from pg4da.sim.driven_gripper import DrivenGripper
from pg4da.sim.handles import SimHandle
from pg4da.sim.pace import Pace


@dataclass(frozen=True)
class Tolerances:
    """start: of a trajectory's first configuration; arrived: when a motion counts as done; given_up: how far behind
    before the arm stops itself, as a robot's protective stop does; patience [s] after the end of a trajectory."""

    start: float = 0.05
    arrived: float = 0.003
    given_up: float = 0.15
    patience: float = 0.4


class Follower(ABC):
    """hardware.cell.Arm of the simulation; subclasses say how a set point is written and what is measured."""

    def __init__(
        self,
        name: str,
        kinematics: Kinematics,
        gripper: DrivenGripper,
        home: Array,
        clock: Clock,
        timestep: float,
        tolerances: Tolerances,
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self.kinematics = kinematics
        self.base: Array | None = None
        self.gripper = gripper
        self.home = home
        self._clock = clock
        self._timestep = timestep
        self._tolerances = tolerances
        self._pace = pace or Pace()
        self._plan: Setpoints | None = None
        self._row: float = 0  # whole until the cell is held in the middle of a motion
        self._late = 0.0
        self._braking = ""
        self._handle: SimHandle | None = None
        self._goal = np.array(home)

    @abstractmethod
    def _measure(self) -> tuple[Array, Array]:
        """Configuration and velocity, each (dof,)."""

    @abstractmethod
    def _command(self, q: Array, dq: Array) -> None:
        """Write a set point, each (dof,)."""

    def _pushed_back(self) -> str:
        """Why the arm must stop itself because of what it feels; empty when it need not."""
        return ""

    @property
    def state(self) -> ArmState:
        q, dq = self._measure()
        return ArmState(q, dq, self._clock.now())

    @property
    def busy(self) -> bool:
        return self._plan is not None

    @property
    def max_acceleration(self) -> Array:
        return self.kinematics.max_acceleration

    def along(self) -> tuple[Array, Array] | None:
        """Velocity and acceleration along the path at full pace, each (dof,); None when it does not slow with others.

        Braking is never slowed.
        """
        if self._plan is None or self._braking or self._row >= len(self._plan):
            return None
        last = len(self._plan) - 1
        before, after = self._plan.at(max(self._row - 1, 0))[1], self._plan.at(min(self._row, last))[1]
        return np.maximum(np.abs(before), np.abs(after)) * np.sign(before + after), (after - before) / self._timestep

    def follow(self, trajectory: Trajectory) -> SimHandle:
        """Start following. Raises ValueError when the trajectory leaves the limits or starts elsewhere."""
        k = self.kinematics
        check(trajectory, k.lower, k.upper, k.max_velocity, k.max_acceleration)
        gap = float(np.max(np.abs(trajectory.positions[0] - self._measure()[0])))
        if gap > self._tolerances.start:
            raise ValueError(f"the trajectory starts {gap:.3f} away from where the {self.name} arm is")
        if self._handle is not None:
            self._handle.end(Progress.CANCELLED)
        self._handle = SimHandle(lambda handle: self.stop() if handle is self._handle else None)
        self._begin(from_trajectory(trajectory, self._timestep))
        self._braking = ""
        return self._handle

    def stop(self) -> None:
        """Decelerate to rest within the limits; the gripper keeps its grip."""
        self._brake("cancelled")

    def give_up(self, why: str) -> None:
        """For the cell: the physics is gone, and so is what was under way."""
        self._plan = None
        if self._handle is not None:
            self._handle.end(Progress.FAULT, why)

    def before_step(self) -> None:
        """Write the set point of the coming step."""
        if self._plan is None:
            return
        rate = 1.0 if self._braking else self._pace.rate
        self._row += 1 if rate == 1.0 else rate
        q, dq = self._plan.at(min(self._row, len(self._plan)) - 1)
        self._command(q, dq if rate == 1.0 else rate * dq)

    def after_steps(self) -> None:
        """End the motion when it has arrived, or stop it when it can't."""
        if self._plan is None:
            return
        q, dq = self._measure()
        row = min(self._row, len(self._plan)) - 1
        behind = np.abs(q - self._plan.at(row)[0])
        if not self._braking and behind.max() > self._tolerances.given_up:
            j = int(behind.argmax())
            self._brake(f"protective stop: joint {j} is {behind[j]:.3f} behind, something is in the way")
        elif not self._braking and (felt := self._pushed_back()):
            self._brake(felt)
        elif self._row >= len(self._plan):
            self._finish(behind, dq)

    def _begin(self, plan: Setpoints) -> None:
        self._plan, self._row = plan, 0
        self._goal = plan.positions[-1]

    def _brake(self, why: str) -> None:
        if self._plan is None or self._braking:
            return
        row = min(max(self._row - 1, 0), len(self._plan) - 1)
        q, dq = self._plan.at(row)
        dq = dq * self._pace.rate
        if why != "cancelled":  # the set point ran ahead of the arm: hold where the arm is
            q, dq = self._measure()
        self._braking = why
        self._begin(braking(q, dq, self.kinematics.max_acceleration, self._timestep))

    def _finish(self, behind: Array, dq: Array) -> None:
        assert self._plan is not None
        waited = (self._row - len(self._plan)) * self._timestep
        settled = behind.max() < self._tolerances.arrived and np.abs(dq).max() < 0.05
        if not settled and waited < self._tolerances.patience:
            return
        self._plan = None
        if self._handle is None:
            return
        if self._braking == "cancelled":
            self._handle.end(Progress.CANCELLED)
        elif self._braking:
            self._handle.end(Progress.FAULT, self._braking)
        elif behind.max() < 10 * self._tolerances.arrived:
            self._handle.end(Progress.DONE)
        else:
            self._handle.end(Progress.FAULT, f"the {self.name} arm stopped {behind.max():.3f} short of its goal")

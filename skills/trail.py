"""The way that the arms came since they were last home, so that they can go back along it when nothing else is free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pg4da.hardware.cell import Arm
from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory
from pg4da.skills.motion.timing import Limits, parametrise
from pg4da.skills.skill import Context

SPACING = 0.1  # s between the points of a way that are kept
AT_HOME = 0.02  # rad
STEP = 0.01  # m between the points of a rise
JUMP = 0.3  # rad between them: another bend of the arm
SLOWER = 2.0  # times; something was in the way


@dataclass
class Leg:
    """One stage that was followed, `until` [s] after its start."""

    stage: Mapping[str, Trajectory]
    until: float = 0.0


@dataclass
class Trail:
    """Legs in the order in which they were made; arms that a leg does not name stood still."""

    legs: list[Leg] = field(default_factory=list)
    _way: Array | None = None

    def begin(self, stage: Mapping[str, Trajectory], arms: Mapping[str, Arm]) -> Leg:
        """A new leg; what lies before a moment with every arm at home is forgotten."""
        if all(np.max(np.abs(arm.state.q - arm.home)) < AT_HOME for arm in arms.values()):
            self.legs.clear()
        self._way = None
        self.legs.append(Leg(stage))
        return self.legs[-1]

    def back(self, arms: Mapping[str, Arm]) -> dict[str, Trajectory]:
        """From where the arms are along the whole way back, together and slowly; empty when there is none.

        Raises TooTight where it can't be timed.
        """
        if not self.legs:
            return {}
        now = np.concatenate([arm.state.q for arm in arms.values()])
        self._way = self._left(now, arms)
        rows = np.vstack([now, self._way[::-1]])
        times, positions = parametrise(rows, _limits(arms))
        return _apart(times, positions, arms)

    def _left(self, now: Array, arms: Mapping[str, Arm]) -> Array:
        """What is still to be gone back: of a way back that was broken off, the part from the nearest point on."""
        if self._way is None:
            return self._rows(arms)
        nearest = int(np.argmin(np.abs(self._way - now).max(axis=1)))
        return self._way[: nearest + 1]

    def _rows(self, arms: Mapping[str, Arm]) -> Array:
        """Configurations of all arms side by side (n, sum of dof), in the order in which they were passed."""
        at = {name: self._first(name, arm) for name, arm in arms.items()}
        rows = []
        for leg in self.legs:
            for t in np.linspace(0.0, leg.until, max(2, int(np.ceil(leg.until / SPACING)) + 1)):
                at |= {name: trajectory.sample(float(t)) for name, trajectory in leg.stage.items()}
                rows.append(np.concatenate([at[name] for name in arms]))
        return np.array(rows)

    def _first(self, name: str, arm: Arm) -> Array:
        """Where an arm stood before the first leg that moves it."""
        moved = (leg.stage[name] for leg in self.legs if name in leg.stage)
        first = next(moved, None)
        return arm.state.q if first is None else first.sample(0.0)


def trail(context: Context) -> Trail:
    """The mission's own."""
    found = context.services.setdefault("trail", Trail())
    assert isinstance(found, Trail)
    return found


def rise(arms: Mapping[str, Arm], height: float) -> dict[str, Trajectory]:
    """All tools straight up at one speed until the lowest is at `height` [m]; empty where an arm can't follow.

    Not checked against anything: it is for arms that touch already. Raises TooTight where it can't be timed.
    """
    poses = {name: arm.kinematics.forward(arm.state.q) for name, arm in arms.items()}
    climb = height - min(float(pose[2, 3]) for pose in poses.values())
    rows = [np.concatenate([arm.state.q for arm in arms.values()])]
    q = {name: arm.state.q for name, arm in arms.items()}
    for z in np.arange(STEP, climb, STEP):
        for name, arm in arms.items():
            raised = poses[name].copy()
            raised[2, 3] += z
            found = arm.kinematics.inverse(raised)
            if arm.base is not None:
                found = found + 2 * np.pi * np.round((q[name] - found) / (2 * np.pi))  # the turn that it stands in
            gaps = np.abs(found - q[name]).max(axis=1) if len(found) else np.array([np.inf])
            if gaps.min() > JUMP:
                return {}
            q[name] = found[int(np.argmin(gaps))]
        rows.append(np.concatenate([q[name] for name in arms]))
    times, positions = parametrise(np.array(rows), _limits(arms))
    return _apart(times, positions, arms)


def _apart(times: Array, positions: Array, arms: Mapping[str, Arm]) -> dict[str, Trajectory]:
    """Configurations side by side as one trajectory an arm, slowly."""
    parts = np.split(positions, np.cumsum([arm.kinematics.dof for arm in arms.values()])[:-1], axis=1)
    return {name: Trajectory(times, part).slower(SLOWER) for name, part in zip(arms, parts, strict=True)}


def _limits(arms: Mapping[str, Arm]) -> Limits:
    return Limits(
        np.concatenate([arm.kinematics.max_velocity for arm in arms.values()]),
        np.concatenate([arm.kinematics.max_acceleration for arm in arms.values()]),
    )

"""The real drivers against emulated controllers: how closely two arms keep to their paths and to each other, how soon
they stop. The figures hold for this machine, which has to run the emulator beside the drivers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pg4da.bench.rows import Row, row
from pg4da.hardware.cell import Progress
from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory
from pg4da.hardware.wall_clock import monotonic

if TYPE_CHECKING:
    from pg4da.emulating.process import RunningEmulator
    from pg4da.hardware.robot_cell import RobotCell

AWAY = np.array([0.5, 0.55, -0.5, 0.3, -0.4, 0.6])  # rad from home, for both arms
LOOK = 0.002  # s between looks at what was measured
AT_REST = 0.02  # rad/s
LEVELS = np.linspace(0.1, 0.9, 41)  # shares of the way at which both arms' times are compared
BOUND = 10.0  # s for anything to happen


@dataclass
class Passed:
    """What one arm measured on its way: stamps (n,) [s], configurations (n, 6), where it was to be then (n, 6)."""

    stamps: list[float]
    rows: list[Array]
    planned: list[Array]


def rows(quick: bool) -> list[Row]:
    """Tracking, skew, stopping, and how soon a protective stop of one arm stops the other."""
    path, late, skew, stops, seen, others = [], [], [], [], [], []
    with connected() as (cell, emulator):
        for _ in range(6 if quick else 30):
            trajectories, passed = swing(cell)
            path += [1000 * off_path(trajectories[name], passed[name]) for name in passed]
            late += [1000 * lag(passed[name]) for name in passed]
            skew.append(1000 * apart(trajectories, passed))
        stops += [1000 * stop_time(cell) for _ in range(3 if quick else 10)]
        for _ in range(2 if quick else 5):
            first, second = fault_times(cell, emulator)
            seen.append(1000 * first)
            others.append(1000 * second)
    return [
        row("farthest of a measured joint from the commanded path", "mrad", path, at_most=5.0),
        row("measured behind commanded in time", "ms", late),
        row("skew between both arms", "ms", skew, at_most=20.0),
        row("stop at full speed until both arms rest", "ms", stops, at_most=500.0),
        row("protective stop until it is seen", "ms", seen, at_most=50.0),
        row("protective stop of one arm until the other rests", "ms", others, at_most=500.0),
    ]


@contextmanager
def connected() -> Iterator[tuple[RobotCell, RunningEmulator]]:
    """A cell of the drivers' own, with grippers that do nothing, and the emulator behind it."""
    from pg4da.emulating.process import running_emulator
    from pg4da.hardware.config import Pose
    from pg4da.hardware.description.robot import ARM_BASES
    from pg4da.hardware.robot_cell import RobotCell
    from pg4da.hardware.ur5e.config import Ur5eConfig
    from pg4da.hardware.ur5e.connect import connect_arm
    from pg4da.hardware.wall_clock import WallClock

    clock = WallClock()
    with running_emulator(unlock_delay=0.1) as emulator:
        arms: dict[str, Any] = {}
        try:
            for name, address in emulator.addresses.arms.items():
                config = Ur5eConfig(address=address, base=Pose.of(ARM_BASES[name]))
                arms[name] = connect_arm(name, config, Idle(), clock)
            yield RobotCell("bench", arms, Idle(), clock, np.zeros(3)), emulator
        finally:
            for arm in arms.values():
                arm.close()


class Idle:
    """A gripper and a camera that are not used."""

    max_width = 0.14

    @property
    def state(self) -> Any:
        from pg4da.hardware.cell import GripperState

        return GripperState(0.1, False, False, 0.0)

    def move(self, width: float, speed: float = 0.1, force: float = 40.0) -> Any:
        raise NotImplementedError("the bench moves arms only")

    def tip_retreat(self, width: float) -> float:
        return 0.0

    def capture(self, timeout: float = 1.0) -> Any:
        raise TimeoutError("the bench has no camera")


def begin(cell: Any) -> tuple[dict[str, Trajectory], dict[str, Any]]:
    """Both arms from home, or back to it, as fast as the limits allow."""
    from pg4da.skills.motion.timing import Limits, parametrise

    trajectories = {}
    for name, arm in cell.arms.items():
        k, q = arm.kinematics, arm.state.q
        goal = arm.home if np.abs(q - arm.home).max() > 0.1 else arm.home + AWAY
        times, points = parametrise(np.array([q, (q + goal) / 2, goal]), Limits(k.max_velocity, k.max_acceleration))
        trajectories[name] = Trajectory(times, points)
    return trajectories, {name: cell.arms[name].follow(each) for name, each in trajectories.items()}


def swing(cell: Any) -> tuple[dict[str, Trajectory], dict[str, Passed]]:
    """One motion of both arms, watched. Raises RuntimeError when it fails."""
    trajectories, handles = begin(cell)
    passed = {name: Passed([], [], []) for name in handles}
    until(cell, lambda: all(h.progress is not Progress.RUNNING for h in handles.values()), lambda: note(cell, passed))
    for name, handle in handles.items():
        if handle.progress is not Progress.DONE:
            raise RuntimeError(f"{name}: {handle.progress.value}: {handle.message}")
    return trajectories, passed


def note(cell: Any, passed: Mapping[str, Passed]) -> None:
    """Keep what is new."""
    for name, found in passed.items():
        state = cell.arms[name].state
        if not found.stamps or state.stamp > found.stamps[-1]:
            found.stamps.append(state.stamp)
            found.rows.append(state.q)
            found.planned.append(cell.arms[name].planned)


def until(cell: Any, so: Callable[[], bool], each: Callable[[], None] = lambda: None) -> float:
    """Seconds until it came true. Raises RuntimeError when it does not."""
    start = monotonic()
    while not so():
        if monotonic() - start > BOUND:
            raise RuntimeError(f"nothing happened for {BOUND:g} s")
        cell.advance(LOOK)
        each()
    return monotonic() - start


def off_path(trajectory: Trajectory, passed: Passed) -> float:
    """The farthest that any joint was from the path, whenever that was due [rad]."""
    fine = np.array([trajectory.sample(float(t)) for t in np.arange(0.0, trajectory.duration + 0.001, 0.001)])
    return max(float(np.abs(fine - q).max(axis=1).min()) for q in passed.rows)


def lag(passed: Passed) -> float:
    """By how much later the measured motion fits the commanded one best [s]."""
    stamps, measured, planned = np.array(passed.stamps), np.array(passed.rows), np.array(passed.planned)
    times = np.linspace(stamps[0], stamps[-1], 1000)
    found = _at(times, stamps, measured)
    shifts = np.arange(-0.03, 0.08, 0.001)
    return float(min(shifts, key=lambda d: np.abs(_at(times - d, stamps, planned) - found).mean()))


def _at(times: Array, stamps: Array, configurations: Array) -> Array:
    return np.stack([np.interp(times, stamps, column) for column in configurations.T], axis=1)


def apart(trajectories: Mapping[str, Trajectory], passed: Mapping[str, Passed]) -> float:
    """The greatest difference between the times at which both arms had made the same share of their way [s]."""
    times = [_times_at_levels(trajectories[name], passed[name]) for name in passed]
    return float(np.abs(times[0] - times[1]).max())


def _times_at_levels(trajectory: Trajectory, passed: Passed) -> Array:
    start, way = trajectory.positions[0], trajectory.positions[-1] - trajectory.positions[0]
    share = np.maximum.accumulate((np.array(passed.rows) - start) @ way / (way @ way))
    return np.asarray(np.interp(LEVELS, share, np.array(passed.stamps)))


def stop_time(cell: Any) -> float:
    """From `stop` in the middle of a motion to rest as measured [s]."""
    trajectories, handles = begin(cell)
    middle = max(each.duration for each in trajectories.values()) / 2
    start = monotonic()
    until(cell, lambda: monotonic() - start > middle)
    cell.stop()
    taken = until(cell, lambda: resting(cell))
    until(cell, lambda: all(h.progress is not Progress.RUNNING for h in handles.values()))
    return taken


def fault_times(cell: Any, emulator: RunningEmulator) -> tuple[float, float]:
    """From a protective stop of the left arm until it is seen, and until the right arm rests [s]."""
    trajectories, _ = begin(cell)
    middle = max(each.duration for each in trajectories.values()) / 2
    start = monotonic()
    until(cell, lambda: monotonic() - start > middle)
    start = monotonic()
    emulator.control.inject("left", "protective_stop")
    until(cell, lambda: cell.trouble is not None)
    seen = cell.trouble.stamp - (cell.clock.now() - (monotonic() - start))
    until(cell, lambda: resting(cell))
    taken = monotonic() - start
    cell.recover()
    return seen, taken


def resting(cell: Any) -> bool:
    """By what both arms measured."""
    return all(float(np.abs(arm.state.dq).max()) < AT_REST for arm in cell.arms.values())

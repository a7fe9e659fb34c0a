"""URScript's motions as generators: one yield is one cycle. Speeds and accelerations in rad, m and s."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from pg4da.hardware.emulator.ur5e.drive import CYCLE, HARD_STOP, Drive, OutOfReach
from pg4da.hardware.emulator.ur5e.geometry import between, chain, damped, follow, turn
from pg4da.hardware.emulator.ur5e.script_frame import Steps
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.frames import Array
from pg4da.hardware.ur5e.parameters import MAX_VELOCITY

TURN_REACH = 0.3  # m that a radian of turning counts for in the length of a straight motion
STANDSTILL = 1e-3  # rad/s
LONGEST_STOP = 10.0  # s on the tool's line; what moves then, brakes joint by joint
LONGEST_GAIN = 60.0  # s for a speed to be reached


def positive(value: float, what: str) -> float:
    """Raises ScriptError unless it is above zero."""
    if not value > 0.0:
        raise ScriptError(f"{what} must be above 0, not {value:g}")
    return value


def profile(length: float, speed: float, acceleration: float, drive: Drive) -> Iterator[float]:
    """Shares of a way from rest to rest, one a cycle, slowed by the speed slider."""
    speed = min(speed, math.sqrt(length * acceleration))
    rising = speed / acceleration
    duration = length / speed + rising
    t = 0.0
    while t < duration:
        t = min(duration, t + CYCLE * drive.scaling)
        left = duration - t
        if t < rising:
            done = acceleration * t * t / 2
        elif left < rising:
            done = length - acceleration * left * left / 2
        else:
            done = speed * (t - rising / 2)
        yield done / length


def to_configuration(drive: Drive, goal: Array, acceleration: float, speed: float) -> Steps:
    """movej: straight in configuration space; all joints start and end together."""
    yield from to_rest(drive, positive(acceleration, "the acceleration"))
    start = drive.q.copy()
    length = float(np.abs(goal - start).max())
    limit = min(positive(speed, "the speed"), float(MAX_VELOCITY[0]))
    for share in profile(length, limit, min(acceleration, HARD_STOP), drive) if length > 1e-9 else ():
        drive.go(start + share * (goal - start))
        yield
    drive.rest()
    yield
    return None


def to_pose(drive: Drive, T_goal: Array, T_flange_tcp: Array, acceleration: float, speed: float) -> Steps:
    """movel: the tool on a straight line, turning evenly. Raises OutOfReach at a singularity."""
    yield from to_rest(drive, positive(acceleration, "the acceleration"))
    start = chain(drive.q).flange @ T_flange_tcp
    way = between(start, T_goal)
    angle = float(np.linalg.norm(way[3:]))
    axis = way[3:] / angle if angle > 0 else np.zeros(3)
    length = max(float(np.linalg.norm(way[:3])), TURN_REACH * angle)
    for share in profile(length, positive(speed, "the speed"), acceleration, drive) if length > 1e-9 else ():
        T = np.eye(4)
        T[:3, 3] = start[:3, 3] + share * way[:3]
        T[:3, :3] = turn(axis, share * angle) @ start[:3, :3]
        q = follow(drive.q, T, T_flange_tcp)
        if q is None:
            raise OutOfReach("the straight line leads through a singularity or out of reach")
        drive.go(q)
        yield
    drive.rest()
    yield
    return None


def servo(drive: Drive, goal: Array, duration: float, lookahead: float) -> Steps:
    """servoj for `duration`: the set point trails its goal by `lookahead`, bounded in speed and acceleration."""
    lookahead = min(max(lookahead, 0.03), 0.2)
    for _ in range(cycles(duration)):
        wanted = np.clip((goal - drive.q) / lookahead, -MAX_VELOCITY, MAX_VELOCITY)
        dq = drive.dq + np.clip(wanted - drive.dq, -HARD_STOP * CYCLE, HARD_STOP * CYCLE)
        drive.go(drive.q + dq * CYCLE)
        yield
    return None


def joint_speed(drive: Drive, dq: Array, acceleration: float, duration: float) -> Steps:
    """speedj: for `duration`, or until the speed is reached when that is 0."""
    acceleration = min(positive(acceleration, "the acceleration"), HARD_STOP)
    for _ in range(cycles(duration if duration > 0 else LONGEST_GAIN)):
        reached = drive.accelerate(drive.scaling * dq, acceleration)
        yield
        if duration <= 0 and reached:
            return None
    return None


def tool_speed(drive: Drive, twist: Array, T_flange_tcp: Array, acceleration: float, duration: float) -> Steps:
    """speedl: a velocity of the tool in the base frame [m/s, rad/s], reached at `acceleration` [m/s²]."""
    positive(acceleration, "the acceleration")
    for _ in range(cycles(duration if duration > 0 else LONGEST_GAIN)):
        links = chain(drive.q)
        jacobian = links.jacobian((links.flange @ T_flange_tcp)[:3, 3])
        present = jacobian @ drive.dq
        change = drive.scaling * twist - present
        size = max(float(np.linalg.norm(change[:3])), TURN_REACH * float(np.linalg.norm(change[3:])))
        reached = size <= acceleration * CYCLE
        present = present + (change if reached else change * (acceleration * CYCLE / size))
        drive.accelerate(damped(jacobian, present, 0.01), HARD_STOP)
        yield
        if duration <= 0 and reached:
            return None
    return None


def stop_joints(drive: Drive, deceleration: float) -> Steps:
    """stopj: all joints come to rest along the straight line of their velocities."""
    yield from to_rest(drive, positive(deceleration, "the deceleration"))
    yield
    return None


def stop_tool(drive: Drive, T_flange_tcp: Array, deceleration: float) -> Steps:
    """stopl: the tool comes to rest on its line at a deceleration [m/s²]; then whatever still turns."""
    positive(deceleration, "the deceleration")
    for _ in range(cycles(LONGEST_STOP)):
        if np.abs(drive.dq).max() < STANDSTILL:
            break
        yield from tool_speed(drive, np.zeros(6), T_flange_tcp, deceleration, CYCLE)
    yield from stop_joints(drive, HARD_STOP / 2)
    return None


def to_rest(drive: Drive, deceleration: float) -> Steps:
    """Brake what a motion before this one left moving."""
    while np.abs(drive.dq).max() > 0.0:
        drive.accelerate(np.zeros(6), min(deceleration, HARD_STOP))
        yield
    return None


def nothing() -> Steps:
    """A motion that is over."""
    yield from ()
    return None


def cycles(duration: float) -> int:
    """Whole cycles of a duration [s], at least one."""
    return max(1, round(min(duration, 3600.0) / CYCLE))

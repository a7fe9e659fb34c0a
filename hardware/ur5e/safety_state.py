"""What the controller reports of its safety and its program, in words (RTDE guide, safety and robot modes)."""

from __future__ import annotations

from dataclasses import dataclass

RUNNING_MODE = 7
PLAYING = 2  # runtime state of a program
ROBOT_MODES = {
    -1: "no controller",
    0: "disconnected",
    1: "confirm safety",
    2: "booting",
    3: "power off",
    4: "power on",
    5: "idle, brakes on",
    6: "backdrive",
    7: "running",
    8: "updating firmware",
}
SAFETY_MODES = {
    3: ("protective_stop", "protective stop"),
    4: ("safety_stop", "recovery mode: a joint is outside its safety limits"),
    5: ("safety_stop", "safeguard stop"),
    6: ("emergency_stop", "emergency stop of the system"),
    7: ("emergency_stop", "emergency stop"),
    8: ("safety_stop", "safety violation"),
    9: ("safety_stop", "safety fault"),
    12: ("safety_stop", "safeguard stop of the automatic mode"),
    13: ("safety_stop", "the enabling device was let go"),
}
PROTECTIVE_BIT, EMERGENCY_BITS, STOPPED_BIT = 1 << 2, 0b111 << 5, 1 << 10


@dataclass(frozen=True)
class Cause:
    """Why an arm stands. code: `protective_stop`, `emergency_stop` or `safety_stop`, as missions know them.

    vague: it may only foretell a stop whose name comes with one of the next measurements.
    """

    code: str
    message: str
    vague: bool = False


ENDED = Cause("safety_stop", "the control program on the controller has ended", vague=True)


def cause(safety_mode: int, safety_bits: int, robot_mode: int, runtime_state: int) -> Cause | None:
    """None while the arm can move. The bits come first: they are set at once, the modes may follow."""
    if safety_mode in SAFETY_MODES:
        return Cause(*SAFETY_MODES[safety_mode])
    if safety_bits & EMERGENCY_BITS:
        return Cause("emergency_stop", "emergency stop")
    if safety_bits & PROTECTIVE_BIT:
        return Cause("protective_stop", "protective stop")
    if safety_bits & STOPPED_BIT:
        return Cause("safety_stop", "stopped by a safety function")
    if robot_mode != RUNNING_MODE:
        return Cause("safety_stop", f"the robot is not running: {ROBOT_MODES.get(robot_mode, f'mode {robot_mode}')}")
    if runtime_state != PLAYING:
        return ENDED
    return None

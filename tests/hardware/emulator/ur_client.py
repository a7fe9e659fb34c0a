"""The makers' client, unmodified, in a process of its own: `python ur_client.py SCENE ADDRESS` prints what it saw.

Its constructors hold Python's lock and its hangs can't be interrupted, so nothing of it runs in the tests' process.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import dashboard_client
import numpy as np
import rtde_control
import rtde_receive

RATE = 125.0


class Arm:
    """One controller through all its interfaces."""

    def __init__(self, address: str) -> None:
        self.receive = rtde_receive.RTDEReceiveInterface(address, RATE)
        self.control = rtde_control.RTDEControlInterface(address, RATE)
        self.dashboard = dashboard_client.DashboardClient(address)
        self.dashboard.connect()

    @property
    def q(self) -> np.ndarray:
        return np.array(self.receive.getActualQ())

    def moved(self, joint: int, angle: float) -> list[float]:
        """The present configuration with one joint turned."""
        q = self.q
        q[joint] += angle
        return q.tolist()

    def at_rest(self, within: float = 3.0) -> float:
        """Seconds until the arm stands still."""
        start = time.perf_counter()
        while np.abs(self.receive.getActualQd()).max() > 0.01:
            assert time.perf_counter() - start < within, "the arm did not stop"
            time.sleep(0.002)
        return time.perf_counter() - start

    def stream(self, seconds: float, joint: int = 0, height: float = 0.2) -> dict[str, float]:
        """servoJ along half a wave, there and back; the worst of set point against arm, and where it ended."""
        start, n, worst = self.q, round(seconds * RATE), 0.0
        for i in range(n):
            begun = self.control.initPeriod()
            goal = start.copy()
            goal[joint] += height * (1 - np.cos(2 * np.pi * i / n)) / 2
            assert self.control.servoJ(goal.tolist(), 0, 0, 1 / RATE, 0.05, 300)
            behind = np.abs(np.array(self.receive.getTargetQ()) - self.q).max()
            worst = max(worst, float(behind))
            self.control.waitPeriod(begun)
        self.control.servoStop()
        return {"tracking": worst, "miss": float(np.abs(self.q - start).max())}


def until(so: Callable[[], bool], within: float = 10.0) -> bool:
    end = time.perf_counter() + within
    while time.perf_counter() < end:
        if so():
            return True
        time.sleep(0.01)
    return False


def moves(arm: Arm) -> dict[str, Any]:
    goal = arm.moved(0, 0.3)
    joint = arm.control.moveJ(goal, 1.0, 2.0)
    miss = float(np.abs(arm.q - goal).max())
    pose = arm.receive.getActualTCPPose()
    pose[2] += 0.05
    line = arm.control.moveL(pose, 0.2, 1.0)
    off = float(np.abs(np.array(arm.receive.getActualTCPPose())[:3] - pose[:3]).max())
    arm.control.moveJ(arm.moved(0, 0.8), 1.0, 2.0, True)
    time.sleep(0.4)
    arm.control.stopJ(3.0)
    rest = arm.at_rest()
    arm.control.moveJ(arm.moved(0, -0.5), 1.0, 2.0, True)
    time.sleep(0.3)
    arm.control.stopL(4.0)
    return {"joint": joint, "miss": miss, "line": line, "off": off, "rest": max(rest, arm.at_rest())}


def asks(arm: Arm) -> dict[str, Any]:
    c, r = arm.control, arm.receive
    c.setTcp([0, 0, 0.2, 0, 0, 0])
    c.setPayload(1.2, [0, 0, 0.06])
    q = arm.q.tolist()
    pose = c.getForwardKinematics(q, [0, 0, 0.2, 0, 0, 0])
    back = c.getInverseKinematics(r.getActualTCPPose(), q)
    return {
        "tcp": c.getTCPOffset(),
        "payload": until(lambda: r.getPayload() == 1.2),
        "forward": float(np.abs(np.array(pose) - r.getActualTCPPose())[:3].max()),
        "inverse": float(np.abs(np.array(back) - q).max()),
        "reaches": [c.getInverseKinematicsHasSolution(p) for p in (r.getActualTCPPose(), [3, 0, 0, 0, 0, 0])],
        "safe": [c.isJointsWithinSafetyLimits(j) for j in (q, [7, 0, 0, 0, 0, 0])],
        "path": c.moveJ([[*arm.moved(0, 0.1), 1.0, 2.0, 0.0], [*q, 1.0, 2.0, 0.0]]),
        "running": c.isProgramRunning(),
        "modes": [r.getRobotMode(), r.getSafetyMode(), r.isProtectiveStopped(), r.isEmergencyStopped()],
        "slider": r.getSpeedScaling(),
    }


def dashboard(arm: Arm) -> dict[str, Any]:
    d = arm.dashboard
    return {
        "version": d.polyscopeVersion(),
        "model": str(d.getRobotModel()),
        "remote": d.isInRemoteControl(),
        "mode": d.robotmode(),
        "safety": [d.safetymode(), d.safetystatus()],
        "program": [d.running(), d.programState()],
        "serial": d.getSerialNumber(),
    }


def protective_stop(arm: Arm) -> dict[str, Any]:
    """Needs an unlock delay of a second or less."""
    arm.control.moveJ(arm.moved(0, 0.8), 0.6, 1.0, True)
    time.sleep(0.5)
    arm.control.triggerProtectiveStop()
    seen = until(arm.receive.isProtectiveStopped, 1.0)
    rest = arm.at_rest()
    stood = arm.q
    refused = arm.control.moveJ(arm.moved(0, 0.1), 0.5, 1.0)
    time.sleep(1.1)
    still = float(np.abs(arm.q - stood).max())
    arm.dashboard.closeSafetyPopup()
    arm.dashboard.unlockProtectiveStop()
    free = until(lambda: not arm.receive.isProtectiveStopped(), 1.0)
    arm.control.reuploadScript()
    running = until(arm.control.isProgramRunning)
    return {
        "seen": seen, "rest": rest, "refused": refused, "still": still, "free": free, "running": running,
        "moves": arm.control.moveJ(arm.moved(0, -0.2), 0.8, 2.0),
    }  # fmt: skip


def watchdog(arm: Arm) -> dict[str, Any]:
    arm.control.setWatchdog(10.0)
    for _ in range(8):
        arm.control.kickWatchdog()
        time.sleep(0.05)
    fed = arm.control.isProgramRunning()
    arm.control.moveJ(arm.moved(0, 0.8), 0.4, 1.0, True)
    stopped = until(lambda: not arm.control.isProgramRunning(), 3.0)
    return {"fed": fed, "stopped": stopped, "rest": arm.at_rest()}


def streams(arm: Arm) -> dict[str, Any]:
    return arm.stream(1.5)


def stays(arm: Arm) -> dict[str, Any]:
    """Says when it is connected, waits for a line, then tells what is left of the connection."""
    print("connected", flush=True)
    sys.stdin.readline()
    time.sleep(0.2)  # what was on its way
    before = arm.receive.getTimestamp()
    time.sleep(0.3)
    return {"connected": arm.receive.isConnected(), "fresh": arm.receive.getTimestamp() > before}


SCENES = {each.__name__: each for each in (moves, asks, dashboard, protective_stop, watchdog, streams, stays)}

if __name__ == "__main__":
    one = Arm(sys.argv[2])
    print(json.dumps(SCENES[sys.argv[1]](one)), flush=True)
    if sys.argv[1] != "stays":
        one.control.stopScript()
    os._exit(0)  # the client's own ways out may hang

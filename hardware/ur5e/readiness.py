"""Whether a controller can be taken over, told by its dashboard; and what brings it there on an operator's word."""

from __future__ import annotations

from collections.abc import Callable

from pg4da.hardware.drivers import Finding
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.dashboard import Dashboard, NoAnswer
from pg4da.hardware.wall_clock import monotonic, sleep_until

MAJOR, NEWEST_MINOR = 5, 22  # PolyScope; from 5.23 on ur_rtde 1.6.5 uses other registers
WELL = ("NORMAL", "REDUCED")
UNLOCK = 12.0  # s; the controller refuses for the first 5
POWER = 60.0  # s to power on and release the brakes
POLL = 0.25
REMEDIES = {
    "PROTECTIVE_STOP": "look what it ran into, then release the stop on the pendant or let the cell recover",
    "RECOVERY": "move the joint back inside its limits on the pendant",
    "SAFEGUARD_STOP": "close the safeguard and reset it",
    "SYSTEM_EMERGENCY_STOP": "release the emergency stop, then power the robot on or let the cell recover",
    "ROBOT_EMERGENCY_STOP": "release the emergency stop, then power the robot on or let the cell recover",
    "VIOLATION": "restart the safety system on the pendant",
    "FAULT": "restart the safety system on the pendant",
}
UNREACHABLE = "check `address`, the cable, and that the controller is switched on"


def check_controller(device: str, config: Ur5eConfig) -> None:
    """Raises DeviceError with the first thing that keeps the driver from taking over. Moves nothing."""
    for found in examine_arm(config):
        if not found.well:
            raise DeviceError(device, found.found, found.remedy)


def examine_arm(config: Ur5eConfig) -> list[Finding]:
    """For `pg4da doctor`: what the controller says of itself. Moves nothing."""
    try:
        with Dashboard(config.address) as dashboard:
            return [look(dashboard, config) for look in (_version, _model, _remote, _safety, _mode)]
    except NoAnswer as error:
        return [Finding("controller", f"no controller answers at {config.address}: {error}", UNREACHABLE)]


def _version(dashboard: Dashboard, config: Ur5eConfig) -> Finding:
    version = dashboard.version()
    text = "PolyScope " + ".".join(map(str, version))
    remedy = ""
    if version[0] < MAJOR:
        text, remedy = f"{text}: not an e-Series controller", "this driver is for UR5e with PolyScope 5"
    elif (version[0] > MAJOR or version[1] > NEWEST_MINOR) and not config.allow_newer_firmware:
        text = f"{text} is newer than what this driver was made for (up to 5.{NEWEST_MINOR})"
        remedy = "set `allow_newer_firmware: true` in the arm's section to try it all the same"
    return Finding("firmware", text, remedy)


def _model(dashboard: Dashboard, config: Ur5eConfig) -> Finding:
    model = dashboard.model()
    if model.upper() in ("UR5", "UR5E"):
        return Finding("model", f"{model}, serial number {dashboard.serial()}")
    return Finding("model", f"the robot at {config.address} is a {model}, not a UR5e", "check `address`")


def _remote(dashboard: Dashboard, config: Ur5eConfig) -> Finding:
    if dashboard.remote():
        return Finding("control", "remote control")
    return Finding("control", "not in remote control", "switch the pendant to remote control (top right)")


def _safety(dashboard: Dashboard, config: Ur5eConfig) -> Finding:
    status = dashboard.safety_status()
    if status in WELL:
        return Finding("safety", status.lower())
    return Finding("safety", status.lower().replace("_", " "), REMEDIES.get(status, "look at the pendant"))


def _mode(dashboard: Dashboard, config: Ur5eConfig) -> Finding:
    mode = dashboard.robot_mode()
    if mode == "RUNNING":
        return Finding("mode", "running")
    return Finding("mode", f"robot mode {mode.lower().replace('_', ' ')}", "power it on and release the brakes")


def make_ready(device: str, config: Ur5eConfig, unlock: bool) -> None:
    """Bring a stopped controller to where it can be taken over, as far as `unlock` allows; no arm moves by this.

    Raises DeviceError when a person must do something first.
    """
    try:
        with Dashboard(config.address) as dashboard:
            if unlock:
                _unlock(dashboard)
                _power(dashboard)
    except NoAnswer as error:
        raise DeviceError(device, f"no controller answers at {config.address}: {error}", UNREACHABLE) from error
    check_controller(device, config)


def _unlock(dashboard: Dashboard) -> None:
    def free() -> bool:
        if dashboard.safety_status() != "PROTECTIVE_STOP":
            return True
        dashboard.ask("close safety popup")
        dashboard.ask("unlock protective stop")
        return dashboard.safety_status() in WELL

    _until(free, UNLOCK)


def _power(dashboard: Dashboard) -> None:
    """Nothing while a safety stop stands: the controller would refuse."""
    if dashboard.safety_status() not in WELL or dashboard.robot_mode() == "RUNNING":
        return
    dashboard.ask("power on")
    _until(lambda: dashboard.robot_mode() in ("IDLE", "RUNNING"), POWER)
    dashboard.ask("brake release")
    _until(lambda: dashboard.robot_mode() == "RUNNING", POWER)


def _until(so: Callable[[], bool], seconds: float) -> None:
    """Ask again and again; what did not come true is found by the check that follows."""
    end = monotonic() + seconds
    while not so() and monotonic() < end:
        sleep_until(monotonic() + POLL)

"""The whole emulated cell: two controllers, two grippers, a camera, over one world; faults at their time."""

from __future__ import annotations

import asyncio
from typing import Any

from pg4da.hardware.emulator.addresses import Addresses, PortTaken
from pg4da.hardware.emulator.camera import CameraServer
from pg4da.hardware.emulator.devices import CAMERA_FAULTS, GRIPPER_FAULTS, Device, ThreadedDevice
from pg4da.hardware.emulator.faults import ARM_FAULTS, Fault, Kind
from pg4da.hardware.emulator.pacing import Pacing
from pg4da.hardware.emulator.robotiq.gripper import EmulatedGripper
from pg4da.hardware.emulator.ur5e.safety import UNLOCK_DELAY
from pg4da.hardware.emulator.ur5e.station import Station
from pg4da.hardware.emulator.world import SteppedWorld

# What faults can happen to what.
KINDS: dict[str, dict[str, Kind]] = {
    "left": dict(ARM_FAULTS),
    "right": dict(ARM_FAULTS),
    "left_gripper": dict(GRIPPER_FAULTS),
    "right_gripper": dict(GRIPPER_FAULTS),
    "camera": dict(CAMERA_FAULTS),
}
LOG_LINES = 12


class Emulation:
    """Everything runs in the loop that calls `start` and `run`, but for the grippers' and the camera's own threads."""

    def __init__(
        self, world: SteppedWorld, addresses: Addresses, *, seed: int = 0, unlock_delay: float = UNLOCK_DELAY
    ) -> None:
        self.world = world
        self.addresses = addresses
        self.stations = {
            name: Station(
                name, address, world.arms[name], world.now, world.timestep, seed=seed + i, unlock_delay=unlock_delay
            )
            for i, (name, address) in enumerate(addresses.arms.items())
        }
        self.pacing = Pacing(world.timestep, self._step)
        self.grippers: dict[str, EmulatedGripper] = {}
        self.camera: CameraServer | None = None
        self.devices: dict[str, Device] = dict(self.stations)
        self._coming: list[Fault] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    async def start(self) -> None:
        """Listen everywhere. Raises PortTaken, and then nothing listens."""
        try:
            for station in self.stations.values():
                await self._listen(station)
            for name, address in self.addresses.arms.items():
                self.grippers[name] = self._gripper(name, address)
                self.devices[f"{name}_gripper"] = ThreadedDevice(self.grippers[name])
            self.camera = self._make_camera()
            self.devices["camera"] = ThreadedDevice(self.camera)
        except PortTaken:
            self.close()
            raise

    async def run(self) -> None:
        """Let the world run, until cancelled. Raises what goes wrong in it."""
        await self.pacing.run()

    def close(self) -> None:
        """Free every port; idempotent."""
        for station in self.stations.values():
            station.close()
        for gripper in self.grippers.values():
            gripper.close()
        if self.camera is not None:
            self.camera.close()

    async def _listen(self, station: Station) -> None:
        try:
            await station.listen()
        except OSError as error:
            ports = ", ".join(map(str, station.ports))
            raise PortTaken(f"the {station.name} arm", station.link.address, ports, str(error)) from error

    def _gripper(self, name: str, address: str) -> EmulatedGripper:
        try:
            return EmulatedGripper(self.world.grippers[name], self.world.now, address)
        except OSError as error:
            raise PortTaken(f"the {name} gripper", address, "54321, 1502, 63352", str(error)) from error

    def _make_camera(self) -> CameraServer:
        host, port = self.addresses.host, self.addresses.camera_port
        try:
            return CameraServer(self.world, host, port)
        except OSError as error:
            raise PortTaken("the camera", host, port, str(error)) from error

    def _step(self) -> None:
        for station in self.stations.values():
            station.before_step()
        self.world.step()
        for station in self.stations.values():
            station.after_step()
        if self._coming and self._coming[0].after <= self.world.now():
            self._spawn(self._coming.pop(0))
        if self._failure is not None:
            raise self._failure

    # faults

    def plan(self, fault: Fault) -> None:
        """Inject it when its time has come, counted from now in the world's time."""
        self._coming.append(Fault(fault.name, fault.device, fault.value, fault.after + self.world.now()))
        self._coming.sort(key=lambda each: each.after)

    def _spawn(self, fault: Fault) -> None:
        task = asyncio.get_running_loop().create_task(self.inject(fault))
        self._tasks.add(task)
        task.add_done_callback(self._injected)

    def _injected(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()

    async def inject(self, fault: Fault) -> None:
        """Now."""
        await self.devices[fault.device].inject(fault)

    async def clear(self, device: str = "", name: str = "") -> None:
        """One fault, all of a device, or all; also those still to come. Raises OSError when a port was taken."""
        self._coming = [
            fault for fault in self._coming if (device and fault.device != device) or (name and fault.name != name)
        ]
        for each in [device] if device else list(self.devices):
            for fault in [name] if name else list(self.devices[each].faults):
                await self.devices[each].clear(fault)

    # what a person or a test may want to know

    def status(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "time": round(self.world.now(), 3),
            "ratio": round(self.pacing.ratio, 3),
            "lost": round(self.pacing.lost, 3),
            "arms": {name: self._arm_status(station) for name, station in self.stations.items()},
            "grippers": {name: self._gripper_status(name, gripper) for name, gripper in self.grippers.items()},
            "camera": None if self.camera is None else {"host": self.camera.host, "port": self.camera.port},
            "faults": {name: sorted(device.faults) for name, device in self.devices.items() if device.faults},
        }

    def _arm_status(self, station: Station) -> dict[str, Any]:
        c = station.controller
        return {
            "address": station.link.address,
            "q": [round(float(v), 5) for v in c.arm.q],
            "dq": [round(float(v), 5) for v in c.arm.dq],
            "target": [round(float(v), 5) for v in c.drive.q],
            "robot_mode": c.safety.robot_mode.name,
            "safety_mode": c.safety.mode.name,
            "reason": c.safety.reason,
            "program": c.program.name if c.program else "",
            "runtime_state": c.runtime_state,
            "payload": c.settings.mass,
            "scaling": c.drive.scaling,
            "log": list(c.log)[-LOG_LINES:],
        }

    def _gripper_status(self, name: str, gripper: EmulatedGripper) -> dict[str, Any]:
        of = self.world.grippers[name]
        return {
            "width": round(of.width, 5),
            "moving": of.moving,
            "object_detected": of.object_detected,
            "ports": gripper.ports,
            "device": gripper.path,
        }

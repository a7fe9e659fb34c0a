"""hardware.cell.Cell of real devices: two arms with their grippers, a camera, the wall clock.

What keeps it safe here is software on an ordinary computer: it is not safety-rated. One arm that stops, is stopped or
is lost stops the other; nothing starts that the guard refuses.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from contextlib import ExitStack

from pg4da.hardware.cell import Arm, Camera, Clock, Workspace
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.pacer import Paced, Pacer
from pg4da.hardware.reviving import close_all, revive, revive_gripper
from pg4da.hardware.safety.config import SafetyConfig
from pg4da.hardware.safety.guard import Course, Guard
from pg4da.hardware.set_aside import set_aside, take_back
from pg4da.hardware.supervision import Faulty, Supervised, Trouble
from pg4da.hardware.wall_clock import monotonic
from pg4da.hardware.watched_camera import WatchedCamera


class RobotCell:
    """speed: share of the planned speed at which everything runs, for a first try. delay [s]: before a motion starts.

    Raises DeviceError for an arm whose driver can't follow a cell's pace (`hardware.pacer.Paced`).
    """

    def __init__(
        self,
        name: str,
        arms: Mapping[str, Arm],
        camera: Camera,
        clock: Clock,
        bin_position: Array,
        *,
        workspace: Workspace | None = None,
        safety: SafetyConfig | None = None,
        speed: float = 1.0,
        delay: float = 0.03,
    ) -> None:
        self.name, self.arms, self.clock = name, dict(arms), clock
        self.camera = WatchedCamera(camera, self._camera_lost)
        self.workspace = workspace or Workspace()
        self.bin_position = bin_position
        self._trouble: Trouble | None = None
        self._pacer = Pacer(speed, delay)
        self._guard = Guard(safety or SafetyConfig())
        self._members: dict[str, Paced] = {name: self._join(name, arm) for name, arm in arms.items()}
        self._alarm = threading.Event()
        self._lock = threading.Lock()
        self._due = monotonic()
        self._closed = False
        set_aside()

    def _join(self, name: str, arm: Arm) -> Paced:
        if not isinstance(arm, Paced):
            remedy = "its driver must follow hardware.pacer.Paced, so that both arms keep together"
            raise DeviceError(f"{name} arm", f"a {type(arm).__name__} can't follow the pace of a cell", remedy)
        arm.join(self._pacer)
        if isinstance(arm, Supervised):
            arm.on_trouble(self._troubled)
        return arm

    # ---- time

    def advance(self, dt: float) -> None:
        """Start what was commanded since the last call, then wait for the end of the period of dt [s].

        A period that is over already is not made up for. A trouble ends the wait.
        """
        self._launch()
        self._look_at_devices()
        now = monotonic()
        self._due = max(self._due + dt, now)
        if self._due > now and self._alarm.wait(self._due - now):
            self._alarm.clear()

    def _launch(self) -> None:
        """All of it at one moment, or none of it; nothing while there is a trouble."""
        if not self._pacer.staged:
            return
        trouble = self.trouble
        refusal = str(trouble) if trouble else self._guard.refuse({name: self._course(name) for name in self.arms})
        if refusal:
            for member in self._members.values():
                member.refuse(refusal)
        self._pacer.launch()

    def _course(self, name: str) -> Course:
        arm = self.arms[name]
        width = arm.gripper.state.width
        rows = self._members[name].ahead(self._guard.step)
        return Course(arm.kinematics, rows, width, arm.gripper.tip_retreat(width))

    @property
    def pace(self) -> float:
        """Share of the planned speed at which motions run now."""
        return self._pacer.pace

    def hold(self) -> None:
        """Slow every motion down to rest, both arms together. Idempotent."""
        self._pacer.hold()

    def resume(self) -> None:
        """Go on where `hold` stopped. Idempotent."""
        self._pacer.resume()

    # ---- stopping

    def stop(self) -> None:
        """Stop every arm, each of them although another's driver breaks; idempotent, from any thread."""
        with ExitStack() as each:
            for arm in self.arms.values():
                each.callback(arm.stop)

    @property
    def trouble(self) -> Trouble | None:
        """The first since the cell was ready; every arm was told to stop because of it."""
        self._look_at_devices()
        return self._trouble

    def _troubled(self, trouble: Trouble) -> None:
        """Called in any thread. The first trouble is kept, unless it only foretold a stop of the same device."""
        with self._lock:
            before = self._trouble
            foretold = before is not None and before.device == trouble.device and before.code == "safety_stop"
            if before is None or foretold:
                self._trouble = trouble
        self._alarm.set()
        self.stop()

    def _look_at_devices(self) -> None:
        if self._trouble is not None:
            return
        for name, arm in self.arms.items():
            problem = arm.gripper.problem if isinstance(arm.gripper, Faulty) else ""
            if problem:
                self._troubled(Trouble("safety_stop", f"{name} gripper", problem, self.clock.now()))
        if problem := self.camera.problem:
            self._camera_lost(problem)

    def _camera_lost(self, why: str) -> None:
        """Nothing may move on what can't be seen."""
        if self._trouble is None:
            self._troubled(Trouble("safety_stop", "camera", why, self.clock.now()))

    # ---- after a trouble

    def prepare(self) -> None:
        """Before a mission: connect again what was lost. Raises DeviceError while a stop stands; never releases one."""
        gc.collect()  # a mission's objects hold each other and its pictures: 8 MB each, which Python comes to late
        self._revive(unlock=False)

    def recover(self) -> None:
        """An operator has looked and wants it: release protective stops, power on, reset grippers, connect again.

        Takes seconds, and no arm moves by it; a gripper that must be activated anew opens. Raises DeviceError with
        what a person must still do.
        """
        self._revive(unlock=True)

    def _revive(self, unlock: bool) -> None:
        for name, arm in self.arms.items():
            revive(arm, unlock)
            revive_gripper(f"{name} gripper", arm.gripper, unlock)
        self.camera.revive()
        self._pacer.resume()
        with self._lock:  # one may have come while another was brought back
            standing = [arm.trouble for arm in self.arms.values() if isinstance(arm, Supervised)]
            self._trouble = next((trouble for trouble in standing if trouble is not None), None)
        self._alarm.clear()
        self._due = monotonic()

    def close(self) -> None:
        """Stop, then release every device, each of them although another breaks; idempotent."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as then:
            then.callback(take_back)
            then.callback(close_all, [self.camera, *(arm.gripper for arm in self.arms.values())])
            then.callback(close_all, list(self.arms.values()))
            self.stop()

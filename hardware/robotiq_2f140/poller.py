"""A thread that alone talks to the gripper: looks at its state all the time, writes what the task at hand wants.

Without it a gripper would also report fault 9 after a second of silence.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from pg4da.hardware.cell import Clock, Progress
from pg4da.hardware.robotiq_2f140.link import Link, LinkError
from pg4da.hardware.robotiq_2f140.registers import Command, Status
from pg4da.hardware.robotiq_2f140.tasks import Task

RECONNECT = 0.25  # s between tries
NO_COMMUNICATION = 0x9
FORGIVEN = 3  # readings in a row: the first answers after a silence still tell of it
SECOND_LOOK = 0.03  # s after a first that finds nothing new: this process itself may have stood still until then
LAST_WORDS = 1.0  # s for a task to end before the link is closed


@dataclass(frozen=True)
class Reading:
    """stamp: s on the cell's clock, when it was heard."""

    status: Status
    stamp: float


class Poller:
    """`reading` and `silence` return at once, from any thread. A lost link is sought again until `close`."""

    def __init__(self, link: Link, clock: Clock, period: float, timeout: float) -> None:
        self._link, self._clock = link, clock
        self._period, self._timeout = period, timeout
        self._lock = threading.Lock()
        self._wake, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"gripper {link.address}", daemon=True)
        self._task: Task | None = None
        self._unsent: Command | None = None
        self._complaint = f"nothing heard from {link.address}"
        self._complaining = 0
        self._nobody = False
        self._doubted: float | None = None  # when a look first found the reading old
        self._reading = Reading(Status(), -timeout)

    def start(self) -> None:
        """Connect and look once. Raises LinkError."""
        try:
            self._link.open()
            self._heard(self._link.read())
        except LinkError:
            self._link.close()
            raise
        self._thread.start()

    @property
    def reading(self) -> Reading:
        return self._reading

    @property
    def silence(self) -> str:
        """Since when nothing is heard, and why; empty within the timeout, unless there is nobody to connect to.

        To be looked at often: it takes two looks to be sure.
        """
        now = self._clock.now()
        age = now - self._reading.stamp
        doubted = self._doubted  # other threads look too
        if age <= self._timeout - SECOND_LOOK:
            doubted = None
        elif doubted is None:
            doubted = now
        self._doubted = doubted
        sure = doubted is not None and now - doubted >= SECOND_LOOK
        if self._nobody or (sure and age > self._timeout):
            return f"no state for {age:.1f} s: {self._complaint}"
        return ""

    @property
    def task(self) -> Task | None:
        """What it works at, None when idle."""
        return self._task

    def work_at(self, task: Task) -> None:
        """From now on; another command under way is cancelled."""
        with self._lock:
            if self._task is not None and self._task.handle is not task.handle:
                self._task.handle.end(Progress.CANCELLED)
            self._task, self._unsent = task, None
        self._wake.set()

    def close(self) -> None:
        """Idempotent. What is under way has a moment to end."""
        with self._lock:
            task = self._task
        if task is not None and self._thread.is_alive():
            task.handle.ended.wait(LAST_WORDS)
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(3 * self._timeout + LAST_WORDS)
        self._link.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._connect()
                self._heard(self._link.read())
                self._work()
                pause = self._period
            except LinkError as problem:
                pause = self._unheard(problem)
            self._wake.wait(pause)
            self._wake.clear()

    def _connect(self) -> None:
        try:
            self._link.open()
        except LinkError:
            self._nobody = True  # until something is heard again
            raise

    def _heard(self, status: Status) -> None:
        late = status.gFLT == NO_COMMUNICATION
        self._complaining = self._complaining + 1 if late else 0
        if late and self._complaining <= FORGIVEN:
            status = replace(status, gFLT=0)
        self._reading = Reading(status, self._clock.now())
        self._nobody = False

    def _unheard(self, problem: LinkError) -> float:
        """Seconds to wait before the next try."""
        self._link.close()
        self._complaint = str(problem)
        if not self.silence:
            return 0.0
        with self._lock:
            if self._task is not None:
                self._task.handle.end(Progress.FAULT, self.silence)
            self._task = self._unsent = None
        return RECONNECT

    def _work(self) -> None:
        with self._lock:
            task = self._task
            if task is None:
                return
            if self._unsent is None:
                self._unsent = task.next(self._reading.status, self._reading.stamp)
            command = self._unsent
        if command is not None:
            self._link.write(command)
        with self._lock:
            if self._task is not task:
                return
            self._unsent = None
            if task.handle.ended.is_set():
                self._task = None

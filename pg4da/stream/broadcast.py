"""One run told to any number of viewers, from a thread of its own: neither a slow viewer nor many slow a tick."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from pg4da.stream.messages import Message, encode
from pg4da.stream.sink import Sink
from pg4da.stream.state import RunState

PERIOD = 0.05  # s on the wall between two deliveries
BACKLOG = 8_000_000  # bytes a viewer may lie behind before it starts again from a keyframe


class Subscription:
    """One viewer's end: a keyframe, the last pictures, then every line that follows."""

    def __init__(self, broadcast: Broadcast, notify: Callable[[], None] | None) -> None:
        self._broadcast, self._notify = broadcast, notify
        self._lines: deque[bytes] = deque()
        self._size = 0
        self._lost = True
        self._closed = False
        self._changed = threading.Condition()

    @property
    def closed(self) -> bool:
        return self._closed

    def get(self, timeout: float | None = None) -> bytes | None:
        """The next line; None when none came within `timeout` [s] or the subscription is closed.

        A viewer that was too slow gets a keyframe of the present instead of what it missed.
        """
        while True:
            if self._lost and not self._closed:
                self._broadcast.restart(self)
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._lost or self._closed, timeout)
                if self._lines:
                    line = self._lines.popleft()
                    self._size = max(0, self._size - len(line))
                    return line
                if self._closed or not self._lost:
                    return None

    def close(self) -> None:
        """Nothing more is wanted; a waiting `get` returns."""
        self._broadcast.forget(self)
        with self._changed:
            self._closed = True
            self._lines.clear()
            self._changed.notify_all()

    def restart(self, lines: Iterable[bytes]) -> None:
        """Make up for what was missed. These lines do not count as a backlog: a viewer gets them in any case."""
        with self._changed:
            self._lines.clear()
            self._lines.extend(lines)
            self._size, self._lost = 0, False

    def put(self, lines: Iterable[bytes], size: int) -> None:
        """From the delivering thread; never waits for the viewer."""
        with self._changed:
            if self._lost:
                return
            self._size += size
            if self._size > BACKLOG:
                self._lines.clear()
                self._lost = True
            else:
                self._lines.extend(lines)
            self._changed.notify_all()
        if self._notify is not None:
            self._notify()


class Broadcast(Sink):
    """A sink that any number of viewers can subscribe to, early or late, from any thread.

    `send` only puts the message down; a thread takes what came every PERIOD seconds, keeps the state of the run, and
    hands it on. It outlives the run, so that viewers can look at how it ended and at the next one.
    """

    def __init__(self) -> None:
        self._inbox: deque[tuple[Message, bytes]] = deque()
        self._state = RunState()
        self._viewers: list[Subscription] = []
        self._lock = threading.Lock()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def send(self, message: Message, line: bytes) -> None:
        if self._stop.is_set():
            return
        self._inbox.append((message, line))
        if not self._wake.is_set():
            self._start()
            self._wake.set()

    def subscribe(self, notify: Callable[[], None] | None = None) -> Subscription:
        """From now on, starting with a keyframe of the present. `notify` is called whenever `get` has something."""
        viewer = Subscription(self, notify)
        with self._lock:
            self._restart(viewer)
            self._viewers.append(viewer)
        if self._stop.is_set():
            viewer.close()
        return viewer

    @property
    def viewers(self) -> int:
        """How many are subscribed."""
        return len(self._viewers)

    def close(self) -> None:
        """End the thread and every subscription."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(2.0)
        for viewer in list(self._viewers):
            viewer.close()

    def restart(self, viewer: Subscription) -> None:
        """Give it a keyframe of the present and the last pictures, after which it gets what follows."""
        with self._lock:
            self._restart(viewer)

    def forget(self, viewer: Subscription) -> None:
        """A viewer has gone."""
        with self._lock:
            if viewer in self._viewers:
                self._viewers.remove(viewer)

    def _restart(self, viewer: Subscription) -> None:
        self._deliver()
        viewer.restart(map(encode, (self._state.keyframe(), *self._state.pictures.values())))

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="broadcast", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                self._deliver()
            self._stop.wait(PERIOD)

    def _deliver(self) -> None:
        """With the lock held: take in what came, hand it to everyone who keeps up."""
        lines = []
        while self._inbox:
            message, line = self._inbox.popleft()
            self._state.apply(message)
            if message["k"] != "key":  # a record's keyframe says again what every viewer has heard
                lines.append(line)
        if lines:
            size = sum(map(len, lines))
            for viewer in self._viewers:
                viewer.put(lines, size)

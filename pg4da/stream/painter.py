"""Pictures for viewers, drawn and compressed beside the mission: a tick never waits for one."""

from __future__ import annotations

import base64
import threading
from collections import deque
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from pg4da.stream.messages import Message, encode

Picture = NDArray[np.uint8]
WAITING = 12  # pictures not yet begun; beyond it the oldest is left out


class Painter:
    """One thread that draws what it is given. `dropped` counts what was left out."""

    def __init__(self) -> None:
        self.dropped = 0
        self.finished: deque[tuple[Message, bytes]] = deque()
        self._jobs: deque[tuple[Message, Callable[[], Picture]]] = deque()
        self._changed = threading.Condition()
        self._busy = self._closed = False
        self._thread: threading.Thread | None = None

    def paint(self, message: Message, draw: Callable[[], Picture]) -> None:
        """Later put `message`, completed by the picture (H, W, 3) that `draw` gives, among the finished."""
        with self._changed:
            self._jobs.append((message, draw))
            if len(self._jobs) > WAITING:
                self._jobs.popleft()
                self.dropped += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="pictures", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def take(self) -> Iterator[tuple[Message, bytes]]:
        """What has been finished since the last call."""
        while self.finished:
            yield self.finished.popleft()

    def wait(self, seconds: float) -> None:
        """Until everything is drawn, or so long [s on the wall]."""
        with self._changed:
            self._changed.wait_for(lambda: not self._jobs and not self._busy, seconds)

    def close(self) -> None:
        """End the thread after the picture that it is at; what waits is left out."""
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(2.0)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._jobs or self._closed)
                if self._closed:
                    return
                message, draw = self._jobs.popleft()
                self._busy = True
            done = _painted(message, draw)
            self.finished.append((done, encode(done)))


def _painted(message: Message, draw: Callable[[], Picture]) -> Message:
    """The message with its picture, or an event that says why there is none."""
    try:
        picture = draw()
        height, width = picture.shape[:2]
        return {**message, "png": base64.b64encode(png(picture)).decode("ascii"), "w": width, "h": height}
    except Exception as error:  # a picture that can't be drawn must not end the thread that draws the others
        text = f"picture '{message['name']}' could not be drawn: {type(error).__name__}: {error}"
        return {"k": "event", "t": message["t"], "event": "picture_failed", "data": {"message": text}}


def png(picture: Picture) -> bytes:
    """An RGB picture, (H, W, 3), compressed."""
    import cv2

    done, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not done:
        raise ValueError(f"no PNG of shape {picture.shape}")
    return data.tobytes()

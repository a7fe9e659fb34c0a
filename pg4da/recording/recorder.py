"""Keeps what people look at of a run: pictures before and after, one a decision, a film, the result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import Cell
from pg4da.mission.events import Event, Listener
from pg4da.recording.film import Film
from pg4da.recording.folder import make_folder, write_whole
from pg4da.recording.plain import plain

FILM_PERIOD = 0.4  # s on the cell's clock between frames; a frame costs up to 0.1 s of CPU
FILM_SIZE = (480, 360)


class Recorder(Listener):
    """An observer that writes to `folder`. Cells without `picture` give no third-person view and no film."""

    def __init__(self, folder: Path, film: bool = True) -> None:
        self._folder, self._wants_film = folder, film
        self._film = Film(FILM_PERIOD)
        self._cell: Cell | None = None
        self._decisions = 0
        self._before_saved = False

    def on_start(self, cell: Cell) -> None:
        """Raises BadInput when the folder can't be written."""
        make_folder(self._folder)
        self._cell = cell

    def on_event(self, event: Event) -> None:
        if event.kind == "observation" and not self._before_saved:
            self._before_saved = True
            self._save_picture("before.png", event.data["observation"].view.rgb)
        elif event.kind == "decision":
            self._save_decision(event)

    def on_tick(self, time: float) -> None:
        if self._wants_film and self._film.wants(time):
            frame = self._third_person(FILM_SIZE)
            if frame is not None:
                self._film.add(frame, time)

    def on_end(self) -> None:
        if self._cell is not None:
            # the mission is over: this frame can't change what it did, even when the camera's noise is drawn for it
            with suppress(TimeoutError):  # a camera that was lost: the mission's failure tells of it, the film goes on
                self._save_picture("after.png", self._cell.camera.capture().rgb)
        if len(self._film):
            write_whole(self._folder / "film.gif", self._film.save)

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write the result, last."""
        text = json.dumps(plain(result), indent=2) + "\n"
        write_whole(self._folder / "result.json", lambda path: path.write_text(text, encoding="utf-8"))

    def _save_decision(self, event: Event) -> None:
        from pg4da.skills.perception.draw import decision_picture

        self._decisions += 1
        picture = decision_picture(event.data["observation"], event.data["decision"])
        save_png(self._folder / f"decision_{self._decisions:02d}.png", picture)

    def _save_picture(self, name: str, camera_view: NDArray[np.uint8]) -> None:
        height, width = camera_view.shape[:2]
        beside = self._third_person((width, height))
        save_png(self._folder / name, camera_view if beside is None else np.hstack([camera_view, beside]))

    def _third_person(self, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        picture = getattr(self._cell, "picture", None)
        return None if picture is None else picture(size)


def save_png(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write an RGB picture, shape (H, W, 3)."""
    from PIL import Image

    write_whole(path, lambda temporary: Image.fromarray(picture).save(temporary, format="PNG"))

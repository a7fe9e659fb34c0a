"""A short film of a mission: frames of the third-person view as an animated GIF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 10_000_000
MAX_FRAMES = 160
COLOURS = 64


class Film:
    """A frame every `period` seconds of the cell's clock, kept with one byte a pixel until the film is saved.

    When there are MAX_FRAMES, every second one goes and the period doubles: a long mission costs little more than a
    short one.
    """

    def __init__(self, period: float) -> None:
        self.period = period
        self._next = 0.0
        self._frames: list[Image] = []
        self._palette: Image | None = None

    def wants(self, time: float) -> bool:
        """Whether a frame is due at this time [s]."""
        return time >= self._next

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, picture: NDArray[Any], time: float) -> None:
        """One frame, shape (H, W, 3) uint8."""
        from PIL import Image

        image = Image.fromarray(picture)
        if self._palette is None:
            self._palette = image.quantize(COLOURS)
        self._frames.append(image.quantize(palette=self._palette, dither=Image.Dither.NONE))
        if len(self._frames) >= MAX_FRAMES:
            self._frames, self.period = self._frames[::2], 2 * self.period
        self._next = time + self.period

    def save(self, path: Path, frame_time: float = 0.1) -> None:
        """Write the GIF, frame_time [s] a frame; every second frame goes until it is small enough."""
        frames = self._frames
        while frames:
            frames[0].save(
                path,
                format="GIF",
                save_all=True,
                append_images=[*frames[1:], *[frames[-1]] * 10],
                duration=round(1000 * frame_time),
                loop=0,
                optimize=False,
            )
            if path.stat().st_size <= MAX_BYTES or len(frames) < 4:
                return
            frames, frame_time = frames[::2], 2 * frame_time

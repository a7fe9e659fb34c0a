"""A short film of a mission: frames of the third-person view as an animated GIF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 10_000_000
COLOURS = 64


class Film:
    """Frames are kept as 64-colour pictures (one byte a pixel) until they are saved."""

    def __init__(self) -> None:
        self._frames: list[Image] = []
        self._palette: Image | None = None

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, picture: NDArray[Any]) -> None:
        """One frame, shape (H, W, 3) uint8."""
        from PIL import Image

        image = Image.fromarray(picture)
        if self._palette is None:
            self._palette = image.quantize(COLOURS)
        self._frames.append(image.quantize(palette=self._palette, dither=Image.Dither.NONE))

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

"""Learning curves as a picture, drawn with Pillow alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pg4da.training.rows import smoothed

WIDTH, HEIGHT = 760, 316
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 50, 40
COLOURS = ("#2f6fb3", "#c2553d", "#3c8d5a", "#8a5fb0", "#b58a1c", "#4a9fa5")
INK, FAINT, PAPER = "#1c2430", "#dde1e7", "#ffffff"


@dataclass(frozen=True)
class Curve:
    """x, y of the same length; what is not a number is left out."""

    x: Sequence[float]
    y: Sequence[float]


def draw_curves(
    path: Path, title: str, below: str, curves: Mapping[str, Curve], reach: int = 1, scale: int = 2
) -> None:
    """Write a PNG with a line for each curve, a mean over `reach` points; 0 to 1 if all lie there, else their range."""
    image = Image.new("RGB", (WIDTH * scale, HEIGHT * scale), PAPER)
    pen, fonts = ImageDraw.Draw(image), [ImageFont.load_default(size * scale) for size in (11, 14)]
    lines = {name: _points(curve, reach) for name, curve in curves.items()}
    every = [p for points in lines.values() for p in points]
    right = max((x for x, _ in every), default=1.0) or 1.0
    low, high = _range([y for _, y in every])

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * x / right
        return across * scale, (HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - low) / (high - low)) * scale

    for k in range(5):
        y, x = low + (high - low) * k / 4, right * k / 4
        pen.line([at(0, y), at(right, y)], FAINT, scale)
        pen.text((at(0, y)[0] - 8 * scale, at(0, y)[1]), f"{y:.3g}", INK, fonts[0], "rm")
        pen.text((at(x, low)[0], at(x, low)[1] + 6 * scale), f"{x:,.0f}", INK, fonts[0], "mt")
    pen.text((LEFT * scale, 8 * scale), title, INK, fonts[1])
    pen.text(((WIDTH - RIGHT) * scale, (HEIGHT - 4) * scale), below, INK, fonts[0], "rb")
    across = float((WIDTH - RIGHT) * scale)
    for (name, points), colour in reversed(list(zip(lines.items(), COLOURS * len(lines), strict=False))):
        if len(points) > 1:
            pen.line([at(*p) for p in points], colour, 2 * scale, "curve")
        for p in points[-1:]:
            x, y = at(*p)
            pen.ellipse([x - 3 * scale, y - 3 * scale, x + 3 * scale, y + 3 * scale], colour)
        across -= pen.textlength(name, fonts[0])
        pen.text((across, 28 * scale), name, colour, fonts[0])
        across -= 14 * scale
    image.save(path)


def _points(curve: Curve, reach: int) -> list[tuple[float, float]]:
    pairs = zip(curve.x, smoothed(curve.y, reach), strict=True)
    return [(x, y) for x, y in pairs if math.isfinite(x) and math.isfinite(y)]


def _range(values: Sequence[float]) -> tuple[float, float]:
    if not values or (min(values) >= 0.0 and max(values) <= 1.0):
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room

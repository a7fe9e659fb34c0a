"""Colours that people name, and how much a measured colour is like one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Rgb = tuple[int, int, int]

HUES: dict[str, tuple[float, float]] = {  # hue and how far it may be off [degrees]
    "red": (0.0, 18.0),
    "orange": (28.0, 14.0),
    "yellow": (55.0, 16.0),
    "green": (120.0, 30.0),
    "cyan": (180.0, 22.0),
    "blue": (230.0, 30.0),
    "purple": (275.0, 22.0),
    "magenta": (305.0, 18.0),
    "pink": (330.0, 16.0),
}
GREYS: dict[str, float] = {"black": 0.05, "grey": 0.45, "white": 0.95}  # brightness
HUE_TOLERANCE = 22.0  # degrees, of a colour given in numbers
MIN_VALUE = 30.0  # of 255, darker pixels have no hue
GREY_BELOW = 0.15  # saturation


@dataclass(frozen=True)
class Reference:
    """hue and tolerance [degrees], or hue None for a grey of this value (0..1)."""

    hue: float | None
    tolerance: float
    value: float


def _hsv(rgb: Bytes) -> tuple[Floats, Floats, Floats]:
    """Hue [degrees], saturation 0..1, value 0..255 of colours (..., 3)."""
    flat = np.ascontiguousarray(rgb.reshape(1, -1, 3), np.float32)
    h, s, v = np.moveaxis(cv2.cvtColor(flat, cv2.COLOR_RGB2HSV).reshape(rgb.shape), -1, 0)
    return h, s, v


def _numbers(text: str) -> Rgb | None:
    """RGB of `#rrggbb` or `r,g,b` (0..255, or 0..1 where no number is above 1); None for anything else."""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    parts = text.split(",")
    if len(parts) != 3 or not all(re.fullmatch(r"\s*\d+(\.\d*)?\s*", p) for p in parts):
        return None
    numbers = [float(p) for p in parts]
    scale = 255.0 if max(numbers) <= 1.0 else 1.0
    r, g, b = (round(scale * n) for n in numbers)
    return (r, g, b) if max(r, g, b) <= 255 else None


def parse_color(color: str) -> Reference:
    """What to look for. Raises ValueError that lists the valid choices."""
    text = color.strip().lower()
    if text in HUES:
        return Reference(*HUES[text], value=1.0)
    if text in GREYS:
        return Reference(None, 0.0, GREYS[text])
    rgb = _numbers(text)
    if rgb is None:
        names = ", ".join([*HUES, *GREYS])
        raise ValueError(f"unknown target colour {color!r}; choose one of {names}, or #rrggbb, or r,g,b")
    h, s, v = (float(c.ravel()[0]) for c in _hsv(np.array([[rgb]], np.uint8)))
    return Reference(None if s < GREY_BELOW else h, HUE_TOLERANCE, v / 255.0)


def likeness(rgb: Bytes, reference: Reference) -> Floats:
    """How like the reference each colour (..., 3) is, 0..1, whatever the shading."""
    h, s, v = _hsv(rgb)
    if reference.hue is None:
        close = 1.0 - np.abs(v / 255.0 - reference.value) / 0.35
        chroma = s * v / 255.0  # saturation alone is noise in dark pixels
        return np.asarray(np.clip(1.25 * close, 0, 1) * np.clip(1.25 - chroma / 0.2, 0, 1), np.float32)
    off = np.abs((h - reference.hue + 180.0) % 360.0 - 180.0)
    hue = np.clip(1.25 * (1.0 - off / reference.tolerance), 0, 1)
    return np.asarray(hue * np.clip((s - 0.2) / 0.4, 0, 1) * (v > MIN_VALUE), np.float32)

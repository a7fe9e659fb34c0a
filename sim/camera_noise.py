"""What an Xtion-like RGB-D camera (structured light) adds to a perfect picture.

Depth: axial noise after Nguyen, Izadi and Lovell, "Modeling Kinect sensor noise" (3DIMPVT 2012), disparities in
steps of 1/8 pixel, no depth where the projector is shadowed, ragged edges and stray holes. Colour: exposure and pixel
noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array

Rgb = NDArray[np.uint8]
Depth = NDArray[np.float32]


@dataclass(frozen=True)
class NoiseModel:
    """baseline [m] between camera and projector (at +x in the picture); disparity_step [pixels]; edge_jump [m]."""

    baseline: float = 0.075
    disparity_step: float = 0.125
    edge_jump: float = 0.015
    edge_dropout: float = 0.3
    stray_dropout: float = 0.002
    color_sigma: float = 5.0
    exposure_sigma: float = 0.03


XTION = NoiseModel()


def axial_sigma(depth: Depth) -> Depth:
    """Standard deviation [m] of depth [m] along the axis."""
    return np.asarray(0.0012 + 0.0019 * (depth - 0.4) ** 2, np.float32)


def projector_shadow(depth: Depth, fx: float, baseline: float) -> NDArray[np.bool_]:
    """Pixels that the projector, `baseline` [m] to the right, cannot light: along a row a nearer one covers them."""
    z = np.where(depth > 0, depth, np.float32(1e6))
    column = np.arange(depth.shape[1], dtype=np.float32) - np.float32(fx * baseline) / z
    nearest_right = np.minimum.accumulate(column[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(column > nearest_right + 0.5)


def quantise(depth: Depth, fx: float, model: NoiseModel) -> Depth:
    """Depth [m] whose disparity is a multiple of the model's step."""
    scale = np.float32(fx * model.baseline)
    disparity = scale / np.maximum(depth, np.float32(0.05))
    steps = np.maximum(np.round(disparity / np.float32(model.disparity_step)), 1.0)
    return np.asarray(scale / (steps * np.float32(model.disparity_step)), np.float32)


def noisy_depth(depth: Depth, fx: float, rng: np.random.Generator, model: NoiseModel = XTION) -> Depth:
    """Depth (H, W) as the camera would report it; 0 where it reports nothing."""
    noise = rng.standard_normal(depth.shape, dtype=np.float32)
    out = quantise(depth + axial_sigma(depth) * noise, fx, model)
    kernel = np.ones((3, 3), np.uint8)
    edge = cv2.dilate(depth, kernel) - cv2.erode(depth, kernel) > model.edge_jump
    chance = rng.random(depth.shape, dtype=np.float32)
    lost = projector_shadow(depth, fx, model.baseline) | (chance < model.stray_dropout)
    lost |= (edge & (chance < model.edge_dropout)) | (depth <= 0)
    out[lost] = 0.0
    return out


def noisy_rgb(rgb: Rgb, rng: np.random.Generator, model: NoiseModel = XTION) -> Rgb:
    """Colour (H, W, 3) with one exposure error a picture and noise a pixel and channel."""
    gain = np.float32(1.0 + model.exposure_sigma * rng.standard_normal())
    noise = rng.standard_normal(rgb.shape, dtype=np.float32)
    return np.asarray(np.clip(rgb * gain + np.float32(model.color_sigma) * noise, 0, 255), np.uint8)


def with_noise(
    rgb: Rgb, depth: Depth, K: Array, rng: np.random.Generator, model: NoiseModel = XTION
) -> tuple[Rgb, Depth]:
    """Both, drawn from one generator."""
    return noisy_rgb(rgb, rng, model), noisy_depth(depth, float(K[0, 0]), rng, model)

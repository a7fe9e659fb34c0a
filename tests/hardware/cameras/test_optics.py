"""Lenses are made straight: against OpenCV, librealsense where it is installed, and pictures of lines."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pg4da.hardware.cameras.config import Lens
from pg4da.hardware.cameras.optics import Model, Optics, Straightener, bent

K = np.array([[570.0, 0.0, 319.5], [0.0, 572.0, 239.5], [0.0, 0.0, 1.0]])
COEFFICIENTS = (0.08, -0.17, 0.0011, -0.0007, 0.05)


def grid() -> np.ndarray:
    x, y = np.meshgrid(np.linspace(-0.55, 0.55, 9), np.linspace(-0.42, 0.42, 7))
    return np.stack([x.ravel(), y.ravel()], axis=1)


@pytest.mark.parametrize("coefficients", [COEFFICIENTS, (*COEFFICIENTS, 0.01, 0.02, -0.01)])
def test_brown_is_opencvs(coefficients):
    points = np.column_stack([grid(), np.ones(len(grid()))])
    expected, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), np.eye(3), np.array(coefficients))
    assert np.allclose(bent(Optics(K, coefficients), grid()), expected[:, 0], atol=1e-12)


def test_the_modified_formula_differs_by_the_tangential_part_only():
    difference = bent(Optics(K, COEFFICIENTS), grid()) - bent(Optics(K, COEFFICIENTS, Model.MODIFIED_BROWN), grid())
    assert 1e-7 < np.abs(difference).max() < 1e-4
    radial = (0.08, -0.17, 0.0, 0.0, 0.05)
    assert np.allclose(bent(Optics(K, radial), grid()), bent(Optics(K, radial, Model.MODIFIED_BROWN), grid()))


@pytest.mark.parametrize("model", ["brown_conrady", "modified_brown_conrady", "inverse_brown_conrady"])
def test_models_are_librealsenses(model):
    rs = pytest.importorskip("pyrealsense2")
    from pg4da.hardware.cameras.realsense import MODELS

    lens = rs.intrinsics()
    lens.width, lens.height, lens.fx, lens.fy, lens.ppx, lens.ppy = 640, 480, 570.0, 572.0, 319.5, 239.5
    lens.coeffs, lens.model = list(COEFFICIENTS), getattr(rs.distortion, model)
    ours = bent(Optics(K, COEFFICIENTS, MODELS[model]), grid()) * (570.0, 572.0) + K[:2, 2]
    theirs = [rs.rs2_project_point_to_pixel(lens, [float(x), float(y), 1.0]) for x, y in grid()]
    assert np.allclose(ours, theirs, atol=0.001)


def test_a_bent_picture_becomes_that_of_a_pinhole():
    """A disc whose place in the bent picture OpenCV tells lies where the pinhole has it, in colour and depth."""
    optics, where = Optics(K, COEFFICIENTS), np.array([[0.4, -0.3]])
    u, v = (bent(optics, where)[0] * (570.0, 572.0)) + K[:2, 2]
    rgb, depth = np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640), np.float32)
    cv2.circle(rgb, (round(u), round(v)), 6, (255, 255, 255), -1)
    depth[rgb[:, :, 0] > 0] = 1.25
    flat_rgb, flat_depth = Straightener(optics, (640, 480))(rgb, depth)
    middle = np.argwhere(flat_rgb[:, :, 0] > 128).mean(axis=0)[::-1]
    assert np.allclose(middle, where[0] * (570.0, 572.0) + K[:2, 2], atol=0.7)
    assert set(np.unique(flat_depth)) == {np.float32(0), np.float32(1.25)}, "depths are never blended"


def test_a_straight_lens_costs_nothing():
    rgb, depth = np.zeros((48, 64, 3), np.uint8), np.ones((48, 64), np.float32)
    same_rgb, same_depth = Straightener(Optics(K, (0.0, 0.0)), (64, 48))(rgb, depth)
    assert same_rgb is rgb
    assert same_depth is depth


def test_a_cell_files_lens():
    optics = Optics.of(Lens(fx=500.0, fy=501.0, cx=320.0, cy=240.0, distortion=(0.1,)))
    assert optics.K[1, 1] == 501.0
    assert not optics.straight

"""Labelled pictures that cost nothing: a square on grey whose height says which orientation holds it."""

from dataclasses import dataclass

import numpy as np
import pytest


@dataclass(frozen=True)
class Painted:
    color: np.ndarray
    height: np.ndarray
    cells: np.ndarray
    labels: np.ndarray
    owner: np.ndarray


def painted(number: int, size: int = 64) -> Painted:
    """Height 2 cm: orientation 10; 9 cm: orientation 200. The square covers 3 × 3 cells."""
    rng = np.random.default_rng(number)
    color, height = np.full((size, size, 3), 128, np.uint8), np.zeros((size, size), np.float32)
    row, col = rng.integers(0, size // 4 - 3, 2).tolist()
    tall = number % 2
    square = (slice(4 * row, 4 * row + 12), slice(4 * col, 4 * col + 12))
    color[square], height[square] = (200, 40, 40), 0.09 if tall else 0.02
    cells = np.stack(np.meshgrid(np.arange(row, row + 3), np.arange(col, col + 3), indexing="ij"), -1).reshape(-1, 2)
    labels = np.zeros((9, 360), bool)
    labels[:, 200 if tall else 10] = True
    return Painted(color, height, cells, labels, np.zeros(9, np.intp))


@pytest.fixture(scope="module")
def paintings():
    return [painted(k) for k in range(12)]

"""Motions of the practice as pictures: the target's surroundings, where the motion goes, what came of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.learned.window import WINDOW
from pg4da.policies.ppo.sight import NOTHING, Outcome, Sight

TILE = 288  # pixels of a tile, WINDOW cells
CELL = TILE // WINDOW
PUSH, GRASP, INK, GOOD, BAD = (255, 170, 40), (255, 255, 255), (20, 20, 20), (30, 120, 60), (170, 50, 40)


def tile(sight: Sight, motion: list[int], outcome: Outcome) -> NDArray[np.uint8]:
    """RGB (TILE + 22, TILE + 4, 3): key points of a push numbered in their order, or the cell and turn of a grasp."""
    row, col = sight.corner
    per = len(sight.color) // 56
    cut = sight.color[row * per : (row + WINDOW) * per, col * per : (col + WINDOW) * per]
    picture = cv2.resize(cut, (TILE, TILE), interpolation=cv2.INTER_NEAREST)
    cells = [cell for cell in motion[:-1] if cell != NOTHING]
    for number, cell in enumerate(cells):
        r, c = divmod(cell, WINDOW)
        place = (c * CELL + CELL // 2, r * CELL + CELL // 2)
        cv2.circle(picture, place, 6, INK, -1, cv2.LINE_AA)
        cv2.circle(picture, place, 5, PUSH if outcome.push else GRASP, -1, cv2.LINE_AA)
        if outcome.push:
            cv2.putText(picture, str(number + 1), (place[0] + 5, place[1] - 4), 0, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    strip = np.full((22, TILE, 3), GOOD if outcome.success else BAD, np.uint8)
    kind = "push" if outcome.push else f"grasp {motion[-1]}"
    came = "success" if outcome.success else "failed" if outcome.made else "could not be made"
    text = f"{kind}: {came}, {outcome.reward:.2f}"
    cv2.putText(strip, text, (6, 15), 0, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
    return np.pad(np.vstack([picture, strip]), ((0, 0), (2, 2), (0, 0)), constant_values=255).astype(np.uint8)


def save_tiles(file: Path, tiles: list[NDArray[np.uint8]]) -> None:
    """Beside each other, as one PNG."""
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), cv2.cvtColor(np.hstack(tiles), cv2.COLOR_RGB2BGR))

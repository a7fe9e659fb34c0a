"""Heat maps of the part of the picture that matters, from a crop round it where the network's shape says so."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from pg4da.policies.avn.network import Avn
from pg4da.policies.avn.shape import STRIDE


def heat_in(avn: Avn, picture: Tensor, corners: Sequence[tuple[int, int]], span: int) -> Tensor:
    """Heat (b, 360, span, span) of squares of cells, from pictures (b, channels, n, n) as `picture_of` gives them.

    corners: first row and column [cells] of each picture's square, which lies inside the picture. Raises ValueError
    for a square wider than what the network looks at.
    """
    cells = picture.shape[-1] // STRIDE
    side = min(avn.shape.looks // STRIDE, cells) or cells
    if span > side:
        raise ValueError(f"a square of {span} cells: the network looks at {side} at once")
    starts = [tuple(min(max(k - (side - span) // 2, 0), cells - side) for k in corner) for corner in corners]
    heat = avn(
        torch.stack([_cut(p, STRIDE * r, STRIDE * c, STRIDE * side) for p, (r, c) in zip(picture, starts, strict=True)])
    )
    return torch.stack(
        [_cut(h, r - top, c - left, span) for h, (r, c), (top, left) in zip(heat, corners, starts, strict=True)]
    )


def _cut(picture: Tensor, row: int, col: int, side: int) -> Tensor:
    return picture[:, row : row + side, col : col + side]

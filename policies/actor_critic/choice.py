"""The distribution over motions that the actor stands for: a cell, then more key points or an orientation.

One map of scores decides between pushing and grasping: a cell of the target means a grasp there, a cell round it a
push through it. The cell is drawn from the softmax over both masks. A push draws further key points from its mask,
none nearer to another than `apart`; a grasp draws one of 360 orientations at its cell. Drawing the largest of scores
plus Gumbel noise does all of this at once, so a whole perturbed map reaches the decoder, as in the paper; unlike the
paper's Gaussian over every cell, only what is executed enters the probability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

NEVER = -1  # pads key points, and is the orientation of a push


@dataclass(frozen=True)
class Drawn:
    """cells (b, k): the motion's cell, then the other key points of a push, or NEVER; orientation (b,), or NEVER."""

    cells: Tensor
    orientation: Tensor


@dataclass(frozen=True)
class Masks:
    """Cells (b, n) bool where a grasp or a push may be; close (n, n) bool: pairs too near for two key points."""

    grasp: Tensor
    push: Tensor
    close: Tensor

    def __post_init__(self) -> None:
        if bool((self.grasp & self.push).any()):
            raise ValueError("a cell cannot mean both a grasp and a push")
        if not bool((self.grasp | self.push).any(dim=1).all()):
            raise ValueError("a mask without a single cell: nothing can be chosen")


def close_pairs(rows: int, columns: int, apart: float) -> Tensor:
    """Pairs (n, n) of cells whose centres are less than `apart` [cells] from each other; n = rows · columns."""
    r, c = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    place = torch.stack([r.flatten(), c.flatten()], dim=1).float()
    return torch.cdist(place, place, compute_mode="donot_use_mm_for_euclid_dist") < apart


class MotionChoice:
    """scores (b, n): the feature map over a temperature; turns: raw orientation scores (b, 360) for cells (b,)."""

    def __init__(self, scores: Tensor, masks: Masks, turns: Callable[[Tensor], Tensor], points: int) -> None:
        self._scores, self._masks, self._turns, self._points = scores, masks, turns, points

    def sample(self, generator: torch.Generator | None = None) -> Drawn:
        """A motion for each row, drawn at random."""
        return self._draw(self._noise(self._scores, generator), lambda raw: self._noise(raw, generator))

    def best(self) -> Drawn:
        """The likeliest motion of each row."""
        return self._draw(self._scores.detach(), lambda raw: raw.detach())

    def log_prob(self, drawn: Drawn) -> Tensor:
        """Log-probabilities (b,) of motions."""
        first = drawn.cells[:, 0]
        total = _log_share(self._scores, self._masks.grasp | self._masks.push, first)
        grasps = drawn.orientation != NEVER
        turn = _log_share(self._turns(first), None, drawn.orientation.clamp(min=0))
        total = total + torch.where(grasps, turn, torch.zeros_like(turn))
        free = self._masks.push
        for k in range(1, drawn.cells.shape[1]):
            free = free & ~self._close_to(drawn.cells[:, k - 1])
            cell = drawn.cells[:, k]
            counts = cell != NEVER
            allowed = torch.where(counts[:, None], free, torch.ones_like(free))  # rows that do not count stay finite
            share = _log_share(self._scores, allowed, cell.clamp(min=0))
            total = total + torch.where(counts, share, torch.zeros_like(share))
        return total

    def entropy(self) -> Tensor:
        """Entropy (b,) of the motion's cell over that of an even choice, 0..1."""
        union = self._masks.grasp | self._masks.push
        log_p = torch.log_softmax(self._scores.masked_fill(~union, -torch.inf), dim=1)
        terms = torch.where(union, log_p.exp() * log_p.masked_fill(~union, 0.0), torch.zeros_like(log_p))
        return -terms.sum(dim=1) / torch.log(union.sum(dim=1).clamp(min=2).to(terms.dtype))

    def _draw(self, perturbed: Tensor, noisy: Callable[[Tensor], Tensor]) -> Drawn:
        union = self._masks.grasp | self._masks.push
        first = perturbed.masked_fill(~union, -torch.inf).argmax(dim=1)
        grasps = self._masks.grasp.gather(1, first[:, None])[:, 0]
        turn = noisy(self._turns(first).detach()).argmax(dim=1)
        cells, free = [first], self._masks.push & ~grasps[:, None]
        for _ in range(self._points - 1):
            free = free & ~self._close_to(cells[-1])
            cell = perturbed.masked_fill(~free, -torch.inf).argmax(dim=1)
            cells.append(torch.where(free.any(dim=1), cell, torch.full_like(cell, NEVER)))
        return Drawn(torch.stack(cells, dim=1), torch.where(grasps, turn, torch.full_like(turn, NEVER)))

    def _close_to(self, cell: Tensor) -> Tensor:
        """Cells (b, n) too near to one of each row (b,), none for NEVER."""
        return self._masks.close[cell.clamp(min=0)] & (cell != NEVER)[:, None]

    @staticmethod
    def _noise(scores: Tensor, generator: torch.Generator | None) -> Tensor:
        """Scores with Gumbel noise, without their gradient."""
        uniform = torch.rand(scores.shape, generator=generator, dtype=torch.float64, device=scores.device)
        return scores.detach() - torch.log(-torch.log(uniform.clamp(1e-300, 1 - 1e-16)))


def _log_share(scores: Tensor, allowed: Tensor | None, at: Tensor) -> Tensor:
    """log softmax over the allowed entries (b, n), at one of each row (b,)."""
    open_ = scores if allowed is None else scores.masked_fill(~allowed, -torch.inf)
    return open_.gather(1, at[:, None])[:, 0] - torch.logsumexp(open_, dim=1)

"""How good heat maps are, on labelled pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from pg4da.policies.avn.examples import Labelled
from pg4da.policies.avn.network import Avn, picture_of


class Owned(Labelled, Protocol):
    """A labelled picture that also says which object (m,) each cell shows."""

    @property
    def owner(self) -> NDArray[np.intp]: ...


@dataclass(frozen=True)
class Quality:
    """cell: mean average precision of the 360 orientations at a cell that has a good one; pooled: average precision
    over all cells and orientations at once, which also asks whether an object can be grasped at all.

    top_cell: share of those cells whose best orientation is a good one; top_object: share of the objects that have a
    good one whose best over all their cells is. chance: top_cell of a blind guess among what is good anywhere.
    """

    cell: float
    pooled: float
    top_cell: float
    top_object: float
    chance: float
    cells: int
    objects: int


def quality(avn: Avn, samples: Iterable[Owned]) -> Quality:
    """Of a network in evaluation mode on whole pictures. Raises ValueError where no object can be grasped."""
    heat, labels, owner, seen = [], [], [], 0
    for sample in samples:
        with torch.inference_mode():
            maps = avn(picture_of(sample.color, sample.height, avn.shape))[0].numpy()
        heat.append(maps[:, sample.cells[:, 0], sample.cells[:, 1]].T)
        labels.append(sample.labels)
        owner.append(sample.owner + seen)
        seen += int(sample.owner.max(initial=-1)) + 1
    return quality_of(np.concatenate(heat), np.concatenate(labels), np.concatenate(owner))


def quality_of(heat: NDArray[np.float32], labels: NDArray[np.bool_], owner: NDArray[np.intp]) -> Quality:
    """Of heat (m, 360) at cells (m,) of objects. Raises ValueError where no label is set."""
    good = labels.any(axis=1)
    if not good.any():
        raise ValueError("no object in these pictures can be grasped")
    best = labels[np.arange(len(labels)), heat.argmax(axis=1)]
    objects = [np.flatnonzero(good & (owner == k)) for k in np.unique(owner[good]).tolist()]
    tops = [best[rows[heat[rows].max(axis=1).argmax()]] for rows in (_all(owner, found) for found in objects)]
    cell = average_precision(heat[good], labels[good])
    return Quality(
        cell=float(cell.mean()),
        pooled=float(average_precision(heat.reshape(1, -1), labels.reshape(1, -1))[0]),
        top_cell=float(best[good].mean()),
        top_object=float(np.mean(tops)),
        chance=float(labels[good][:, labels.any(axis=0)].mean()),
        cells=int(good.sum()),
        objects=len(objects),
    )


def _all(owner: NDArray[np.intp], found: NDArray[np.intp]) -> NDArray[np.intp]:
    """Every cell of the object that these cells show."""
    return np.flatnonzero(owner == owner[found[0]])


def average_precision(score: NDArray[np.floating], label: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of each row (m,): the mean, over what is good, of the share of good ones among what scores no less."""
    order = np.argsort(-score, axis=1, kind="stable")
    hits = np.take_along_axis(label, order, axis=1)
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    return np.asarray((precision * hits).sum(axis=1) / np.maximum(hits.sum(axis=1), 1))

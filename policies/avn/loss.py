"""How far heat maps are from their labels.

The published loss is `squares`; `likelihood` is the default, since its gradient does not vanish where almost all labels
are 0 and its heat is a probability. The two have not been compared by training at equal cost.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from pg4da.policies.avn.settings import Loss

FOCUS = 2.0  # of the focal loss (Lin et al. 2017)


def loss_of(raw: Tensor, labels: Tensor, object: Tensor, kind: Loss, empty: float) -> Tensor:
    """Mean over the orientations and the cells (b, h, w) that show an object; other cells weigh `empty`.

    raw (b, 360, h, w): Avn.raw, log-odds for likelihood and focal, the heat itself for squares; labels: the same
    shape, 0 or 1. Of the labels about 2 % of those on objects are 1, and 0.1 % of all.
    """
    weight = object + empty * (1.0 - object)
    each = _each(raw, labels, kind).mean(dim=1)
    return (each * weight).sum() / weight.sum().clamp(min=1.0)


def _each(raw: Tensor, labels: Tensor, kind: Loss) -> Tensor:
    if kind == "squares":
        return (raw - labels) ** 2
    likelihood = functional.binary_cross_entropy_with_logits(raw, labels, reduction="none")
    if kind == "likelihood":
        return likelihood
    off = torch.abs(labels - torch.sigmoid(raw))
    return off**FOCUS * likelihood

"""The angle-view network: a colour picture in, the score of each of 360 gripper orientations for every cell out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pg4da.policies.avn.encoder import Encoder, initialise
from pg4da.policies.avn.shape import FEATURES, NARROW, AvnShape

MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, which torchvision's weights were made on


class Upsampling(nn.Module):
    """Dense upsampling convolution (Wang et al. 2018): twice the resolution, a quarter of the channels."""

    def __init__(self, channels: int, planes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, planes, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.pixel_shuffle = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, planes / 4, 2 h, 2 w)."""
        return self.pixel_shuffle(self.relu(self.bn(self.conv(x))))


class Avn(nn.Module):
    """The paper's AVN (section III-B 1, Fig. 4)."""

    def __init__(self, shape: AvnShape = NARROW) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.shuffle = nn.PixelShuffle(2)
        first, second = shape.duc
        self.duc1 = Upsampling(self.encoder.channels // 4, first)
        self.duc2 = Upsampling(first // 4, second)
        self.out = nn.Conv2d(second // 4, FEATURES, shape.out_kernel, padding=shape.out_kernel // 2)
        initialise(self)
        nn.init.normal_(self.out.weight, std=0.001)  # the heat map begins near nought, as most labels are
        nn.init.zeros_(self.out.bias)

    def forward(self, picture: Tensor) -> Tensor:
        """(b, 3, h, w) as `normalised` gives it, h and w divisible by 32, to heat maps (b, 360, h / 4, w / 4)."""
        return self.out(self.duc2(self.duc1(self.shuffle(self.encoder(picture)))))


def normalised(color: NDArray[np.uint8]) -> Tensor:
    """Pictures (h, w, 3) or (b, h, w, 3), colours 0..255, to (b, 3, h, w) as the encoder wants them."""
    batch = np.ascontiguousarray(color if color.ndim == 4 else color[None])
    x = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255.0
    return (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(SPREAD)[:, None, None]

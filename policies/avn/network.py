"""The angle-view network: a colour picture in, the score of each of 360 gripper orientations for every cell out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pg4da.policies.avn.encoder import Encoder, initialise
from pg4da.policies.avn.shape import FEATURES, NARROW, AvnShape

MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, which torchvision's weights were made on
TALL = 0.03  # m of height that counts as 1
RARE = -4.0  # log-odds to begin with: a grasp that holds is rare


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


class Lateral(nn.Module):
    """What a finer stage of the encoder adds while its resolution is regained."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 1, bias=False)
        self.bn = nn.BatchNorm2d(out)

    def forward(self, x: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, out, h, w)."""
        return self.bn(self.conv(x))


class Avn(nn.Module):
    """The paper's AVN (section III-B 1, Fig. 4), or with shape.skips one that keeps more of what is small.

    In the paper's, an edge's exact place reaches the output only through a stage 32 times coarser than the picture.
    """

    def __init__(self, shape: AvnShape = NARROW) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.shuffle = nn.PixelShuffle(2)
        first, second = shape.duc
        self.duc1 = Upsampling(self.encoder.channels // 4, first)
        self.duc2 = Upsampling(first // 4, second)
        if shape.skips:
            self.lateral1 = Lateral(8 * shape.width, first // 4)
            self.lateral2 = Lateral(4 * shape.width, second // 4)
            mixed = second // 4
            self.mix = nn.Sequential(
                nn.Conv2d(mixed, mixed, 3, padding=1, bias=False), nn.BatchNorm2d(mixed), nn.ReLU(inplace=True)
            )
        self.out = nn.Conv2d(second // 4, FEATURES, shape.out_kernel, padding=shape.out_kernel // 2)
        initialise(self)
        nn.init.normal_(self.out.weight, std=0.001)  # the heat map begins near nought, as most labels are
        nn.init.constant_(self.out.bias, RARE if shape.odds else 0.0)

    def forward(self, picture: Tensor) -> Tensor:
        """(b, channels, h, w), see `picture_of`, h and w divisible by 32, to heat maps (b, 360, h / 4, w / 4)."""
        return torch.sigmoid(self.raw(picture)) if self.shape.odds else self.raw(picture)

    def raw(self, picture: Tensor) -> Tensor:
        """Heat maps, or their log-odds where shape.odds."""
        stages = self.encoder.stages(picture)
        x = self.duc1(self.shuffle(stages[3]))
        if not self.shape.skips:
            return self.out(self.duc2(x))
        x = self.duc2(x + self.lateral1(stages[1]))
        return self.out(self.mix(x + self.lateral2(stages[0])))


def picture_of(color: NDArray[np.uint8], height: NDArray[np.float32], shape: AvnShape) -> Tensor:
    """Pictures (h, w, 3) or (b, h, w, 3), colours 0..255, with their heights (h, w) or (b, h, w) [m], as the network
    of a shape wants them: (b, shape.channels, h, w)."""
    seen = normalised(color)
    if not shape.height:
        return seen
    batch = np.ascontiguousarray(height if height.ndim == 3 else height[None], np.float32)
    return torch.cat([seen, torch.from_numpy(batch)[:, None] / TALL], dim=1)


def normalised(color: NDArray[np.uint8]) -> Tensor:
    """Pictures (h, w, 3) or (b, h, w, 3), colours 0..255, to (b, 3, h, w) as torchvision's encoder wants them."""
    batch = np.ascontiguousarray(color if color.ndim == 4 else color[None])
    x = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255.0
    return (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(SPREAD)[:, None, None]

"""ResNet50 with squeeze-excite in the first block of each stage; the names of its parts are torchvision's."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pg4da.policies.avn.shape import AvnShape

EXPANSION = 4


class SqueezeExcite(nn.Module):
    """Scales every channel by a number in 0..1 worked out from the means of all channels."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        inner = max(1, channels // reduction)
        self.fc = nn.Sequential(
            nn.Linear(channels, inner), nn.ReLU(inplace=True), nn.Linear(inner, channels), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """(b, c, h, w) to the same."""
        return x * self.fc(x.mean(dim=(2, 3)))[:, :, None, None]


class Bottleneck(nn.Module):
    """1×1, 3×3 (which carries the stride) and 1×1 convolutions round a shortcut."""

    def __init__(self, channels: int, planes: int, stride: int, first: bool, squeeze: int) -> None:
        super().__init__()
        out = EXPANSION * planes
        self.conv1 = nn.Conv2d(channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.se = SqueezeExcite(out, squeeze) if first and squeeze else nn.Identity()
        shortcut = (nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        self.downsample = nn.Sequential(*shortcut) if first else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, 4 planes, h / stride, w / stride)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.se(self.bn3(self.conv3(y)))
        return self.relu(y + self.downsample(x))


class Encoder(nn.Module):
    """Stages layer1 … layer4; 32 times coarser than the picture."""

    def __init__(self, shape: AvnShape) -> None:
        super().__init__()
        width = shape.width
        self.conv1 = nn.Conv2d(shape.channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = width
        for k, count in enumerate(shape.blocks):
            planes = width * 2**k
            blocks = [Bottleneck(channels, planes, 1 if k == 0 else 2, True, shape.squeeze)]
            channels = EXPANSION * planes
            blocks += [Bottleneck(channels, planes, 1, False, 0) for _ in range(count - 1)]
            self.add_module(f"layer{k + 1}", nn.Sequential(*blocks))
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        """(b, channels, h, w), normalised, to (b, 32 width, h / 32, w / 32)."""
        return self.stages(x)[-1]

    def stages(self, x: Tensor) -> list[Tensor]:
        """What each of the four stages gives, (b, 2^(k + 2) width, h / 2^(k + 2), w / 2^(k + 2)) for k = 0..3."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        found = []
        for name in ("layer1", "layer2", "layer3", "layer4"):
            x = self.get_submodule(name)(x)
            found.append(x)
        return found


def initialise(network: nn.Module) -> None:
    """Start of a training from nothing: He's for convolutions, every residual branch switched off at first."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
    for part in network.modules():
        if isinstance(part, Bottleneck):
            with torch.no_grad():
                part.bn3.weight.zero_()

"""How wide the angle-view network is; no torch here, so that a file's header can be read without it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

FEATURES = 360
STRIDE = 4  # cells of the picture for one of the output


@dataclass(frozen=True)
class AvnShape:
    """width: channels of the encoder's first stage (torchvision's ResNet50: 64); blocks: bottlenecks a stage.

    squeeze: reduction of the squeeze-excite layer in the first block of each stage, 0 for none. duc: channels of the
    two dense-upsampling convolutions before they are shuffled. out_kernel: edge of the last convolution.

    Not in the paper: height: the height map is a fourth channel of the picture; skips: the encoder's finer stages are
    added while upsampling; odds: what comes out is log-odds, and heat their probability, not a plain number; looks:
    edge in pixels of the part of a picture that it is trained on and looks at, 0 for the whole.
    """

    width: int = 64
    blocks: tuple[int, int, int, int] = (3, 4, 6, 3)
    squeeze: int = 1
    duc: tuple[int, int] = (2048, 2048)
    out_kernel: int = 3
    height: bool = False
    skips: bool = False
    odds: bool = False
    looks: int = 0

    def __post_init__(self) -> None:
        if min(self.width, *self.blocks, *self.duc) < 1 or self.squeeze < 0:
            raise ValueError(f"{self}: widths and blocks are at least 1, squeeze at least 0")
        if self.looks % 32 or self.looks < 0:
            raise ValueError(f"{self}: looks must be a multiple of 32")
        if self.width % 2 or any(n % 4 for n in self.duc) or self.out_kernel % 2 == 0:
            raise ValueError(f"{self}: width must be even, duc divisible by 4, out_kernel odd")

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and lists, for a file's header."""
        return asdict(self)

    @property
    def channels(self) -> int:
        """Of the picture that goes in."""
        return 4 if self.height else 3

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> AvnShape:
        """The shape of a header. Raises ValueError for missing, unknown or misshapen entries."""
        try:
            lists = {k: tuple(int(n) for n in values[k]) for k in ("blocks", "duc")}
            if len(lists["blocks"]) != 4 or len(lists["duc"]) != 2:
                raise ValueError(f"blocks {lists['blocks']} and duc {lists['duc']}: expected 4 and 2 numbers")
            return cls(**{**values, **lists})
        except (KeyError, TypeError) as error:
            raise ValueError(f"not the shape of an angle-view network: {error}") from None


PUBLISHED = AvnShape()  # 55.2 M parameters, 18.5 GMAC at 224 × 224
NARROW = AvnShape(squeeze=16, duc=(1024, 512), out_kernel=1)  # 30.2 M parameters, 6.1 GMAC
SLIM = AvnShape(
    width=32,
    blocks=(2, 2, 2, 2),
    squeeze=16,
    duc=(512, 512),
    out_kernel=1,
    height=True,
    skips=True,
    odds=True,
    looks=128,
)  # small enough to be trained and to decide on one core
TINY = AvnShape(width=8, blocks=(1, 1, 1, 1), squeeze=4, duc=(64, 64), out_kernel=1)  # for tests and dry runs
NAMED = {"published": PUBLISHED, "narrow": NARROW, "slim": SLIM, "tiny": TINY}

"""The angle-view network as the eye of what learns."""

from __future__ import annotations

from torch import Tensor, nn

from pg4da.policies.avn.looking import heat_in
from pg4da.policies.avn.network import Avn, picture_of
from pg4da.policies.learned.window import WINDOW


class AvnEye(nn.Module):
    """Heat maps round a corner of the picture, (b, 360, WINDOW, WINDOW)."""

    def __init__(self, avn: Avn) -> None:
        super().__init__()
        self.avn = avn

    def forward(self, color: Tensor, height: Tensor, corner: Tensor) -> Tensor:
        """color (b, n, n, 3) uint8, height (b, n, n) [m], corner (b, 2): first row and column of the window."""
        picture = picture_of(color.cpu().numpy(), height.float().cpu().numpy(), self.avn.shape)
        return heat_in(self.avn, picture.to(corner.device), [(r, c) for r, c in corner.tolist()], WINDOW)

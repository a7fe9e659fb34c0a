"""What every simulated cell does with its arms: hold them, let them go on, stop them."""

from __future__ import annotations

from collections.abc import Mapping

from pg4da.hardware.cell import Arm
from pg4da.hardware.frames import Array
from pg4da.sim.pace import Pace
from pg4da.sim.world import BIN_OPENING


class HeldCell:
    """A part of `hardware.cell.Cell`, for arms that follow one `Pace`."""

    arms: Mapping[str, Arm]
    _pace: Pace

    @property
    def bin_position(self) -> Array:
        """Middle of the bin's opening in `world`, shape (3,)."""
        return BIN_OPENING.copy()

    @property
    def pace(self) -> float:
        """Share of the planned speed at which motions run now."""
        return self._pace.rate

    def hold(self) -> None:
        """Slow every motion down to rest; it stays where it is on its path. Idempotent."""
        self._pace.held = True

    def resume(self) -> None:
        """Go on where `hold` stopped. Idempotent."""
        self._pace.held = False

    def stop(self) -> None:
        """Stop every arm; idempotent."""
        for arm in self.arms.values():
            arm.stop()

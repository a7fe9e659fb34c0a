"""What the decoders look at besides the network's maps, worked out once a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pg4da.policies.geometric.cloud import Cloud, cloud_of
from pg4da.policies.geometric.policy import ARM_BASES
from pg4da.policies.geometric.pushes import FreeSpace
from pg4da.policies.geometric.segmentation import Segments, segment
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.types import Array, GripperShape, NoAction, Observation

ABOVE_HIDDEN = 0.033  # m below the surface over a hiding place that a push goes, as the hand-written policy does
UNDER_TIPS = 0.003


@dataclass(frozen=True)
class Reach:
    """Of the cell: gripper, where objects may be, where the arms stand [m, `world`], and the geometric numbers."""

    gripper: GripperShape = field(default_factory=GripperShape)
    workspace: Bounds = field(default_factory=Bounds)
    arm_bases: Mapping[str, tuple[float, float]] = field(default_factory=lambda: dict(ARM_BASES))
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class Surroundings:
    """An observation with its points, its objects, and the free space at the height [m] that a push goes at."""

    observation: Observation
    reach: Reach
    cloud: Cloud
    segments: Segments
    height: float
    space: FreeSpace

    @classmethod
    def of(cls, observation: Observation, reach: Reach) -> Surroundings:
        """Raises NoAction when nothing stands on the table."""
        settings = reach.settings
        cloud = cloud_of(observation.view, reach.workspace, settings.floor, reach.arm_bases.values())
        segments = segment(cloud, observation, settings.second_layer)
        height = settings.push_height
        if not observation.target_seen:
            height = max(height, _surface(observation) - ABOVE_HIDDEN)
        space = FreeSpace(cloud, reach.workspace, height - UNDER_TIPS)
        return cls(observation, reach, cloud, segments, height, space)


def hiding_place(observation: Observation) -> Array:
    """Where the unseen target most likely is, (2,) in `world` [m]. Raises NoAction when it may be nowhere."""
    if not float(observation.hiding.max()) > 0:
        raise NoAction("the target is not seen, and nothing could hide it")
    row, col = np.unravel_index(int(np.argmax(observation.hiding)), observation.hiding.shape)
    return observation.grid.to_world(np.asarray(row), np.asarray(col))


def _surface(observation: Observation) -> float:
    """Height of what is seen over the likeliest hiding place [m]."""
    cell = observation.grid.to_cell(hiding_place(observation))
    return float(observation.height[int(cell[0]), int(cell[1])])

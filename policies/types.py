"""What a policy sees and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class MapGrid:
    """A square grid over the table seen from above, +y up: row 0 is the far edge (largest y), column 0 the smallest x.

    size [m] is the edge length, cells the number of cells along it.
    """

    x_min: float = -0.5
    y_min: float = 0.0
    size: float = 1.0
    cells: int = 224

    @property
    def resolution(self) -> float:
        """Edge of a cell [m]."""
        return self.size / self.cells

    def to_world(self, rows: NDArray[np.generic], cols: NDArray[np.generic]) -> Array:
        """Centres of cells in `world`, shape (..., 2)."""
        x = self.x_min + (np.asarray(cols, float) + 0.5) * self.resolution
        y = self.y_min + self.size - (np.asarray(rows, float) + 0.5) * self.resolution
        return np.stack([x, y], axis=-1)

    def to_cell(self, xy: Array) -> NDArray[np.intp]:
        """Row and column of points in `world`, shape (..., 2); may lie outside the grid."""
        cols = np.floor((xy[..., 0] - self.x_min) / self.resolution)
        rows = np.floor((self.y_min + self.size - xy[..., 1]) / self.resolution)
        return np.stack([rows, cols], axis=-1).astype(np.intp)


@runtime_checkable
class CameraView(Protocol):
    """The camera frame a policy may look at; hardware's CameraFrame has this shape."""

    @property
    def rgb(self) -> NDArray[np.uint8]: ...
    @property
    def depth(self) -> NDArray[np.float32]: ...
    @property
    def K(self) -> Array: ...
    @property
    def T_world_camera(self) -> Array: ...


@dataclass(frozen=True)
class Observation:
    """What the camera saw, mapped along gravity onto `grid`.

    color: (n, n, 3) uint8. height: (n, n) float32 above the table [m], gaps filled. seen: (n, n), measured, not filled.
    target_mask: (n, n). visible_share: seen part of the target's expected outline, 0..1.
    hiding: (n, n) float32 in 0..1, how likely the unseen target lies under a cell; zero everywhere when it is seen.
    """

    grid: MapGrid
    color: NDArray[np.uint8]
    height: NDArray[np.float32]
    seen: Mask
    target_mask: Mask
    visible_share: float
    hiding: NDArray[np.float32]
    view: CameraView
    stamp: float

    @property
    def target_seen(self) -> bool:
        return bool(self.target_mask.any())


@dataclass(frozen=True)
class PushPath:
    """Fingertip path in `world`, shape (n, 3), n >= 2, closing axis at yaw [rad]; arm None lets the planner choose."""

    points: Array
    yaw: float
    arm: str | None = None


@dataclass(frozen=True)
class Push:
    """One path, or two made at once by two arms. width [m]: opening of the gripper while pushing.

    purpose: "isolate" makes room at the target, "uncover" takes something off a place where it may hide.
    """

    paths: tuple[PushPath, ...]
    width: float
    score: float
    purpose: str = "isolate"
    reason: str = ""


@dataclass(frozen=True)
class Grasp:
    """6-DoF grasp. pose: T_world_grasp (4, 4): origin midway between the fingertips at contact, z approaches, x closes.

    width [m]: expected width of the object between the pads; opening [m]: before closing.
    """

    pose: Array
    width: float
    opening: float
    score: float
    arm: str | None = None
    reason: str = ""


Action = Push | Grasp


@dataclass(frozen=True)
class Decision:
    """Candidates, best first (never empty), and what people look at: the score map over the grid, (n, n)."""

    candidates: tuple[Action, ...]
    score_map: NDArray[np.float32]
    isolation: float
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def action(self) -> Action:
        return self.candidates[0]


class NoAction(Exception):
    """The policy sees nothing that it could do; the message says why."""


class Policy(Protocol):
    """Chooses the next motion from what the camera saw. Holds no state between calls but its weights."""

    @property
    def name(self) -> str: ...

    def decide(self, observation: Observation, rng: np.random.Generator) -> Decision:
        """Candidates for the next motion. Raises NoAction."""
        ...


@dataclass(frozen=True)
class GripperShape:
    """Outline of gripper and fingers that clearance is judged with [m]; defaults: Robotiq 2F-140.

    A finger's box: finger_width across the closing axis, finger_thickness along it outside the pad surface. Above each
    height over the tip in `knuckles`, lowest first, it reaches further outside the pad, where the links bulge. Above
    palm_height the palm: palm_radius round the approach axis.
    """

    max_width: float = 0.14
    finger_width: float = 0.027
    finger_thickness: float = 0.014
    knuckles: tuple[tuple[float, float], ...] = ((0.057, 0.026), (0.066, 0.042))
    palm_height: float = 0.138
    palm_radius: float = 0.06

    @property
    def wider(self) -> tuple[tuple[float, float], ...]:
        """Heights over the tip, and how much further out than the finger the gripper reaches above each [m]."""
        return tuple((height, reach - self.finger_thickness) for height, reach in self.knuckles)

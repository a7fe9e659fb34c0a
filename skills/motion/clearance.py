"""Whether arms keep clear of each other, of what is fixed, and of the clutter the camera saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from pg4da.hardware.frames import Array
from pg4da.skills.motion.geometry import FINGER_TABLE_MARGIN, MARGIN, Geometry
from pg4da.skills.motion.stages import Clutter
from pg4da.skills.motion.surface import sample

CLUTTER_MARGIN = 0.006  # m above a perceived height
CLUTTER_SIDE = 0.006  # m beside it
_FINE, _COARSE = 0.012, 0.025  # m between surface points of fingertips and of the rest
_LOW_LINKS = ("forearm", "wrist_1", "wrist_2", "wrist_3", "palm", "finger_a", "finger_b", "tip_a", "tip_b")


@dataclass(frozen=True)
class Conflict:
    """What meets what, and at which sample of the motion. hand: grippers meet each other or what does not move."""

    code: str
    arm: str
    sample: int
    message: str
    hand: bool = False


class Obstacles:
    """Perceived heights, grown sideways by the margin. Points outside the grid stand over a bare table."""

    def __init__(self, clutter: Clutter) -> None:
        cells = int(np.ceil(CLUTTER_SIDE / clutter.grid.resolution - 0.5))
        self._height = np.asarray(maximum_filter(clutter.height, 2 * cells + 1), float)
        self._grid = clutter.grid
        self.top = float(self._height.max())

    def depth(self, points: Array) -> Array:
        """How far points (..., 3) lie below the clutter's surface and margin [m]; negative when clear, shape (...)."""
        cell = self._grid.to_cell(points[..., :2])
        inside = ((cell >= 0) & (cell < self._grid.cells)).all(axis=-1)
        at = np.clip(cell, 0, self._grid.cells - 1)
        height = self._height[at[..., 0], at[..., 1]]
        occupied = inside & (height > CLUTTER_MARGIN)
        return np.where(occupied, height + CLUTTER_MARGIN - points[..., 2], -np.inf)


class Clearance:
    """Checks swept configurations of all arms at once."""

    def __init__(self, geometry: Geometry) -> None:
        self._g = geometry
        self._threshold = self._thresholds()
        self._points, self._owner = self._surface()
        self._low = np.unique(self._owner)

    def first_conflict(
        self,
        q: Mapping[str, Array],
        obstacles: Obstacles | None,
        moving: frozenset[str],
        contact: bool = False,
        leave: bool = False,
        ignore: frozenset[str] = frozenset(),
    ) -> Conflict | None:
        """A conflict that involves an arm in `moving` along q, name to (n, dof) for every arm; None when all is clear.

        contact: fingers may touch the clutter. leave: whatever is too near in sample 0 may stay as near, no nearer.
        ignore: arms that are taken not to be there.
        """
        order = _coarse_first(len(next(iter(q.values()))))
        xpos, xmat, hit = self._sweep(q, order, moving, leave, ignore)
        if hit is not None:
            return hit
        if obstacles is None:
            return None
        return self._clutter(xpos, xmat, order, obstacles, moving, contact, leave)

    def _sweep(
        self,
        q: Mapping[str, Array],
        order: NDArray[np.intp],
        moving: frozenset[str],
        leave: bool,
        ignore: frozenset[str],
    ) -> tuple[Array, Array, Conflict | None]:
        model, data, low = self._g.model, self._g.data, self._low
        xpos, xmat = np.empty((len(order), len(low), 3)), np.empty((len(order), len(low), 9))
        allowed: dict[tuple[int, int], float] = {}
        for k, i in enumerate(order):
            self._g.pose({name: path[i] for name, path in q.items()})
            mujoco.mj_collision(model, data)
            xpos[k], xmat[k] = data.geom_xpos[low], data.geom_xmat[low]
            for a, b, gap in self._near(moving, ignore):
                if leave and i == 0:
                    allowed[a, b] = min(gap - 1e-3, allowed.get((a, b), np.inf))
                elif gap < allowed.get((a, b), np.inf):
                    return xpos, xmat, self._between(a, b, int(i))
        return xpos, xmat, None

    def _near(self, moving: frozenset[str], ignore: frozenset[str]) -> list[tuple[int, int, float]]:
        """Pairs of geoms closer than they may be: first, second, distance [m]."""
        data = self._g.data
        if data.ncon == 0:
            return []
        pairs, gap = data.contact.geom, data.contact.dist
        close = gap < self._threshold[pairs[:, 0], pairs[:, 1]]
        if not close.any():
            return []
        owners = self._g.arm_of[pairs]
        close &= self._g.belongs(owners, moving).any(axis=1) & ~self._g.belongs(owners, ignore).any(axis=1)
        return [(int(a), int(b), float(d)) for (a, b), d in zip(pairs[close], gap[close], strict=True)]

    def _between(self, a: int, b: int, i: int) -> Conflict:
        owner = self._g.arm_of[a] if self._g.arm_of[a] >= 0 else self._g.arm_of[b]
        where = self._g.data.geom_xpos[a if self._g.arm_of[a] >= 0 else b]
        text = f"{self._g.describe(a)} would meet {self._g.describe(b)} near {_place(where)}"
        hand = all(self._g.hand[g] or self._g.arm_of[g] < 0 for g in (a, b))
        return Conflict("arm_collision", self._g.names[owner], i, text, hand)

    def _clutter(
        self,
        xpos: Array,
        xmat: Array,
        order: NDArray[np.intp],
        obstacles: Obstacles,
        moving: frozenset[str],
        contact: bool,
        leave: bool,
    ) -> Conflict | None:
        low = obstacles.top + CLUTTER_MARGIN
        slot = np.flatnonzero(
            self._g.belongs(self._g.arm_of[self._low], moving) & ~(contact & self._g.finger[self._low])
        )
        near = xpos[:, slot, 2] - self._g.model.geom_rbound[self._low[slot]] < low
        for s in slot[near.any(axis=0)]:
            rows = np.flatnonzero(near[:, np.flatnonzero(slot == s)[0]])
            local = self._points[self._owner == self._low[s]]
            points = np.einsum("nij,pj->npi", xmat[rows, s].reshape(-1, 3, 3), local) + xpos[rows, s][:, None]
            depth = obstacles.depth(points)
            worst = depth.max(axis=1)
            limit = max(0.0, float(worst[0]) + 1e-3) if leave and order[rows[0]] == 0 else 0.0
            bad = np.flatnonzero(worst > limit)
            if len(bad):
                return self._into(int(self._low[s]), points[bad[0], depth[bad[0]].argmax()], int(order[rows[bad[0]]]))
        return None

    def _into(self, geom: int, point: Array, i: int) -> Conflict:
        text = f"{self._g.describe(geom)} would touch the clutter near {_place(point)}"
        return Conflict("clutter_collision", self._g.names[self._g.arm_of[geom]], i, text, bool(self._g.hand[geom]))

    def _thresholds(self) -> Array:
        n = self._g.model.ngeom
        table = np.zeros(n, bool)
        table[self._g.model.geom("table").id] = True
        out = np.full((n, n), MARGIN)
        fingers = self._g.fingertip
        out[np.logical_or(table[:, None] & fingers, fingers[:, None] & table)] = FINGER_TABLE_MARGIN
        return out

    def _surface(self) -> tuple[Array, NDArray[np.intp]]:
        model, points, owner = self._g.model, [], []
        for geom in range(model.ngeom):
            if self._g.link_of[geom] in _LOW_LINKS and self._g.arm_of[geom] >= 0 and model.geom_contype[geom]:
                spacing = _FINE if self._g.fingertip[geom] else _COARSE
                points.append(sample(int(model.geom_type[geom]), model.geom_size[geom], spacing))
                owner.append(np.full(len(points[-1]), geom))
        return np.concatenate(points), np.concatenate(owner)


def _coarse_first(n: int) -> NDArray[np.intp]:
    """0..n-1 with every eighth first, then every fourth and so on: conflicts show early."""
    order = np.arange(n)
    level = np.select([order % 8 == 0, order % 4 == 0, order % 2 == 0], [0, 1, 2], 3)
    return np.asarray(np.argsort(level, kind="stable"), np.intp)


def _place(point: Array) -> str:
    return "(" + ", ".join(f"{v:z.3f}" for v in point) + ") m"

"""Room for the two fingers beside the target, for every closing angle and every lane across it, in one go.

The outline of the target and the outlines round it are turned by each angle and cut into lanes as wide as a finger; in
a lane the target's two contact edges and the nearest obstacle on either side tell whether the fingers fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pg4da.policies.geometric.outlines import Array

BIN = 0.003
REACH = 0.066
ROOM = 0.045
FLAT = 0.0022  # a pixel on the table: edges are no smoother than that
FINE = 0.001
# Offset between the contacts [m], and what is left of a hold: of 428 grasps of single blocks all held up to 3 mm, 9 in
# 10 to 9 mm, 3 in 4 to 11 mm, every other one beyond (`pg4da bench --grasps`).
HELD = (0.004, 0.014), (1.0, 0.4)
SPAN = 0.10
COLUMNS = 2 * int(SPAN / FINE)
AHEAD = int((ROOM + 0.002) / FINE) + 2  # cells that are looked at beyond an edge, and round the others


@dataclass(frozen=True)
class Slots:
    """Tables over (angle, lane). Lengths [m]; u runs along the closing axis, v across it, from `centre`.

    low, high: the target's contact edges; room_low, room_high: free length outside them; face_low, face_high: how much
    of the finger's width lies flat on the target; skew: offset in v between the two contacts; lane: v of the lanes;
    slope: how steeply the steeper of the two faces falls off under the finger (tangent), which would let it slide out;
    wedge: how much the two faces narrow towards one side (tangent of the half angle), which squeezes it out slowly.
    radius: of the target round `centre`; half: a finger is 2 half + 1 bins wide.
    """

    angles: Array
    lane: Array
    low: Array
    high: Array
    room_low: Array
    room_high: Array
    face_low: Array
    face_high: Array
    skew: Array
    slope: Array
    wedge: Array
    centre: Array
    radius: float
    half: int

    def among(self, obstacles: Array, higher: Iterable[tuple[float, Array]] = ()) -> Slots:
        """The same contacts with the room that `obstacles` (m, 2), no further apart than about 2 mm, leave.

        higher: obstacles that reach up to the wider parts of the gripper, and how much more room those take [m].
        """
        low, high = self._rooms(obstacles)
        for more, points in higher:
            for room, found in zip((low, high), self._rooms(points), strict=True):
                np.minimum(room, np.where(found < ROOM, found - more, ROOM), out=room)
        slots = replace(self, room_low=low, room_high=high)
        vars(slots).update(width=self.width, quality=self.quality)  # these hang on the contacts alone
        return slots

    def _rooms(self, obstacles: Array) -> tuple[Array, Array]:
        """Free length below and above the contacts, each (angles, lanes)."""
        away = obstacles - self.centre
        away = away[np.linalg.norm(away, axis=1) < self.radius + ROOM]
        taken = _occupied(away, self.angles, len(self.lane), self.half + 1)
        return _free_length(taken, -self.low, -1), _free_length(taken, self.high, 1)

    @cached_property
    def width(self) -> Array:
        """Distance between the contacts, shape (angles, lanes); infinite where a lane misses the target."""
        return np.where(np.isfinite(self.high) & np.isfinite(self.low), self.high - self.low, np.inf)

    @cached_property
    def quality(self) -> Array:
        """How well each slot's contacts hold the target if the fingers fit, 0..1, (angles, lanes).

        Flat faces hold best, a corner against a face holds, two corners let it turn; contacts that are not opposite
        each other, or far from the centroid, let it rotate out of the grip; a narrow hold squares itself up and leaves
        stroke to spare; faces that narrow to one side (the ends of a half-cylinder) lose it on the way.
        """
        flat = [np.clip((face - 2 * BIN) / 0.009, 0, 1) for face in (self.face_low, self.face_high)]
        opposite = np.interp(self.skew, *HELD)
        faces = 0.2 + 0.4 * (flat[0] + flat[1])
        slope = np.maximum(self.skew / np.maximum(self.width, 0.01), self.slope)
        antipodal = np.clip((0.5 - slope) / 0.3, 0, 1)
        centring = 1 - 0.6 * np.clip((np.abs(self.lane[None]) - 0.003) / 0.027, 0, 1)
        narrow = 1 - 1.2 * np.clip(self.width, 0.0, 0.15)
        parallel = 1 - 0.7 * np.clip((self.wedge - 0.05) / 0.15, 0, 1)
        return np.where(np.isfinite(self.width), faces * opposite * antipodal * centring * narrow * parallel, 0.0)


def find_slots(
    target: Array,
    obstacles: Array,
    centre: Array,
    angles: Array,
    finger_width: float,
    higher: Iterable[tuple[float, Array]] = (),
) -> Slots:
    """Slots beside `target`, outline points (n, 2); obstacles and what is higher as of `Slots.among`."""
    lanes = 2 * int(REACH / BIN)
    tu, tv = _turned(target - centre, angles)
    edge = np.concatenate([_profile(tu, tv, lanes), _profile(-tu, tv, lanes)])  # the side of +u, then that of -u
    radius = float(np.linalg.norm(target - centre, axis=1).max())
    half = round(finger_width / BIN / 2 - 0.5)
    contact = _widest(edge, half)
    high, low = contact[: len(angles)], -contact[len(angles) :]
    faces = (t.reshape(2, *high.shape) for t in _face(edge, contact, half))
    (face_high, face_low), (mid_high, mid_low), (fall_high, fall_low) = faces
    lane = (np.arange(lanes, dtype=np.float64) + 0.5) * BIN - REACH
    slope = _slope(edge, contact, half).reshape(2, *high.shape).max(axis=0)
    skew = np.abs(mid_high - mid_low)
    wedge = np.where(fall_high * fall_low > 0, np.minimum(np.abs(fall_high), np.abs(fall_low)), 0.0)
    none = np.zeros(high.shape)
    shape = (low, high, none, none, face_low, face_high, skew, slope, wedge)
    return Slots(angles, lane, *shape, centre, radius, half).among(obstacles, higher)


def _turned(points: Array, angles: Array) -> tuple[Array, Array]:
    """Coordinates along and across each closing axis, each (angles, n)."""
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    return c * points[:, 0] + s * points[:, 1], c * points[:, 1] - s * points[:, 0]


def _profile(u: Array, v: Array, lanes: int) -> Array:
    """Largest u in each bin of v, (angles, lanes); -inf where a bin is empty."""
    out = np.full(u.shape[0] * lanes, -np.inf)
    index = np.floor((v + REACH) / BIN).astype(np.intp)
    good = (index >= 0) & (index < lanes)
    index += lanes * np.arange(u.shape[0])[:, None]
    np.maximum.at(out, index[good], u[good])
    return out.reshape(u.shape[0], lanes)


def _occupied(points: Array, angles: Array, lanes: int, half: int) -> NDArray[np.bool_]:
    """Which (angle, lane, u) cells hold an obstacle, a lane being 2 half + 1 bins wide; u begins AHEAD before -SPAN."""
    u, v = _turned(points, angles)
    cell_u = np.floor((u + SPAN) / FINE).astype(np.intp)
    cell_v = np.floor((v + REACH) / BIN).astype(np.intp)
    good = (cell_u >= 0) & (cell_u < COLUMNS) & (cell_v >= 0) & (cell_v < lanes)
    cell_v += lanes * np.arange(len(angles))[:, None]
    columns = COLUMNS + 2 * AHEAD
    taken = np.zeros((len(angles) * lanes, columns), np.uint8)
    taken.ravel()[(cell_v * columns + cell_u + AHEAD)[good]] = 1
    wide = cv2.dilate(taken, np.ones((2 * half + 1, 1), np.uint8))
    return np.asarray(wide, np.uint8).view(np.bool_).reshape(len(angles), lanes, columns)


def _free_length(taken: NDArray[np.bool_], edge: Array, side: int) -> Array:
    """Free length beyond a contact edge (angles, lanes), at most ROOM; slightly negative where something touches.

    side -1: edge is the distance along -u. Only the cells up to ROOM beyond the known edges are looked at.
    """
    cell = np.flatnonzero(np.isfinite(edge))
    known = edge.ravel()[cell]
    first = np.ceil((known - 0.002 + SPAN) / FINE).astype(np.intp)
    at = np.clip(first, -AHEAD, COLUMNS)
    windows = sliding_window_view(taken.ravel(), AHEAD)
    row = taken.shape[2] * cell
    beyond = windows[row + AHEAD + at] if side > 0 else windows[row + COLUMNS - at][:, ::-1]
    hit = beyond.argmax(axis=1)
    blocked = beyond[np.arange(len(hit)), hit]
    room = np.zeros(edge.size)
    room[cell] = np.minimum(np.where(blocked, (first + hit) * FINE - SPAN - known, ROOM), ROOM)
    return room.reshape(edge.shape)


def _widest(edge: Array, half: int) -> Array:
    """Maximum over a window of 2 half + 1 bins along each row."""
    kernel = np.ones((1, 2 * half + 1), np.uint8)
    low = np.where(np.isfinite(edge), edge, -1e6)
    out = cv2.dilate(low, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=-1e6)
    return np.asarray(np.where(out > -1e5, out, -np.inf), np.float64)


def _padded(edge: Array, width: int) -> Array:
    """Rows with `width` bins more on either side that the target does not reach."""
    out = np.full((edge.shape[0], edge.shape[1] + 2 * width), -np.inf)
    out[:, width : width + edge.shape[1]] = edge
    return out


def _face(edge: Array, contact: Array, half: int) -> tuple[Array, Array, Array]:
    """How much of the finger's width touches within FLAT of the contact [m], the middle of that in v [m], and how
    the touching part falls off with v on the whole (tangent)."""
    padded = _padded(edge, half)
    lanes, limit = edge.shape[1], contact - FLAT
    count, moment, square, drop, tilt = (np.zeros(edge.shape) for _ in range(5))
    for k in range(-half, half + 1):
        part = padded[:, k + half : k + half + lanes]
        touching = part > limit
        depth = np.zeros(edge.shape)
        np.subtract(part, limit, out=depth, where=touching)
        count += touching
        moment += k * touching
        square += k * k * touching
        drop += depth
        tilt += k * depth
    spread = count * square - moment**2
    fall = np.where(spread > 0, (count * tilt - moment * drop) / np.maximum(spread, 1.0), 0.0)
    return count * BIN, (moment / np.maximum(count, 1) + np.arange(lanes)) * BIN, fall / BIN


def _slope(edge: Array, contact: Array, half: int) -> Array:
    """Slope of the target's edge at the finger's contact, (angles, lanes): 0 where its highest point lies under the
    finger, else how steeply it goes on rising beyond the finger's border."""
    beyond = 2
    padded = _padded(edge, half + beyond)
    lanes = edge.shape[1]
    with np.errstate(invalid="ignore"):
        rises = [padded[:, i : i + lanes] - contact for i in (0, 2 * (half + beyond))]
    return np.asarray(np.clip(np.nan_to_num(np.maximum(*rises), nan=0.0, neginf=0.0), 0.0, None) / (beyond * BIN))

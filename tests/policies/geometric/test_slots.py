import numpy as np
import pytest

from pg4da.policies.geometric.jaw import fit_score
from pg4da.policies.geometric.outlines import centroid, densify, hull, signed_area, split_concave
from pg4da.policies.geometric.settings import Settings
from pg4da.policies.geometric.slots import ROOM, find_slots
from pg4da.policies.types import GripperShape

CUBE = densify(np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.0225)
NONE = np.zeros((0, 2))
ORIGIN = np.zeros(2)


def slots(target, obstacles=NONE, angles=(0.0,)):
    return find_slots(target, obstacles, ORIGIN, np.array(angles), 0.027)


def middle(table):
    return table[0, table.shape[1] // 2]


def test_width_is_the_distance_of_the_faces():
    assert middle(slots(CUBE).width) == pytest.approx(0.045, abs=1e-6)


@pytest.mark.parametrize("gap", [0.0, 0.005, 0.02])
def test_room_is_the_distance_to_the_neighbour(gap):
    found = slots(CUBE, CUBE + np.array([0.045 + gap, 0]))
    assert middle(found.room_high) == pytest.approx(gap, abs=0.0025)
    assert middle(found.room_low) > 0.04


def test_slots_can_be_looked_at_among_other_neighbours():
    wall, angles = CUBE + np.array([0.060, 0.004]), np.radians([0.0, 40.0, 90.0])
    fresh, again = slots(CUBE, wall, angles), slots(CUBE, -wall, angles).among(wall)
    for name in ("room_low", "room_high", "width", "quality"):
        assert np.array_equal(getattr(fresh, name), getattr(again, name)), name
    assert not np.array_equal(slots(CUBE, NONE, angles).room_high, fresh.room_high)


@pytest.mark.parametrize(("gap", "fits"), [(0.013, False), (0.021, True)])
def test_a_finger_fits_when_the_gap_holds_it_with_clearance(gap, fits):
    walls = np.concatenate([CUBE + np.array([0.045 + gap, 0]), CUBE - np.array([0.045 + gap, 0])])
    score = fit_score(slots(CUBE, walls), GripperShape(), Settings())
    assert (middle(score) > 0) == fits


def test_faces_hold_better_than_corners():
    both = slots(CUBE, angles=(0.0, np.pi / 4)).quality.max(axis=1)
    assert both[0] > 0.9
    assert both[1] < 0.5


def test_triangle_is_held_base_to_apex():
    triangle = densify(np.array([[0.0225, 0.045], [-0.0225, 0.0], [0.0225, -0.045]]))
    angles = np.arange(36) * np.pi / 36
    best = slots(triangle, angles=angles).quality.max(axis=1)
    assert best[0] > 0.5
    assert best[18] < 0.4


def test_notched_outline_is_cut_into_parts_that_leave_the_notch_free():
    bridge = np.array([[-45, -22], [45, -22], [45, 22], [23, 22], [23, 2], [-23, 2], [-23, 22], [-45, 22]]) * 1e-3
    outline = densify(bridge)
    parts = split_concave(outline)
    assert len(parts) > 1
    assert sum(signed_area(p) for p in parts) < 0.92 * signed_area(hull(outline))


def test_centroid_is_the_middle_of_the_area_not_of_the_corners():
    left = np.array([[0.0, 0], [1, 0], [1, 1], [0.5, 1], [0.2, 1], [0, 1]])
    assert np.allclose(centroid([left]), (0.5, 0.5))
    assert np.allclose(centroid([left, left + np.array([1.0, 0.0])]), (1.0, 0.5))


def test_what_reaches_up_to_the_knuckles_takes_more_room():
    beside = CUBE + np.array([0.065, 0.0])
    low, high = slots(CUBE, beside), slots(CUBE).among(beside, [(0.028, beside)])
    assert middle(low.room_high) == pytest.approx(0.020, abs=0.0025)
    assert middle(high.room_high) == pytest.approx(0.020 - 0.028, abs=0.0025)
    assert middle(low.room_low) == middle(high.room_low) == ROOM  # nothing there: as free as ever


def test_no_finger_comes_down_where_its_knuckle_would_hit_a_stack():
    gripper, settings = GripperShape(), Settings()
    walls = np.concatenate([CUBE + np.array([0.068, 0]), CUBE - np.array([0.068, 0])])
    bare = slots(CUBE)
    assert middle(fit_score(bare.among(walls), gripper, settings)) > 0.8
    assert middle(fit_score(bare.among(walls, [(gripper.wider[-1][1], walls)]), gripper, settings)) == 0.0

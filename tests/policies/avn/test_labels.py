import numpy as np
import pytest

from pg4da.policies.avn.labels import grasp_labels, prism_of, steep_classes
from pg4da.policies.avn.orientations import CLASSES, grasp_rotations, nearest_class, tilts
from pg4da.policies.geometric.solid import CELL, REACH, Columns
from pg4da.policies.types import GripperShape

HAND = GripperShape()
UP = np.array([0.0, 0.0, 1.0])
CENTRE = np.array([[0.0, 0.0]])


def rectangle(a, b, turn=0.0, x=0.0, y=0.0):
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    corners = 0.5 * np.array([[-a, -b], [a, -b], [a, b], [-a, b]])
    return corners @ np.array([[c, s], [-s, c]]) + [x, y]


def columns(*boxes):
    """Columns about the origin with boxes (x0, x1, y0, y1, height)."""
    n = int(2 * REACH / CELL)
    height = np.zeros((n, n), np.float32)
    at = (np.arange(n) + 0.5) * CELL - REACH
    for x0, x1, y0, y1, top in boxes:
        height[np.ix_((at > x0) & (at < x1), (at > y0) & (at < y1))] = top
    return Columns(height, np.array([-REACH, -REACH], np.float32))


def labels(outline, *boxes, at=CENTRE, top=0.045):
    return grasp_labels(at, prism_of(outline, top, UP), columns(*boxes), HAND)[0]


def upright(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return nearest_class(np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]]))


def closing(number):
    """Angle of the closing axis seen from above, 0..180 degrees."""
    x, y = grasp_rotations()[number][:2, 0]
    return np.degrees(np.arctan2(y, x)) % 180


def test_prism_of_a_square():
    prism = prism_of(rectangle(0.04, 0.04), 0.045, UP)
    assert np.abs(prism.points[:, :2]).max(axis=1) == pytest.approx(0.02)
    assert prism.points[:, 2].min() >= 0.0
    assert np.abs(prism.normals).max(axis=1) == pytest.approx(1.0)
    assert (np.sum(prism.points[:, :2] * prism.normals[:, :2], axis=1) > 0).all()  # outwards
    back = prism_of(rectangle(0.04, 0.04)[::-1], 0.045, UP)
    assert (np.sum(back.points[:, :2] * back.normals[:, :2], axis=1) > 0).all()


def test_lone_cube_is_held_across_its_faces_but_not_by_its_corners():
    found = labels(rectangle(0.045, 0.045))
    assert found[upright(0)]
    assert found[upright(90)]
    steep = [k for k in np.flatnonzero(found) if np.degrees(tilts()[k]) < 20]
    off = [min(closing(k) % 90, 90 - closing(k) % 90) for k in steep]
    assert len(steep) > 4
    assert max(off) < 30  # the friction cone's 26.6 and what the tilt adds


def test_turning_the_cube_turns_its_grasps():
    found = labels(rectangle(0.045, 0.045, turn=45))
    steep = [k for k in np.flatnonzero(found) if np.degrees(tilts()[k]) < 20]
    assert steep
    assert min(min(closing(k) % 90, 90 - closing(k) % 90) for k in steep) > 15


def test_bar_too_long_for_the_jaw_is_held_across_alone():
    found = np.flatnonzero(labels(rectangle(0.03, 0.16)))
    assert len(found)
    assert all(min(closing(k), 180 - closing(k)) < 45 for k in found)


def test_nothing_is_labelled_that_leans_too_far_or_on_a_blocked_side():
    found = np.flatnonzero(labels(rectangle(0.045, 0.045)))
    assert set(found) <= set(steep_classes())
    walls = [(s * 0.025 - 0.02 if s < 0 else 0.025, -0.025 if s < 0 else 0.045, -0.1, 0.1, 0.045) for s in (-1, 1)]
    beside = np.flatnonzero(labels(rectangle(0.045, 0.045), *walls))
    assert len(beside)
    assert all(abs(closing(k) - 90) < 45 for k in beside)  # the sides along x are taken


def test_hemmed_in_cube_has_no_steep_grasp():
    ring = [(-0.1, -0.024, -0.1, 0.1, 0.045), (0.024, 0.1, -0.1, 0.1, 0.045)]
    ring += [(-0.1, 0.1, -0.1, -0.024, 0.045), (-0.1, 0.1, 0.024, 0.1, 0.045)]
    assert not labels(rectangle(0.045, 0.045), *ring).any()


def test_place_beside_the_object_holds_nothing():
    assert not labels(rectangle(0.03, 0.03), at=np.array([[0.0, 0.06]])).any()


def test_half_round_is_not_held_where_its_faces_run_together():
    arc = np.linspace(0, np.pi, 40)
    half_disc = 0.03 * np.column_stack([np.cos(arc), np.sin(arc)]) - [0, 0.012]
    found = labels(half_disc, at=np.array([[0.0, 0.004]]))
    assert found[upright(90)]  # flat side against the crown
    assert not labels(half_disc, at=np.array([[0.027, -0.008]]))[upright(90)]  # near the sharp end


def test_labels_do_not_hang_on_the_order_of_places():
    prism, free = prism_of(rectangle(0.045, 0.045), 0.045, UP), columns()
    places = np.array([[0.0, 0.0], [0.015, 0.0], [0.0, -0.015]])
    found = grasp_labels(places, prism, free, HAND)
    assert found.shape == (3, CLASSES)
    assert np.array_equal(found[::-1], grasp_labels(places[::-1], prism, free, HAND))


def test_taller_neighbour_blocks_the_palm():
    tower = (0.06, 0.12, -0.03, 0.03, 0.20)
    upright_ = [k for k in steep_classes() if np.degrees(tilts()[k]) < 20]
    lone, beside = (labels(rectangle(0.045, 0.045), *boxes)[upright_] for boxes in ((), (tower,)))
    assert lone.sum() > beside.sum()


@pytest.mark.parametrize("top", [0.022, 0.045])
def test_flat_block_is_held_too(top):
    assert labels(rectangle(0.045, 0.045), top=top)[upright(0)]

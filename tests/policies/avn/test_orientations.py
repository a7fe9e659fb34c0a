import numpy as np
import pytest

from pg4da.policies.avn.orientations import (
    CLASSES,
    angles,
    class_of,
    grasp_rotations,
    nearest_class,
    parts_of,
    rotations,
    tilts,
    views,
)


def test_views_are_the_lower_half_of_the_published_spiral():
    v = views()
    assert v.shape == (60, 3)
    assert np.linalg.norm(v, axis=1) == pytest.approx(1.0)
    assert v[0] == pytest.approx([np.sqrt(1 - (119 / 120) ** 2), 0.0, -119 / 120])
    azimuth = 2 * np.pi * 0.6180339887498949 * 7
    z = 15 / 120 - 1
    assert v[7] == pytest.approx([np.sqrt(1 - z * z) * np.cos(azimuth), np.sqrt(1 - z * z) * np.sin(azimuth), z])
    assert v[:, 2].max() < 0


def test_no_approach_is_exactly_vertical_and_few_are_steep():
    tilt = np.degrees(np.sort(tilts()[::6]))
    assert tilt[:3] == pytest.approx([7.4, 12.8, 16.6], abs=0.05)
    assert (tilt < 30).sum() == 8
    assert (tilt < 45).sum() == 18


def test_angles_are_sixths_of_half_a_turn():
    assert np.degrees(angles()) == pytest.approx([0, 30, 60, 90, 120, 150])


def test_class_numbers_go_through_the_angles_first():
    assert [class_of(0, 0), class_of(0, 5), class_of(1, 0), class_of(59, 5)] == [0, 5, 6, 359]
    assert all(class_of(*parts_of(k)) == k for k in range(CLASSES))


@pytest.mark.parametrize(("view", "angle"), [(60, 0), (-1, 0), (0, 6), (0, -1)])
def test_class_out_of_range_is_refused(view, angle):
    with pytest.raises(ValueError, match="expected"):
        class_of(view, angle)


@pytest.mark.parametrize("number", [-1, 360])
def test_parts_out_of_range_are_refused(number):
    with pytest.raises(ValueError, match=r"0\.\.359"):
        parts_of(number)


def test_rotations_are_proper_and_approach_along_the_views():
    r = rotations()
    assert r.shape == (360, 3, 3)
    assert np.linalg.det(r) == pytest.approx(1.0)
    assert r[:, :, 0] == pytest.approx(np.repeat(-views(), 6, axis=0))


def test_first_angle_closes_in_the_plane_of_the_picture_and_the_fourth_square_to_it():
    r = rotations().reshape(60, 6, 3, 3)
    assert r[:, 0, 2, 1] == pytest.approx(0.0, abs=1e-12)
    assert r[:, 0, :, 2] == pytest.approx(np.cross(r[:, 0, :, 0], r[:, 0, :, 1]))
    assert r[:, 3, :, 1] == pytest.approx(r[:, 0, :, 2])


def test_a_rotation_worked_by_hand():
    x = np.array([-np.sqrt(1 - (119 / 120) ** 2), 0.0, 119 / 120])  # view 0 lies in the plane y = 0
    y = np.array([0.0, -1.0, 0.0])
    z = np.cross(x, y)
    half, full = np.cos(np.pi / 3), np.sin(np.pi / 3)  # angle 2 is 60 degrees
    assert rotations()[2] == pytest.approx(np.column_stack([x, half * y + full * z, -full * y + half * z]))


def test_grasps_point_down_in_world_and_close_as_seen_in_the_picture():
    g = grasp_rotations()
    assert np.linalg.det(g) == pytest.approx(1.0)
    assert (g[:, 2, 2] < 0).all()
    assert g[:, :, 2] == pytest.approx(rotations()[:, :, 0] * [1, -1, -1])
    assert g[:, :, 0] == pytest.approx(rotations()[:, :, 1] * [1, -1, -1])


def test_nearest_class_finds_each_class_and_its_mirror_image():
    for k in range(0, CLASSES, 7):
        assert nearest_class(grasp_rotations()[k]) == k
        assert nearest_class(grasp_rotations()[k] @ np.diag([-1.0, -1.0, 1.0])) == k


def test_upright_grasp_is_at_most_the_least_tilt_and_half_an_angle_away():
    for degrees in range(0, 180, 9):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        upright = np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])
        near = grasp_rotations()[nearest_class(upright)]
        assert np.degrees(np.arccos(-near[2, 2])) < 20

import numpy as np
import pytest

from pg4da.policies.geometric.lookahead import Table, closing_across, stroke_along
from pg4da.policies.geometric.outlines import densify
from pg4da.policies.geometric.pushes import Plan
from pg4da.policies.geometric.segmentation import Thing
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.geometric.worth import Judge, room_for
from pg4da.policies.types import GripperShape


def cube(x, y, is_target=False, top=0.045):
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.0225 + (x, y)
    return Thing(densify(corners), (corners,), np.array([x, y]), top, is_target)


def last(things, stroke):
    return list(Table(things, GripperShape(), 0.004).plough((stroke,), (stroke.length,)))[-1]


def test_a_block_in_the_way_is_pushed_as_far_as_the_finger_comes():
    prediction = last([cube(0, 0.5)], stroke_along(np.array([-0.1, 0.5]), 0.0, 0.15))
    assert prediction.shift[0, 0] == pytest.approx(0.05 + 0.0135 + 0.0225, abs=0.002)
    assert abs(prediction.turn[0]) < 0.05


def test_a_block_beside_the_lane_stays():
    prediction = last([cube(0, 0.6)], stroke_along(np.array([-0.1, 0.5]), 0.0, 0.2))
    assert np.allclose(prediction.shift, 0, atol=1e-6)


def test_a_push_is_passed_on_through_a_row():
    prediction = last([cube(0, 0.5), cube(0.046, 0.5)], stroke_along(np.array([-0.1, 0.5]), 0.0, 0.15))
    assert prediction.shift[1, 0] > 0.07


def test_a_table_can_be_tried_again():
    table = Table([cube(0, 0.5)], GripperShape(), 0.004)
    stroke = stroke_along(np.array([-0.1, 0.51]), 0.0, 0.15)
    one, two = (list(table.plough((stroke,), (0.15,)))[-1] for _ in range(2))
    assert np.allclose(one.shift, two.shift, atol=1e-4)


def test_yaw_of_the_jaw_is_square_to_the_travel():
    for angle in np.linspace(-3, 3, 13):
        assert np.cos(closing_across(angle) - angle) == pytest.approx(0, abs=1e-9)


def judge(*things):
    return Judge(things, 0, Bounds(), GripperShape(), Settings())


def plan(start, angle, length):
    return Plan("single", (stroke_along(np.array(start), angle, length),), (length,))


def test_a_push_that_shoves_a_block_off_the_table_is_refused():
    assert judge(cube(0.3, 0.5, True), cube(0.44, 0.5)).worth(plan((0.36, 0.50), 0.0, 0.08)) is None


def test_what_is_high_may_not_be_moved_outwards_as_near_to_the_edge_as_what_is_low():
    start = plan((0.30, 0.5), 0.0, 0.05)
    assert judge(cube(0.1, 0.5, True), cube(0.37, 0.5)).worth(start) is not None
    assert judge(cube(0.1, 0.5, True), cube(0.37, 0.5, top=0.16)).worth(start) is None


def test_room_grows_with_the_height_of_things_and_has_a_bound():
    room = room_for([cube(0, 0, top=top) for top in (0.02, 0.045, 0.09, 0.13, 0.5)])
    assert room[0] == room[1] == pytest.approx(0.06)
    assert np.all(np.diff(room[1:]) > 0)
    assert room[-1] == pytest.approx(0.25)


def test_a_push_that_touches_nothing_is_refused():
    assert judge(cube(0.0, 0.5, True)).worth(plan((0.3, 0.5), np.pi / 2, 0.1)) is None


def test_clearing_the_tight_side_is_worth_more_than_packing_it():
    rows = [cube(0, 0.5, True), *(cube(0.046 * i, 0.5 + 0.046 * j) for i in (-1, 1) for j in (-1, 0, 1))]
    clears = judge(*rows, cube(0, 0.546), cube(0, 0.454)).worth(plan((0.0, 0.40), np.pi / 2, 0.09))
    frees = judge(*rows).worth(plan((0.0, 0.42), np.pi / 2, 0.15))
    assert frees is not None
    assert clears is not None
    assert frees.value > clears.value


def test_a_push_that_takes_the_target_where_no_arm_grasps_is_refused():
    beside_the_arm = plan((-0.25, 0.5), np.pi, 0.12)
    assert judge(cube(-0.31, 0.5, True)).worth(beside_the_arm) is not None
    bases = ((-0.55, 0.5), (0.55, 0.5))
    assert Judge([cube(-0.31, 0.5, True)], 0, Bounds(), GripperShape(), Settings(), bases).worth(beside_the_arm) is None


def test_doubts_lower_the_worth_of_what_hangs_on_friction():
    things = [cube(0, 0.5, True), cube(0.047, 0.5), cube(-0.047, 0.5), cube(0, 0.547)]
    jury = judge(*things)
    found = [jury.worth(plan((x, 0.40), np.pi / 2, 0.14)) for x in (-0.03, -0.01, 0.0, 0.02)]
    assert any(abs(jury.doubted(w).value - w.value) > 1e-4 for w in found if w is not None)

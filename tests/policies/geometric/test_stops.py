"""Where pushes past a target stop."""

import numpy as np
import pytest

from pg4da.policies.geometric.pushes import LEAST, FreeSpace, Stops, isolating_plans
from pg4da.policies.learned.surroundings import Reach, Surroundings
from tests.policies.conftest import block, observe, target

SIDE = 0.045
FAR = Stops((0.06, 0.14, 0.22), (0.16, 0.08, 0.0))


def plans(stops: Stops, x: float = 0.0):
    """All plans for a cube at (x, 0.5) between two others, and the cube's centre."""
    around = Surroundings.of(
        observe([target(x, 0.5, SIDE, SIDE), *(block(x, 0.5 + s * 0.047, SIDE, SIDE, shade=3 + s) for s in (-1, 1))]),
        Reach(),
    )
    thing, reach = around.segments.target, around.reach
    assert thing is not None
    space = FreeSpace(around.cloud, reach.workspace, reach.settings.push_height - 0.002)
    found = isolating_plans(thing.outline, thing.centre, space, reach.workspace, reach.gripper, reach.settings, stops)
    return list(found), thing.centre


@pytest.mark.parametrize("stops", [Stops(), FAR], ids=["near", "far"])
def test_single_pushes_end_as_far_past_the_target_as_asked(stops):
    found, centre = plans(stops)
    straight = [p for p in found if p.family == "single" and abs(p.strokes[0].course[0]) > 0.999]
    assert straight
    for plan in straight:
        d = np.array(plan.strokes[0].course[:2])
        past = [float((plan.strokes[0].at(stop) - centre) @ d) - SIDE / 2 for stop in plan.stops]
        assert past == pytest.approx(stops.past, abs=0.006)


@pytest.mark.parametrize("stops", [Stops(), FAR], ids=["near", "far"])
def test_two_arms_stop_short_of_their_whole_strokes(stops):
    found, _ = plans(stops)
    pairs = [p for p in found if p.family == "dual"]
    assert pairs
    for plan in pairs:
        length = plan.strokes[0].length
        assert plan.strokes[1].length == pytest.approx(length)
        assert plan.stops == pytest.approx([length - short for short in stops.short if length - short > LEAST])


def test_far_pushes_end_in_the_workspace():
    for x in (0.25, 0.36, 0.42):
        found, _ = plans(FAR, x)
        ends = np.array([s.end for p in found for s in p.strokes])
        assert len(ends)
        assert Reach().workspace.contain(ends).all()

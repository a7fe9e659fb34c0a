"""When a motion is given up because something jams."""

from types import SimpleNamespace

import pytest

from pg4da.hardware.cell import Feeling
from pg4da.skills.jam import AGAIN, PUSHING, Jam


class FeelingArm:
    """An arm of which only what it feels matters."""

    def __init__(self):
        self.tool_force, self.stamp = 0.0, 0.0

    @property
    def state(self):
        return SimpleNamespace(stamp=self.stamp)


def told(forces, step=0.008):
    """After which of the measurements the jam is told, None if it never is."""
    arm = FeelingArm()
    jam = Jam({"left": arm, "right": SimpleNamespace()}, PUSHING)  # the right one can't tell
    for i, force in enumerate(forces):
        arm.tool_force, arm.stamp = force, i * step
        if failure := jam.notice():
            assert failure.code == "jammed"
            assert failure.recoverable
            assert failure.message.startswith(f"left met {force:.0f} N")
            return i
    return None


@pytest.mark.parametrize(
    ("forces", "when"),
    [
        ([0, 30, 0, 34, 20], None),
        ([0, 90, 0, 0, 0], None),  # a blow
        ([0, 90, 0, 70, 0], 3),
        ([0, 61, 61], 2),
        ([0, PUSHING, PUSHING, PUSHING], None),
        ([90, *[0] * int(AGAIN / 0.008 + 2), 90, 0], None),  # two blows
    ],
)
def test_two_measurements_over_the_bound_in_a_short_time_are_a_jam(forces, when):
    assert told(forces) == when


def test_one_measurement_seen_twice_is_one():
    assert told([90, 90, 90], step=0.0) is None


def test_simulated_arms_can_tell_and_floating_grippers_can_not(cell):
    simulated = cell(green=(0.0, 0.5))
    assert all(isinstance(arm, Feeling) == hasattr(arm, "tool_force") for arm in simulated.arms.values())

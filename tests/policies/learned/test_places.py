from dataclasses import replace

import numpy as np
import pytest

from pg4da.policies.learned.places import LEAST_RADIUS, coarse, places, push_disc
from pg4da.policies.types import NoAction


def test_cells_of_a_cube(table):
    found = places(table.observe([table.target(0.1, 0.4, 0.045, 0.045)]))
    centres = found.grid.to_world(*np.nonzero(found.grasp))
    assert 4 <= len(centres) <= 9  # a cube is 2.5 cells wide
    assert centres.mean(axis=0) == pytest.approx([0.1, 0.4], abs=0.01)
    around = found.grid.to_world(*np.nonzero(found.push))
    assert np.linalg.norm(around - [0.1, 0.4], axis=1).max() < LEAST_RADIUS + 0.003
    assert not (found.grasp & found.push).any()


def test_disc_of_a_bar_is_one_and_a_half_times_its_circle(table):
    disc = push_disc(table.observe([table.target(0, 0.5, 0.12, 0.03)]))
    assert disc.body == pytest.approx(0.5 * np.hypot(0.12, 0.03), abs=0.005)
    assert disc.radius == pytest.approx(1.5 * disc.body)


def test_smallest_target_still_has_a_cell():
    mask = np.zeros((224, 224), bool)
    mask[100, 100] = True
    assert coarse(mask, 56).sum() == 1
    assert coarse(np.zeros_like(mask), 56).sum() == 0


def test_unseen_target_is_pushed_for_where_it_may_hide(table):
    seen = table.observe([table.block(0, 0.5, 0.045, 0.045)])
    hiding = np.zeros_like(seen.height)
    hiding[60, 150] = 0.7
    found = places(replace(seen, hiding=hiding))
    assert not found.grasp.any()
    assert found.disc.centre == pytest.approx(seen.grid.to_world(np.array(60), np.array(150)))
    with pytest.raises(NoAction, match="nothing could hide it"):
        places(seen)

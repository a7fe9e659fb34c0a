import numpy as np
import pytest

from pg4da.policies.avn.orientations import nearest_class, tilts
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.training.labelled import COARSE, labelled

STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def cell_of(*places, shape="cube"):
    """Blocks at (x, y), the first of them green."""
    colors = [(0.1, 0.8, 0.1), (0.8, 0.2, 0.1), (0.2, 0.2, 0.8), (0.7, 0.6, 0.1), (0.5, 0.1, 0.6)]
    blocks = [SceneObject(shape, colors[k], np.array([x, y, 0.0226]), STRAIGHT) for k, (x, y) in enumerate(places)]
    return MujocoCell(Scene("blocks", "test", tuple(blocks), 0), arms=False)


@pytest.fixture(scope="module")
def lone():
    cell = cell_of((0.1, 0.45))
    try:
        yield labelled(cell)
    finally:
        cell.close()


def upright(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return nearest_class(np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]]))


def test_cells_lie_on_the_block(lone):
    centres = COARSE.to_world(lone.cells[:, 0], lone.cells[:, 1])
    assert 4 <= len(lone.cells) <= 16
    assert np.abs(centres - [0.1, 0.45]).max() < 0.0225 + COARSE.resolution
    assert np.abs(lone.place - [0.1, 0.45]).max() < 0.024
    assert (lone.owner == 0).all()


def test_lone_cube_is_held_across_its_faces_in_its_middle(lone):
    middle = np.argmin(np.linalg.norm(lone.place - [0.1, 0.45], axis=1))
    assert lone.labels[middle, upright(0)]
    assert lone.labels[middle, upright(90)]
    assert not lone.labels[:, np.degrees(tilts()) > 50].any()


def test_heat_map_holds_the_labels_and_nothing_else(lone):
    heat = lone.heat()
    assert heat.shape == (360, 56, 56)
    assert heat.sum() == lone.labels.sum()
    row, col = lone.cells[3]
    assert np.array_equal(heat[:, row, col] > 0, lone.labels[3])


def test_colour_map_is_what_perception_makes(lone):
    row, col = (4 * lone.cells[len(lone.cells) // 2] + 2).tolist()
    r, g, b = lone.color[row, col].tolist()
    assert g > 2 * max(r, b)
    assert lone.color.shape == (224, 224, 3)


def test_neighbours_take_grasps_away(lone):
    cell = cell_of((0.1, 0.45), (0.147, 0.45), (0.053, 0.45), (0.1, 0.497), (0.1, 0.403))
    try:
        hemmed = labelled(cell)
    finally:
        cell.close()
    assert set(hemmed.owner.tolist()) == {0, 1, 2, 3, 4}
    assert lone.labels.sum() > 20
    assert hemmed.labels[hemmed.owner == 0].sum() < 0.2 * lone.labels.sum()
    assert hemmed.labels[hemmed.owner == 1].any()  # the outer ones can still be held from two sides

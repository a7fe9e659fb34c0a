import numpy as np
import pytest

pytest.importorskip("torch")

from pg4da.policies.avn.metrics import average_precision, quality_of


def test_average_precision_worked_by_hand():
    score = np.array([[0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4]])
    label = np.array([[True, False, True, False], [False, False, False, True]])
    assert average_precision(score, label).tolist() == pytest.approx([(1 / 1 + 2 / 3) / 2, 1.0])


def heat_and_labels():
    """Object 0 has two cells, object 1 one, object 2 no grasp at all."""
    heat, labels = np.zeros((4, 360), np.float32), np.zeros((4, 360), bool)
    labels[0, 5] = labels[1, 7] = labels[2, 9] = True
    heat[0, 5], heat[1, 8], heat[2, 9], heat[3, 1] = 0.4, 0.9, 0.3, 0.2
    return heat, labels, np.array([0, 0, 1, 2])


def test_best_orientation_of_a_cell_and_of_an_object():
    found = quality_of(*heat_and_labels())
    assert found.top_cell == pytest.approx(2 / 3)
    assert found.top_object == pytest.approx(1 / 2)  # the wrong cell of object 0 scores highest
    assert (found.cells, found.objects) == (3, 2)
    assert found.chance == pytest.approx(1 / 3)
    assert found.pooled < found.cell < 1.0


def test_object_without_a_grasp_counts_in_the_pooled_precision_alone():
    heat, labels, owner = heat_and_labels()
    before = quality_of(heat, labels, owner)
    heat[3, 1] = 0.95
    after = quality_of(heat, labels, owner)
    assert after.pooled < before.pooled
    assert (after.cell, after.top_object) == (before.cell, before.top_object)


def test_pictures_without_a_grasp_are_refused():
    heat, labels, owner = heat_and_labels()
    with pytest.raises(ValueError, match="no object in these pictures"):
        quality_of(heat, labels & False, owner)

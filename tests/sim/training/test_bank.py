import numpy as np
import pytest

from pg4da.sim.objects.shape import load_shape
from pg4da.sim.training.bank import load_sample, make_bank, sample_file
from pg4da.sim.training.scatter import FEWEST, apart, scattered

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@pytest.mark.parametrize("seed", range(8))
def test_scattered_blocks_stand_on_the_table_apart_and_inside(seed):
    scene = scattered(seed)
    assert len(scene.objects) >= min(FEWEST, 2)
    assert scene.objects[0].color == (0.0, 1.0, 0.0)
    assert all(max(o.color[0], o.color[2]) > o.color[1] for o in scene.objects[1:])
    corners = [load_shape(o.shape).placed(o.position, o.quaternion) for o in scene.objects]
    assert all(c[:, 2].min() == pytest.approx(0.0002) for c in corners)
    assert all(np.abs(c[:, :2] - [0.0, 0.5]).max() < 0.5 for c in corners)
    gaps = [apart(a[:, :2], b[:, :2]) for i, a in enumerate(corners) for b in corners[i + 1 :]]
    assert min(gaps) > 0


def test_same_seed_same_scene():
    a, b, other = scattered(5), scattered(5), scattered(6)
    assert all(np.array_equal(x.position, y.position) for x, y in zip(a.objects, b.objects, strict=True))
    assert not np.array_equal(a.objects[0].position, other.objects[0].position)


def test_gap_between_outlines():
    assert apart(SQUARE, SQUARE + np.array([1.5, 0.2])) == pytest.approx(0.5)
    assert apart(SQUARE, SQUARE + np.array([0.9, 0.9])) < 0
    assert apart(SQUARE, SQUARE + np.array([1.0, 0.0])) == pytest.approx(0.0)


def test_bank_is_made_once_and_goes_on_where_it_stopped(tmp_path):
    first = list(make_bank(tmp_path, range(2)))
    assert first == [sample_file(tmp_path, k) for k in range(2)]
    made = first[0].read_bytes()
    assert list(make_bank(tmp_path, range(3))) == [sample_file(tmp_path, 2)]
    assert first[0].read_bytes() == made
    assert len(list(tmp_path.iterdir())) == 3
    first[0].unlink()
    list(make_bank(tmp_path, range(1)))
    again = load_sample(first[0])
    assert again.color.shape == (224, 224, 3)
    assert again.labels.shape == (len(again.cells), 360)
    assert again.labels.any()
    assert first[0].read_bytes() == made


def test_two_processes_make_the_same_as_one(tmp_path):
    one, two = (list(make_bank(tmp_path / str(n), range(10, 12), workers=n)) for n in (1, 2))
    for a, b in zip(one, two, strict=True):
        x, y = load_sample(a), load_sample(b)
        assert np.array_equal(x.color, y.color)
        assert np.array_equal(x.labels, y.labels)

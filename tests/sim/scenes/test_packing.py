import numpy as np
import pytest

from pg4da.sim.objects.shape import BLOCK_NAMES
from pg4da.sim.scenes.packing import CELL, CELLS, REACH, Layer, outline, overlap


def test_the_outline_of_a_cube_has_its_area_and_margin() -> None:
    plain, wide = outline("cube", 0.0), outline("cube", 0.0, 0.003)
    side = np.sqrt(plain.sum())
    assert plain.shape == (2 * REACH + 1, 2 * REACH + 1)
    assert np.sqrt(wide.sum()) == pytest.approx(side + 2 * 0.003 / CELL, abs=1.0)
    assert not (plain & ~wide).any()


@pytest.mark.parametrize("name", BLOCK_NAMES)
def test_overlap_counts_what_the_mask_covers(name: str) -> None:
    rng = np.random.default_rng(4)
    cells = np.zeros((CELLS, CELLS), bool)
    cells[120:200, 0:90] = rng.random((80, 90)) < 0.5
    cells[200:202, 370:] = True
    mask = outline(name, 0.7)
    counted = overlap(cells, mask)
    framed = np.pad(cells, REACH)
    for row, col in [*rng.integers(0, CELLS, (40, 2)), (0, 0), (201, 379), (150, 40), (150, 0)]:
        under = framed[row : row + 2 * REACH + 1, col : col + 2 * REACH + 1]
        assert counted[row, col] == pytest.approx((under & mask).sum(), abs=1e-3)


def test_nothing_overlaps_where_nothing_is() -> None:
    assert not overlap(np.zeros((CELLS, CELLS), bool), outline("cube", 0.0)).any()


def test_a_block_fits_beside_another_but_not_upon_it() -> None:
    layer, half = Layer(), CELLS // 2
    layer.put("cube", 0.0, half, half)
    side = round(np.sqrt(outline("cube", 0.0).sum()))
    free = layer.free("cube", 0.0, 0.002)
    assert not free[half, half]
    assert not free[half, half + side + 1]
    assert free[half, half + side + 4]

"""The printed board has its true size and can be found; the ruler is as long as it says."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pg4da.calibrating.printing import BOARDS, DPI, PAPERS, print_board, sheet
from pg4da.errors import BadInput
from pg4da.hardware.calibration.detection import find_board


@pytest.mark.parametrize("paper", PAPERS)
def test_squares_have_their_true_size(paper):
    page = np.asarray(sheet(paper).convert("L"))[::6, ::6]  # 100 dots an inch are enough to measure
    board = BOARDS[paper]
    seen = find_board(np.repeat(page[:, :, None], 3, axis=2), board)
    assert seen is not None
    assert len(seen.ids) == len(board.corners)
    wanted = board.corners[seen.ids, :2]
    scale = np.linalg.norm(seen.pixels[-1] - seen.pixels[0]) / np.linalg.norm(wanted[-1] - wanted[0])
    assert abs(scale / (DPI / 6 / 0.0254) - 1) < 0.002


def test_the_ruler_is_200_mm_long():
    page = ~np.asarray(sheet("a4"))
    longest = max(int(np.diff(np.flatnonzero(np.diff(np.pad(row, 1).astype(int))))[::2].max(initial=0)) for row in page)
    assert abs(longest / DPI * 25.4 - 200) < 0.2


@pytest.mark.parametrize("name", ["board.pdf", "board.png"])
def test_files(tmp_path, name):
    print_board(tmp_path / name, "a4")
    data = (tmp_path / name).read_bytes()
    if name.endswith("png"):
        image = Image.open(tmp_path / name)
        assert np.allclose(np.array(image.size) / np.array(image.info["dpi"]) * 25.4, (297, 210), atol=0.2)
    else:
        box = data[data.index(b"/MediaBox") :].split(b"]")[0].split(b"[")[1].split()
        assert np.allclose([float(n) / 72 * 25.4 for n in box], (0, 0, 297, 210), atol=0.2)


def test_bad_input(tmp_path):
    with pytest.raises(BadInput, match="a3, a4, letter"):
        print_board(tmp_path / "board.pdf", "a5")
    with pytest.raises(BadInput, match=r"\.pdf or \.png"):
        print_board(tmp_path / "board.jpg", "a4")
    with pytest.raises(BadInput, match="No such file"):
        print_board(tmp_path / "none" / "board.pdf", "a4")

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn.looking import heat_in  # noqa: E402
from pg4da.policies.avn.network import Avn  # noqa: E402
from pg4da.policies.avn.shape import TINY  # noqa: E402


@pytest.fixture(scope="module")
def picture():
    torch.manual_seed(1)
    return torch.rand(2, 3, 128, 128)


def test_without_a_crop_it_is_cut_out_of_the_whole(picture):
    avn = Avn(TINY).eval()
    with torch.inference_mode():
        whole, part = avn(picture), heat_in(avn, picture, [(0, 3), (20, 8)], 12)
    assert torch.equal(part[0], whole[0, :, 0:12, 3:15])
    assert torch.equal(part[1], whole[1, :, 20:32, 8:20])


def test_a_crop_lies_round_the_square_inside_the_picture(picture):
    avn = Avn(replace(TINY, looks=64)).eval()
    with torch.inference_mode():
        part = heat_in(avn, picture, [(10, 3), (0, 20)], 12)
        first = avn(picture[:1, :, 32:96, 4:68])  # two cells of margin on each side
        second = avn(picture[1:, :, 0:64, 64:128])  # pushed inwards at the edges
    assert torch.allclose(part[0], first[0, :, 2:14, 2:14], atol=1e-6)
    assert torch.allclose(part[1], second[0, :, 0:12, 4:16], atol=1e-6)


def test_a_square_wider_than_the_crop_is_refused(picture):
    with pytest.raises(ValueError, match="looks at 8 at once"):
        heat_in(Avn(replace(TINY, looks=32)), picture, [(0, 0), (0, 0)], 12)

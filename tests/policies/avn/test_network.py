import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn.encoder import Encoder, SqueezeExcite  # noqa: E402
from pg4da.policies.avn.network import Avn, Upsampling, normalised  # noqa: E402
from pg4da.policies.avn.shape import NARROW, PUBLISHED, TINY, AvnShape  # noqa: E402


def parameters(shape):
    with torch.device("meta"):
        return sum(p.numel() for p in Avn(shape).parameters())


def test_published_width_has_the_published_number_of_parameters():
    assert parameters(PUBLISHED) == pytest.approx(55.2e6, rel=0.002)
    assert parameters(AvnShape(squeeze=0)) == pytest.approx(44.05e6, rel=0.001)


def test_narrow_width_is_little_more_than_half():
    assert parameters(NARROW) == pytest.approx(30.2e6, rel=0.005)


@pytest.mark.parametrize("shape", [PUBLISHED, NARROW, TINY])
def test_heat_maps_have_360_channels_a_quarter_as_fine(shape):
    with torch.device("meta"):
        out = Avn(shape).eval()(torch.zeros(2, 3, 224, 224))
    assert out.shape == (2, 360, 56, 56)


def test_names_of_the_encoder_are_torchvision_s():
    with torch.device("meta"):
        names = set(Encoder(PUBLISHED).state_dict())
    expected = {"conv1.weight", "bn1.running_mean", "layer1.0.downsample.0.weight", "layer1.0.downsample.1.bias"}
    expected |= {"layer4.2.bn3.num_batches_tracked", "layer3.5.conv2.weight"}
    assert expected <= names
    assert len([n for n in names if ".se." not in n]) == 318  # torchvision's resnet50 without fc


def test_squeeze_excite_worked_by_hand():
    layer = SqueezeExcite(2, 2)
    with torch.no_grad():
        layer.fc[0].weight.copy_(torch.tensor([[1.0, 1.0]]))
        layer.fc[2].weight.copy_(torch.tensor([[0.0], [1.0]]))
        layer.fc[0].bias.zero_()
        layer.fc[2].bias.zero_()
    x = torch.tensor([[[[1.0, 3.0]], [[0.0, 2.0]]]])  # means 2 and 1, so the hidden unit is 3
    out = layer(x)
    assert out[0, 0].tolist() == [[0.5, 1.5]]  # sigmoid(0) = 1/2
    assert out[0, 1, 0, 1].item() == pytest.approx(2.0 / (1.0 + np.exp(-3.0)))


def test_upsampling_puts_four_channels_into_a_square():
    layer = Upsampling(1, 4).eval()
    with torch.no_grad():
        layer.conv.weight.zero_()
        layer.conv.weight[:, 0, 1, 1] = torch.tensor([1.0, 2.0, 3.0, -4.0])
    out = layer(torch.ones(1, 1, 1, 1))
    assert out[0, 0].flatten().tolist() == pytest.approx([1.0, 2.0, 3.0, 0.0], abs=1e-4)  # ReLU cuts the last


def test_untrained_heat_maps_are_near_nought_and_every_weight_learns():
    torch.manual_seed(0)
    avn = Avn(TINY)
    torch.nn.init.constant_(avn.encoder.layer1[0].bn3.weight, 1.0)
    heat = avn(torch.rand(2, 3, 64, 64))
    assert float(heat.detach().abs().max()) < 0.5
    (heat - 1.0).square().mean().backward()
    silent = [n for n, p in avn.named_parameters() if p.grad is None]
    assert silent == []
    assert float(avn.encoder.conv1.weight.grad.abs().sum()) > 0


def test_a_picture_is_learnt_by_heart():
    torch.manual_seed(1)
    avn = Avn(TINY)
    picture, want = torch.randn(2, 3, 32, 32), torch.zeros(2, 360, 8, 8)
    want[0, 5, 2, 3], want[1, 77, 6, 1] = 1.0, 1.0
    optimiser = torch.optim.Adam(avn.parameters(), 3e-3)
    first = 0.0
    for _ in range(60):
        loss = (avn(picture) - want).square().sum()
        first = first or float(loss.detach())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 0.2 * first


def test_normalised_picture():
    color = np.zeros((4, 8, 3), np.uint8)
    color[1, 2] = (255, 0, 0)
    x = normalised(color)
    assert x.shape == (1, 3, 4, 8)
    assert x[0, :, 1, 2].tolist() == pytest.approx([(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225], abs=1e-5)
    assert torch.equal(normalised(np.stack([color, color]))[1], x[0])


def test_shape_survives_its_header_and_refuses_others():
    assert AvnShape.from_dict(NARROW.to_dict()) == NARROW
    for wrong in ({}, {**NARROW.to_dict(), "depth": 3}, {**NARROW.to_dict(), "blocks": [1, 2]}):
        with pytest.raises(ValueError, match=r"network|expected"):
            AvnShape.from_dict(wrong)
    with pytest.raises(ValueError, match="divisible"):
        AvnShape(duc=(1023, 512))

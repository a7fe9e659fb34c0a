import json
import pickle

import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn import checkpoints  # noqa: E402
from pg4da.policies.avn.checkpoints import load_avn, load_resnet, save_avn  # noqa: E402
from pg4da.policies.avn.errors import WeightsError  # noqa: E402
from pg4da.policies.avn.files import read_weights, write_weights  # noqa: E402
from pg4da.policies.avn.network import Avn  # noqa: E402
from pg4da.policies.avn.shape import TINY  # noqa: E402


@pytest.fixture
def avn():
    torch.manual_seed(3)
    return Avn(TINY)


@pytest.fixture
def tiny_published(monkeypatch):
    """RGB Matters' layout at a size that a test can write."""
    monkeypatch.setattr(checkpoints, "PUBLISHED", TINY)


def same(a, b):
    return all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())


def theirs(avn, prefix):
    """Our weights under RGB Matters' names."""
    names = {"encoder.": "preact.", "out.": "conv_out."}
    renamed = {}
    for name, tensor in avn.state_dict().items():
        for ours, other in names.items():
            name = other + name[len(ours) :] if name.startswith(ours) else name
        renamed[prefix + name] = tensor
    return renamed


def test_own_file_comes_back_whole(avn, tmp_path):
    save_avn(tmp_path / "a.safetensors", avn)
    back = load_avn(tmp_path / "a.safetensors")
    assert back.shape == TINY
    assert same(avn, back)
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]


def test_the_same_content_gives_the_same_bytes(tmp_path):
    header = {str(n): "text" for n in range(20)}
    for name in "abc":
        write_weights(tmp_path / f"{name}.safetensors", {"x": torch.ones(3)}, header)
    assert len({(tmp_path / f"{name}.safetensors").read_bytes() for name in "abc"}) == 1
    assert read_weights(tmp_path / "a.safetensors").header == header


@pytest.mark.parametrize("prefix", ["rgb_net.", "module.rgb_net.", ""])
def test_published_layout(avn, tmp_path, tiny_published, prefix):
    torch.save({"epoch": 3, "model_state_dict": theirs(avn, prefix)}, tmp_path / "a.tar")
    assert same(avn, load_avn(tmp_path / "a.tar"))


def test_old_files_may_lack_the_counters_of_batches(avn, tmp_path, tiny_published):
    state = {k: v for k, v in theirs(avn, "rgb_net.").items() if "num_batches" not in k}
    torch.save(state, tmp_path / "a.pth")
    assert torch.equal(load_avn(tmp_path / "a.pth").out.weight, avn.out.weight)


def test_network_with_normals_is_refused(avn, tmp_path):
    torch.save(theirs(avn, "rgb_net.") | theirs(avn, "normal_net."), tmp_path / "a.pth")
    with pytest.raises(WeightsError, match="only the RGB-only one"):
        load_avn(tmp_path / "a.pth")


def test_resnet_fills_the_encoder_alone(avn, tmp_path):
    other = Avn(TINY)
    state = {k: v for k, v in other.encoder.state_dict().items() if ".se." not in k}
    torch.save(state | {"fc.weight": torch.zeros(1000, 2048), "fc.bias": torch.zeros(1000)}, tmp_path / "r.pth")
    before = avn.out.weight.clone()
    kept = load_resnet(avn, tmp_path / "r.pth")
    assert kept
    assert all(".se.fc." in name for name in kept)
    assert torch.equal(avn.encoder.layer4[0].conv2.weight, other.encoder.layer4[0].conv2.weight)
    assert torch.equal(avn.out.weight, before)


def test_resnet_alone_is_no_angle_view_network(tmp_path):
    torch.save({"layer4.2.conv3.weight": torch.zeros(2, 2)}, tmp_path / "r.pth")
    with pytest.raises(WeightsError, match="scores no grasps"):
        load_avn(tmp_path / "r.pth")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("keep", [0, 7, 200, 0.5, 0.98])
def test_file_cut_short(avn, tmp_path, suffix, keep):
    whole, cut = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    if suffix == ".pth":
        torch.save(avn.state_dict(), whole)
    else:
        save_avn(whole, avn)
    content = whole.read_bytes()
    cut.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    with pytest.raises(WeightsError, match=r"b\.(safetensors|pth): "):
        load_avn(cut)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_file_of_something_else(tmp_path, suffix):
    (tmp_path / f"a{suffix}").write_bytes(b"mission: retrieve\n" * 400)
    with pytest.raises(WeightsError, match=r"not a whole|more than tensors"):
        load_avn(tmp_path / f"a{suffix}")


class Trap:
    """Runs code when unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("it was unpickled",))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("write", [pickle.dump, torch.save])
def test_objects_are_never_unpickled(tmp_path, write):
    with (tmp_path / "a.pth").open("wb") as file:
        write({"weights": Trap()}, file)
    with pytest.raises(WeightsError, match=r"a\.pth"):
        load_avn(tmp_path / "a.pth")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("out.bias"), "lacks out.bias"),
        (lambda s: s.update(extra=torch.zeros(1)), "has besides extra"),
        (lambda s: s.update({"out.bias": torch.zeros(7)}), r"out.bias has shape \(7,\), the network wants \(360,\)"),
        (lambda s: s["out.bias"].fill_(float("nan")), "out.bias holds numbers that are not finite"),
    ],
)
def test_weights_that_do_not_fit(avn, tmp_path, change, message):
    state = {k: v.clone() for k, v in avn.state_dict().items()}
    change(state)
    header = {
        "format": checkpoints.FORMAT,
        "shape": '{"width":8,"blocks":[1,1,1,1],"squeeze":4,"duc":[64,64],"out_kernel":1}',
    }
    write_weights(tmp_path / "a.safetensors", state, header)
    with pytest.raises(WeightsError, match=message):
        load_avn(tmp_path / "a.safetensors")


@pytest.mark.parametrize("shape", [None, "{}", "no json", '{"width": 8}'])
def test_header_without_a_shape(avn, tmp_path, shape):
    header = {"format": checkpoints.FORMAT} | ({"shape": shape} if shape else {})
    write_weights(tmp_path / "a.safetensors", avn.state_dict(), header)
    with pytest.raises(WeightsError, match="does not say what the network is like"):
        load_avn(tmp_path / "a.safetensors")


def test_absent_empty_and_foreign_files(tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        load_avn(tmp_path / "a.safetensors")
    torch.save({}, tmp_path / "e.pth")
    with pytest.raises(WeightsError, match="holds no weights"):
        load_avn(tmp_path / "e.pth")
    write_weights(tmp_path / "f.safetensors", {"bert.weight": torch.zeros(2)}, {})
    with pytest.raises(WeightsError, match="no known layout"):
        load_avn(tmp_path / "f.safetensors")
    torch.save([torch.zeros(2)], tmp_path / "l.pth")
    with pytest.raises(WeightsError, match="no state dict"):
        read_weights(tmp_path / "l.pth")


def test_half_precision_is_read_as_single(avn, tmp_path):
    half = {k: v.half() if v.is_floating_point() else v for k, v in avn.state_dict().items()}
    write_weights(tmp_path / "h.safetensors", half, {"format": checkpoints.FORMAT, "shape": json.dumps(TINY.to_dict())})
    back = load_avn(tmp_path / "h.safetensors")
    assert back.out.weight.dtype == torch.float32
    assert torch.allclose(back.out.weight, avn.out.weight, atol=1e-5)

"""Files of the ranking's weights: whole ones are read, all others refused with what is wrong."""

import json
import re

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.ranking.network import Ranker
from pg4da.policies.ranking.weights import FORMAT, expected_shapes, read_ranking, shipped


@pytest.fixture
def state():
    torch.manual_seed(0)
    return {k: v.half() for k, v in Ranker().state_dict().items()}


def written(path, tensors, form=FORMAT):
    save_file(tensors, path, metadata={"format": form})
    return path


def test_what_safetensors_wrote_is_read(tmp_path, state):
    found = read_ranking(written(tmp_path / "w.safetensors", state)).weights
    assert {k: v.shape for k, v in found.items()} == expected_shapes()
    assert all(np.array_equal(found[k], v.float().numpy()) and found[k].dtype == np.float32 for k, v in state.items())


def test_a_missing_file(tmp_path):
    with pytest.raises(WeightsError, match=r"none\.safetensors: cannot be read"):
        read_ranking(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 200, 4000, -1])
def test_a_file_cut_short(tmp_path, state, keep):
    path = written(tmp_path / "w.safetensors", state)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsError, match=r"not a whole safetensors file|no JSON"):
        read_ranking(path)


def test_another_network(tmp_path, state):
    with pytest.raises(WeightsError, match="its header says: pg4da policy 1"):
        read_ranking(written(tmp_path / "w.safetensors", state, "pg4da policy 1"))
    state.pop("sure.2.bias")
    with pytest.raises(WeightsError, match=r"sure\.2\.bias is missing; expected \(5,\)"):
        read_ranking(written(tmp_path / "x.safetensors", state))


def test_one_tensor_too_many_or_of_another_shape(tmp_path, state):
    with pytest.raises(WeightsError, match=r"extra has shape \(2,\); expected no such tensor"):
        read_ranking(written(tmp_path / "w.safetensors", {**state, "extra": torch.zeros(2)}))
    with pytest.raises(WeightsError, match=re.escape("body.0.bias has shape (3,)")):
        read_ranking(written(tmp_path / "x.safetensors", {**state, "body.0.bias": torch.zeros(3)}))


def test_numbers_that_are_none(tmp_path, state):
    state["body.0.bias"][0] = float("nan")
    with pytest.raises(WeightsError, match=r"body\.0\.bias holds numbers that are not finite"):
        read_ranking(written(tmp_path / "w.safetensors", state))


def test_a_pickle_is_never_unpickled(tmp_path):
    path = tmp_path / "w.pt"
    torch.save({"a": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        read_ranking(path)


def test_offsets_that_lie(tmp_path):
    header = json.dumps(
        {"__metadata__": {"format": FORMAT}, "a": {"dtype": "F16", "shape": [4], "data_offsets": [0, 80]}}
    )
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(80))
    with pytest.raises(WeightsError, match="a is cut short"):
        read_ranking(path)


def test_the_shipped_weights_are_whole():
    assert set(read_ranking(shipped()).weights) == set(expected_shapes())

"""What needs no physics: which cells may be stepped together, ticks, packages and devices that are missing."""

import sys

import numpy as np
import pytest

from pg4da.hardware.errors import DeviceError
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.training.turning import turned
from pg4da.sim.warp.capacity import Capacity
from pg4da.sim.warp.loading import check_device
from pg4da.sim.warp.lockstep import Lockstep, alike, whole_steps

STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def scene(*shapes):
    objects = [
        SceneObject(shape, (0.1, 0.8, 0.1), np.array([0.1 * k, 0.5, 0.03]), STRAIGHT) for k, shape in enumerate(shapes)
    ]
    return Scene("blocks", "test", tuple(objects), 0)


def model(scene):
    return MujocoCell(scene, arms=False).model


def test_same_things_elsewhere_are_alike_and_other_things_are_not():
    blocks = scene("cube", "cylinder", "triangle")
    one = model(blocks)
    assert alike(one, model(turned(blocks, np.random.default_rng(0))))
    assert not alike(one, model(scene("cube", "triangle", "cylinder")))
    assert not alike(one, model(scene("cube", "cylinder")))


def test_cells_must_be_alike():
    with pytest.raises(ValueError, match="no cells"):
        Lockstep([])
    with pytest.raises(ValueError, match=r"world 1: .*same objects"):
        Lockstep([MujocoCell(scene(shape), arms=False) for shape in ("cube", "rect")])


def test_tick_is_a_whole_number_of_steps():
    assert whole_steps(0.008, 0.004) == 2
    for tick in (0.0, 0.001, 0.009):
        with pytest.raises(ValueError, match="no whole number"):
            whole_steps(tick, 0.004)


def test_room_grows_with_the_objects():
    few, many = Capacity.of(model(scene("cube"))), Capacity.of(model(scene("cube", "cube", "cube")))
    assert many.contacts - few.contacts == 32
    assert many.rows - few.rows == 128


def test_package_that_is_not_installed_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "warp", None)
    with pytest.raises(DeviceError, match=r"the package warp can't be loaded .*pip install 'pg4da\[warp\]'"):
        check_device("cpu")


def test_device_that_is_not_there_is_an_error_and_no_other_takes_over():
    pytest.importorskip("mujoco_warp")
    with pytest.raises(DeviceError, match="there is no device 'cuda:99' on this machine; there are: cpu"):
        check_device("cuda:99")
    check_device("cpu")

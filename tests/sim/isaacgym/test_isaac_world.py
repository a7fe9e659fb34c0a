"""The sidecar's Isaac side against a stand-in that keeps books: orders, indices, units, signs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.sim.camera import K_XTION
from pg4da.sim.isaacgym import sidecar
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.describing import describe

from .conftest import lying

pytest.importorskip("torch")
FAKE = Path(__file__).with_name("fake")


@pytest.fixture
def gymapi(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(FAKE))
    monkeypatch.setattr(sys, "torch_may_come_first", True, raising=False)
    from isaacgym import gymapi

    yield gymapi
    for name in [n for n in sys.modules if n.split(".")[0] == "isaacgym"]:
        del sys.modules[name]


@pytest.fixture(params=[True, False], ids=["arms", "grippers"])
def built(gymapi: Any, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Any, dict[str, Any], Any]:
    """World, description and the stand-in's simulation."""
    scenes = [lying(("cube", 0.1 * i, 0.5), ("triangle", 0.2, 0.6)) for i in range(3)]
    description = describe(IsaacGymConfig(), scenes, tmp_path, arms=request.param)
    world = sidecar.IsaacWorld()
    world.build(description)
    return world, description, gymapi.last


def dofs(description: dict[str, Any]) -> list[dict[str, Any]]:
    return [dof | {"actor": actor["name"]} for actor in description["actors"] for dof in actor["dofs"]]


def test_joints_start_where_they_were_told(built: Any) -> None:
    world, description, _ = built
    _, arrays = world.rest(0)
    assert arrays["q"].shape == (3, len(dofs(description)))
    assert np.allclose(arrays["q"], [dof["start"] for dof in dofs(description)], atol=1e-6)


def test_each_drive_has_its_own_figures(built: Any) -> None:
    _, description, sim = built
    for env in sim.envs:
        for told in description["actors"]:
            actor = next(a for a in env.actors if a.name == told["name"])
            for dof in told["dofs"]:
                row = actor.properties[actor.asset.dofs.index(dof["joint"])]
                assert row["driveMode"] == 1
                for field in ("stiffness", "damping", "effort", "armature"):
                    assert row[field] == pytest.approx(dof[field])


def test_targets_reach_their_joints_in_every_world(built: Any) -> None:
    world, description, sim = built
    names = dofs(description)
    targets = np.arange(3 * len(names), dtype=float).reshape(1, 3, -1) / 100
    efforts = np.stack([[[-d["effort"], d["effort"]] for d in names]] * 3)
    fields, arrays = world.step(targets, 2 * targets, efforts)
    own = [i for i, dof in enumerate(names) if not dof["leader"]]
    assert np.allclose(arrays["q"][:, own], targets[0][:, own], atol=1e-5)
    assert np.allclose(arrays["dq"][:, own], 2 * targets[0][:, own], atol=1e-5)
    assert fields["time"] == pytest.approx(description["timestep"])
    assert sim.simulated == 1


def test_tips_follow_their_finger_as_it_was_measured(built: Any) -> None:
    world, description, _ = built
    names = dofs(description)
    at = {f"{dof['actor']}/{dof['joint']}": i for i, dof in enumerate(names)}
    targets = np.tile([dof["start"] for dof in names], (2, 3, 1))
    targets[:, :, at["left/finger_a"]] = 0.3
    efforts = np.stack([[[-d["effort"], d["effort"]] for d in names]] * 3)
    _, arrays = world.step(targets, np.zeros_like(targets), efforts)
    assert np.allclose(arrays["q"][:, at["left/tip_a"]], 0.3)
    assert np.allclose(arrays["q"][:, at["left/tip_b"]], arrays["q"][:, at["left/finger_b"]])
    assert not np.allclose(arrays["q"][:, at["right/tip_a"]], 0.3)


def test_efforts_are_limited_where_they_changed(built: Any) -> None:
    world, description, sim = built
    names = dofs(description)
    i = next(k for k, dof in enumerate(names) if (dof["actor"], dof["joint"]) == ("right", "finger_b"))
    efforts = np.stack([[[-d["effort"], d["effort"]] for d in names]] * 3)
    efforts[1, i] = (-2.0, 6.0)
    targets = np.tile([dof["start"] for dof in names], (1, 3, 1))
    world.step(targets, np.zeros_like(targets), efforts)
    found = []
    for env in sim.envs:
        actor = next(a for a in env.actors if a.name == "right")
        found.append(float(actor.properties["effort"][actor.asset.dofs.index("finger_b")]))
    assert found == pytest.approx([names[i]["effort"], 4.0, names[i]["effort"]])


def test_pictures_are_told_in_metres(built: Any) -> None:
    world, _, sim = built
    _, seen = world.picture(2)
    assert seen["rgb"].shape == (480, 640, 3)
    assert tuple(seen["rgb"][5, 5]) == (200, 0, 0)
    assert seen["depth"].dtype == np.float32
    assert seen["depth"][0, :3] == pytest.approx([0.0, 0.0, 1.25])
    assert np.allclose(seen["K"], K_XTION)
    camera = sim.envs[2].cameras[0]
    assert camera.properties.horizontal_fov == pytest.approx(58.6, abs=0.1)
    assert (camera.pose.p.x, camera.pose.p.y, camera.pose.p.z) == (0.0, 0.5, 1.25)


def test_objects_are_told_and_placed(built: Any) -> None:
    world, _, sim = built
    _, arrays = world.objects()
    assert arrays["poses"].shape == (3, 2, 7)
    assert np.allclose(arrays["poses"][:, :, 0], [0.0, 0.2], atol=1e-6)  # as the first scene has them
    moved = arrays["poses"][1] + [0.01, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0]
    world.place(1, moved)
    _, after = world.objects()
    assert np.allclose(after["poses"][1], moved, atol=1e-6)
    assert np.allclose(after["poses"][[0, 2]], arrays["poses"][[0, 2]])
    assert sim.roots[:, 0].max() > 7.0  # the stand-in counts from the first world's origin


def test_robots_hang_still_objects_fall_and_what_stands_is_fixed(built: Any) -> None:
    _, description, sim = built
    kinds = {actor.name: actor for actor in sim.envs[0].actors}
    for told in description["actors"]:
        options = kinds[told["name"]].asset.options
        assert (options.fix_base_link, options.disable_gravity) == (True, True)
    assert kinds["left"].filter & kinds["right"].filter == 0
    for thing in description["objects"]:
        assert not kinds[thing["name"]].asset.options.fix_base_link
        assert kinds[thing["name"]].shapes[0].friction == thing["friction"]
        assert kinds[thing["name"]].colors[0] == (0.0, 1.0, 0.0)
    for box in description["boxes"]:
        assert kinds[box["name"]].asset.options.fix_base_link
        assert kinds[box["name"]].asset.size == tuple(2 * half for half in box["half"])


def test_devices_that_are_not_there(gymapi: Any, tmp_path: Path) -> None:
    description = describe(IsaacGymConfig(compute_device=9), [lying(("cube", 0.0, 0.5))], tmp_path)
    with pytest.raises(RuntimeError, match=r"could not create its simulation on devices \(9, 0\)"):
        sidecar.IsaacWorld().build(description)


def test_it_builds_once_and_closes_twice(built: Any) -> None:
    world, description, sim = built
    with pytest.raises(ValueError, match="built already"):
        world.build(description)
    world.close()
    world.close()
    assert sim.envs == []

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pg4da.sim.scenes.catalogue import default_scene, find, names, picture
from pg4da.sim.scenes.errors import UnknownScene
from pg4da.sim.scenes.generator import CASE_NAMES, CASES, MIN_RING
from pg4da.sim.scenes.plan_view import PlanView
from pg4da.sim.scenes.reader import read_scene
from pg4da.sim.scenes.settle import settle

COUNTS = {"case1": range(7, 11), "case2": (20,), "case3": (25,), "case4": (30,), "case5": (35,)}


def test_four_scenes_a_case() -> None:
    assert [sum(name.startswith(case) for name in names()) for case in CASE_NAMES] == [4] * 5


@pytest.mark.parametrize("name", names())
def test_scene_is_at_rest_and_as_its_case_asks(name: str) -> None:
    scene = read_scene(find(name))
    assert scene.case == name.split("/")[0]
    assert len(scene.objects) in COUNTS[scene.case.split("-")[0]]
    rest = settle(scene)
    moved = [np.linalg.norm(a.position - b.position) for a, b in zip(scene.objects, rest.objects, strict=True)]
    assert max(moved) < (0.001 if scene.case in CASES else 0.004)
    if scene.case in CASES:
        view = PlanView(rest)
        low, high = CASES[scene.case].visible
        assert view.ring_occupancy >= MIN_RING - 0.01
        assert low - 0.01 <= view.visible_share <= high + 0.01
        assert not view.graspable()


@pytest.mark.parametrize("name", names())
def test_has_a_picture_with_something_on_it(name: str) -> None:
    image = cv2.imread(str(picture(name)))
    assert image is not None
    assert image.std() > 10


@pytest.mark.parametrize("name", names())
def test_only_the_target_is_green(name: str) -> None:
    scene = read_scene(find(name))
    for i, obj in enumerate(scene.objects):
        r, g, b = obj.color
        assert (g > max(r, b)) == (i == scene.target)


def test_short_names_and_paths_are_found() -> None:
    name = names()[0]
    assert find(name) == find(name.split("/")[1]) == find(str(find(name)))


def test_unknown_name_lists_the_nearest_and_all() -> None:
    with pytest.raises(UnknownScene, match=r"did you mean 'dense1'.*case5-random_arranged/heap4"):
        find("densee1")


def test_default_is_dense() -> None:
    assert default_scene().case == "case2-dense_clutter"

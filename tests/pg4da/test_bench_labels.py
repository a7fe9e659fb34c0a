"""Labels against physics: what counts as right and missed, and that one table repeats itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pg4da.bench.labels import Checked, _of_table, labels_table, precision, recall, ways_table
from pg4da.commands.main import main
from pg4da.policies.avn.labels import grasp_as_labelled, grasp_labels, prism_of
from pg4da.policies.avn.orientations import CLASSES, nearest_class
from pg4da.policies.geometric.solid import columns_of
from pg4da.policies.types import GripperShape
from pg4da.sim.scenes.scene import Scene, SceneObject

LONE = SceneObject("cube", (0.0, 1.0, 0.0), np.array([0.1, 0.45, 0.0226]), np.array([0.0, 0.0, 0.0, 1.0]))


def test_what_has_no_way_in_is_no_verdict_on_the_labels() -> None:
    right, wrong = (Checked(1, True, 100, outcome) for outcome in ("lifted", "lost"))
    refused = Checked(2, True, 100, "refused")
    assert precision([right, right, right, wrong, refused])[0] == 0.75


def test_recall_counts_every_place_and_orientation() -> None:
    said, unsaid = Checked(1, True, 300, "lifted"), Checked(1, False, 900, "lifted")
    assert recall([said, unsaid, Checked(2, False, 500, "lost"), Checked(3, True, 70, "lost")]) == 0.25
    assert recall([Checked(2, False, 500, "lost")]) == 0.0


def test_tables_have_a_row_for_each_label_and_way() -> None:
    assert labels_table([Checked(1, True, 9, "lifted")]).row_count == 2
    tally = {"targets": 3, "offered": 3, "planned": 2, "lifted": 1}
    assert ways_table({"labels": tally, "network": tally}).row_count == 2


def test_a_labelled_grasp_closes_round_the_middle_of_its_object() -> None:
    side = np.linspace(-0.02, 0.02, 21)
    corner = np.full(20, 0.02)
    outline = np.concatenate([
        np.column_stack([side[:-1], -corner]),
        np.column_stack([corner, side[:-1]]),
        np.column_stack([-side[:-1], corner]),
        np.column_stack([-corner, -side[:-1]]),
    ])  # fmt: skip
    outline += np.array([0.1, 0.45])
    prism = prism_of(outline, 0.04, np.array([0.0, 0.0, 1.0]))
    nothing = columns_of(np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), bool), outline.mean(axis=0))
    place = np.array([0.105, 0.452])
    labels = grasp_labels(place[None], prism, nothing, GripperShape())[0]
    down = nearest_class(np.diag([1.0, -1.0, -1.0]))
    assert labels[down]
    for number in np.flatnonzero(labels).tolist():
        grasp = grasp_as_labelled(place, number, prism, nothing, GripperShape())
        assert grasp is not None
        assert 0.035 < grasp.width < grasp.opening
        middle = (grasp.pose[:2, 3] - (0.1, 0.45)) @ grasp.pose[:2, 0]
        assert abs(middle) < 0.006
    assert labels.shape == (CLASSES,)


@pytest.mark.slow
def test_a_lone_cube_is_lifted_where_its_label_says_so() -> None:
    lone = Scene("lone", "test", (LONE,), 0)
    first, again = _of_table(3, lone), _of_table(3, lone)
    assert first == again
    assert first[0].said
    assert first[0].outcome == "lifted"


def test_weights_that_are_none_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"none")
    assert main(["bench", "--labels", "--weights", str(file)]) == 2
    assert str(file) in capsys.readouterr().err

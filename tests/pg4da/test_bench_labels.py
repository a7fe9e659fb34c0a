"""Labels against physics: what counts as right and missed, and that one table repeats itself."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from pg4da.bench.labels import Checked, _of_table, labels_table, precision, recall, spread, ways_table
from pg4da.commands.main import main
from pg4da.policies.avn.labels import grasp_as_labelled, grasp_labels, prism_of
from pg4da.policies.avn.orientations import CLASSES, nearest_class
from pg4da.policies.geometric.solid import columns_of
from pg4da.policies.types import GripperShape
from pg4da.sim.scenes.scene import Scene, SceneObject

LONE = SceneObject("cube", (0.0, 1.0, 0.0), np.array([0.1, 0.45, 0.0226]), np.array([0.0, 0.0, 0.0, 1.0]))


def test_what_has_no_way_in_is_no_verdict_on_the_labels_and_tables_count_by_their_labels() -> None:
    right, wrong = Checked(1, True, 300, "lifted"), Checked(2, True, 100, "lost")
    refused = Checked(3, True, 50, "refused")
    assert precision([right, wrong, refused, Checked(1, False, 9, "lost")]) == 0.75
    assert np.isnan(precision([refused]))


def test_recall_counts_every_place_and_orientation() -> None:
    said, unsaid = Checked(1, True, 300, "lifted"), Checked(1, False, 900, "lifted")
    assert recall([said, unsaid, Checked(2, False, 500, "empty"), Checked(3, True, 70, "lost")]) == 0.25
    assert np.isnan(recall([Checked(2, False, 500, "lost")]))


def test_spread_is_that_of_tables() -> None:
    alike = [Checked(seed, True, 10, "lifted" if seed % 2 else "lost") for seed in range(100)]
    assert spread(precision, alike) == pytest.approx(0.05, rel=0.2)
    assert spread(precision, alike[1:2] * 9) == 0.0


def told(table: Table) -> str:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()


def test_tables_tell_what_came_of_each() -> None:
    lifted, empty, lost = Checked(1, True, 9, "lifted"), Checked(1, False, 3, "empty"), Checked(2, True, 9, "lost")
    text = told(labels_table([lifted, empty, lost]))
    assert "precision 0.50 ± " in text
    assert "recall 1.00 ± 0.00" in text
    row = next(line for line in text.splitlines() if "holds" in line)
    assert row.split("│")[1:-1][-1].strip() == "1"
    ways = told(ways_table({"labels": {"targets": 4, "offered": 3, "planned": 2, "lifted": 1}}))
    assert "25.0 %" in ways


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
    assert [each.said for each in first] == [True, False]
    assert first[0].outcome == "lifted"


def test_weights_that_are_none_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"none")
    assert main(["bench", "--labels", "--weights", str(file)]) == 2
    assert str(file) in capsys.readouterr().err

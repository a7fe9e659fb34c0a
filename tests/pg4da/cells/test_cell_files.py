"""Cell files: what is read, and what is refused at its own line and column before anything is connected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import yaml

from pg4da.cells.files import packaged
from pg4da.cells.loader import load_cell
from pg4da.cells.schema import cell_schema
from pg4da.cells.spec import RobotsSpec
from pg4da.commands.main import main
from pg4da.mission.problems import MissionError

Write = Callable[[str], Path]

SLIPS = [
    ("    address: 10.0.0.2\n", "", "bench.yaml:5:5: arms.left needs 'address': IP address"),
    (
        "    address: 10.0.0.2",
        "    adress: 10.0.0.2",
        "bench.yaml:6:5: unknown key 'adress' of arms.left; did you mean",
    ),
    (
        "    address: 10.0.0.2",
        "    address: 10",
        "bench.yaml:6:14: arms.left.address: should be a valid string, got 10",
    ),
    (
        "[-0.55, 0.5, 0.1], rpy",
        "[-0.55, half, 0.1], rpy",
        "bench.yaml:7:25: arms.left.base.xyz.1: should be a valid num",
    ),
    ("rpy: [0, 0, 3.14159]", "rpy: [0, 0, 180]", "bench.yaml:7:41: arms.left.base.rpy: angles are in radians"),
    ("home: [0.5985, -2.0", "home: [95, -2.0", "bench.yaml:8:11: arms.left.home: angles are in radians"),
    ("1.4854", "4.4854", "bench.yaml:8:5: arms.left: home of elbow (4.4854 rad) lies outs"),
    ("[0.5985, -2.0275, ", "[", "bench.yaml:8:5: arms.left.home: a UR5e has 6 joints, not 4"),
    (
        "kind: robotiq_2f140\n      link: {kind: rtu-tcp, host: 10.0.0.2}",
        "kind: rg2",
        "bench.yaml:10:13: arms.left.gripper: unk",
    ),
    ("link: {kind: rtu-tcp, host: 10.0.0.2}", "link: {kind: usb}", "bench.yaml:11:"),
    (
        "link: {kind: rtu-tcp, host: 10.0.0.2}",
        "link: {kind: rtu-tcp, hots: a}",
        "unknown key 'hots' of arms.left.gripper.link",
    ),
    (
        "host: 10.0.0.2}",
        "host: 10.0.0.2, port: 70000}",
        "arms.left.gripper.link.port: should be less than or equal to 65535",
    ),
    (
        "kind: ur5e\n    address: 10.0.0.3",
        "kind: ur6e\n    address: 10.0.0.3",
        "bench.yaml:13:11: arms.right: unknown kind 'ur6",
    ),
    ("kind: robots", "kind: robot", "bench.yaml:2:7: unknown kind 'robot' of cell; did you mean 'robots'?"),
    ("kind: robots\n", "", "bench.yaml:1:1: a cell file needs 'kind'"),
    (
        "kind: robots",
        "kind: robots\nspeed_scale: 3",
        "bench.yaml:3:14: cell.speed_scale: should be less than or equal to 1",
    ),
    (
        "kind: robots",
        "kind: robots\nspeed_scale: '1'",
        "bench.yaml:3:14: cell.speed_scale: should be a valid number, got '1'",
    ),
    ("  right:", "  rigth:", "bench.yaml:12:3: unknown arm 'rigth'; did you mean 'right'?"),
    ("  kind: still", "  kind: stil", "bench.yaml:21:9: camera: unknown kind 'stil'; did you mean 'still'?"),
    ("[-0.55, 0.5, 0.1], rpy", "[0.75, 0.5, 0.1], rpy", "bench.yaml:7:5: the arms are swapped"),
    ("[0.55, 0.5, 0.1]", "[-0.45, 0.5, 0.1]", "bench.yaml:15:5: the bases overlap: they are 0.100 m apart"),
    ("[0.55, 0.5, 0.1]", "[5.5, 0.5, 0.1]", "arms.right does not reach the middle of the workspace at (0, 0.5)"),
    ("address: 10.0.0.3", "address: 10.0.0.2", "bench.yaml:14:5: both arms have the address 10.0.0.2"),
    ("host: 10.0.0.3}", "host: 10.0.0.2}", "bench.yaml:19:7: both grippers have the same link"),
    ("  pose: {xyz: [0, 0.5, 1.25], rpy: [3.14159, 0, 0]}\n", "", "bench.yaml:21:3: the camera has no calibration"),
    ("rpy: [3.14159, 0, 0]", "rpy: [0, 0, 0]", "bench.yaml:22:3: camera.pose: it must look down on the table"),
    ("[0, 0.5, 1.25]", "[0, 3.5, 1.25]", "camera.pose: it looks at (0.00, 3.50), far outside the workspace"),
    (
        "kind: robots",
        "kind: robots\nworkspace: {x_max: 0.7}",
        "bench.yaml:3:1: workspace: 1.2 m by 1 m; it must be square",
    ),
    ("kind: robots", "kind: robots\nworkspace: {x_max: -0.7}", "workspace: its maxima must lie above its minima"),
    (
        "kind: robots",
        "kind: robots\nbin: [0, 0.5, 0.06]",
        "bench.yaml:3:1: bin: at (0, 0.5) it stands in the workspace",
    ),
    ("kind: robots", "kind: robots\nbin: [0, -2, 0.06]", "does not reach the bin at (0, -2) with the tool down"),
    ("cell: bench", "cell: &a bench", "anchors and aliases are not part"),
    ("cell: bench", "cell: [bench", "not YAML"),
]


def test_a_right_file(text: str, write_cell: Write) -> None:
    spec = load_cell(str(write_cell(text)))
    assert isinstance(spec, RobotsSpec)
    assert spec.real
    left, right = spec.arms["left"], spec.arms["right"]
    assert (left.kind, left.config.address, right.gripper.config.link.host) == ("ur5e", "10.0.0.2", "10.0.0.3")
    assert np.allclose(left.config.base.matrix[:3, :3], np.diag([-1, -1, 1]), atol=1e-4)
    assert spec.top.workspace.workspace().centre == (0.0, 0.5)


@pytest.mark.parametrize(("old", "new", "message"), SLIPS)
def test_a_slip_is_told_at_its_place(
    text: str, write_cell: Write, capsys: Any, old: str, new: str, message: str
) -> None:
    assert old in text
    path = write_cell(text.replace(old, new, 1))
    for command in (["check", str(path)], ["run", "retrieve", "--cell", str(path)]):
        assert main(command) == 2
        told = capsys.readouterr()
        assert message in told.err, told.err
        assert all(line.startswith("error: ") for line in told.err.splitlines())
        assert len(told.err.splitlines()) <= 2
        assert "Traceback" not in told.err
    assert [p.name for p in Path().iterdir()] == ["bench.yaml"]


def test_every_problem_is_told_at_once(text: str, write_cell: Write) -> None:
    wrong = text.replace("address: 10.0.0.2", "adress: 10.0.0.2").replace("kind: still", "kind: stil")
    with pytest.raises(MissionError) as caught:
        load_cell(str(write_cell(wrong)))
    assert [problem.mark.line for problem in caught.value.problems] == [5, 6, 21]


def test_a_camera_may_lack_its_pose_while_it_is_calibrated(text: str, write_cell: Write) -> None:
    path = write_cell("".join(line for line in text.splitlines(True) if "1.25" not in line))
    with pytest.raises(MissionError, match="no calibration"):
        load_cell(str(path))
    assert isinstance(load_cell(str(path), calibrated=False), RobotsSpec)


@pytest.mark.parametrize("name", sorted(packaged()))
def test_packaged_files_are_right_and_fit_the_schema(name: str) -> None:
    assert load_cell(name).top.cell == name
    jsonschema.validate(yaml.safe_load(packaged()[name].read_text()), cell_schema())


def test_the_schema_knows_what_is_wrong(text: str) -> None:
    schema = cell_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(text), schema)
    for old, new in (
        ("address: 10.0.0.2\n", "adress: 10.0.0.2\n"),
        ("      kind: robotiq_2f140\n", ""),
        ("still", "stil"),
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(text.replace(old, new, 1)), schema)


def test_the_schema_is_printed(capsys: Any) -> None:
    assert main(["check", "--cell-schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "A cell of pg4da"
    assert main(["check", "--cell-schema", "sim"]) == 2


def test_check_takes_cells_and_missions_together(text: str, write_cell: Write, capsys: Any) -> None:
    assert main(["check", str(write_cell(text)), "retrieve", "sim"]) == 0
    out = capsys.readouterr().out
    assert "bench.yaml: ok, the cell 'bench' (robots)" in out
    assert "ok, the cell 'sim' (simulation)" in out
    assert main(["check", "bench.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["missions"][0]["ok"]
    assert main(["check", "bench.yaml", "--tree"]) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("simm", "unknown cell 'simm'; did you mean 'sim'?"),
        ("nosuch.yaml", "--cell nosuch.yaml: no such file; a template to begin with: pg4da check --cell-template"),
        ("folder/", "--cell folder/: "),
        ("pg4da.trees:retrieve.yaml", "a cell file needs 'kind'"),
    ],
)
def test_names_of_cells(write_cell: Write, capsys: Any, name: str, message: str) -> None:
    assert main(["run", "retrieve", "--cell", name]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told


def test_a_scene_is_for_cells_that_are_simulated(text: str, write_cell: Write, capsys: Any) -> None:
    path = write_cell(text)
    assert main(["run", "retrieve", "--cell", str(path), "--scene", "dense1"]) == 2
    assert "--scene: the cell 'bench' takes no scene: they are what lies on the table" in capsys.readouterr().err

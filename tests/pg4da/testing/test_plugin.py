"""The pytest plug-in as an author of missions uses it: in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pg4da.testing.cases import ENDING as READ_ENDING
from pg4da.testing.plugin import ENDING

YAML = """\
mission: push_grasp
tests:
  - test: a blind camera
    replace: {Look: {fail: bad_frame}}
    expect: {failure: bad_frame}
"""
PYTHON = """\
from pg4da.testing import fail, succeed

def test_lost(mission, virtual_cell):
    gone = {"push_grasp": fail("gone", recoverable=False)}
    run = mission("retrieve", {"target": "red"}, gone, cell=virtual_cell).run()
    assert run.failure.code == "gone"
    assert run.cell is virtual_cell
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / f"look{ENDING}").write_text(YAML)
    (tmp_path / "test_lost.py").write_text(PYTHON)
    return tmp_path


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rA", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_ending_is_the_same_in_both_places() -> None:
    assert ENDING == READ_ENDING


def test_it_costs_other_projects_nothing(tmp_path: Path) -> None:
    code = (
        "import pg4da.testing.plugin, sys\n"
        "print(sorted(m for m in sys.modules if m.startswith('pg4da') or m in ('numpy', 'py_trees', 'pydantic')))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "['pg4da', 'pg4da.testing', 'pg4da.testing.plugin']"


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_fixtures_files_coverage_and_junit(project: Path, workers: tuple[str, ...]) -> None:
    run = run_pytest(
        project, *workers, "--mission-coverage", "--mission-coverage-json", "c.json", "--junitxml", "junit.xml"
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed" in run.stdout
    assert "decide 'Push or grasp': never ran" in run.stdout
    assert "repeat 'Until the target is in the bin': never success" in run.stdout
    data = json.loads((project / "c.json").read_text())
    assert [Path(file).name for file in data["files"]] == ["push_grasp.yaml", "retrieve.yaml"]
    names = {case.attrib["name"] for case in ElementTree.parse(project / "junit.xml").iter("testcase")}
    assert names == {"test_lost", "a blind camera"}


@pytest.mark.slow
def test_too_little_coverage_fails(project: Path) -> None:
    run = run_pytest(project, "--mission-coverage-min", "90")
    assert run.returncode == 1
    assert "2 passed" in run.stdout
    assert "FAIL: mission coverage is" in run.stdout


@pytest.mark.slow
def test_what_fails_is_told_without_the_kits_own_lines(project: Path) -> None:
    path = project / f"look{ENDING}"
    path.write_text(YAML.replace("failure: bad_frame", "failure: other"))
    (project / f"wrong{ENDING}").write_text(YAML.replace("Look:", "Lok:"))
    run = run_pytest(project)
    assert run.returncode == 2
    assert f"wrong{ENDING}:4:15: no node matches 'Lok'" in run.stdout
    run = run_pytest(project, path.name)
    assert run.returncode == 1
    assert f"look{ENDING}:5:23: 'other' expected as code of the failure, it was 'bad_frame'" in run.stdout
    assert "Traceback" not in run.stdout
    assert "cases.py" not in run.stdout

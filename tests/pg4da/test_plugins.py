"""Cells, policies and skills of other packages; what is wrong with one is told when it is used, and by doctor."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pg4da import books, plugins
from pg4da.commands.main import main
from pg4da.errors import BadInput
from pg4da.run import RunRequest, check_request, find_policy, make_cell
from pg4da.skills.skill import Ports, Skill


class Wave(Skill):
    name = "wave"

    def run(self, inputs: Ports) -> Any:
        yield
        return self.Outputs()


class Point:
    """An entry point of a package that is not installed."""

    def __init__(self, name: str, package: str, found: Any) -> None:
        self.name, self.value, self.dist = name, f"{package}.module:thing", SimpleNamespace(name=package)
        self._found = found

    def load(self) -> Any:
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that packages offer these in a group."""

    def put(group: str, *points: Any) -> None:
        monkeypatch.setattr(books, "entry_points", lambda group=group, wanted=group: points if group == wanted else ())

    return put


def test_a_skill_of_another_package(offer: Any, write: Any, capsys: Any) -> None:
    offer("pg4da.skills", Point("wave", "friendly", Wave))
    assert plugins.skills()["wave"] is Wave
    assert main(["check", str(write("root: {wave: {}}"))]) == 0


def test_a_broken_plugin_harms_nobody_who_does_not_use_it(offer: Any, write: Any, capsys: Any) -> None:
    offer("pg4da.skills", Point("wave", "broken", ImportError("no module named 'waves'")))
    known = plugins.skills()
    assert "wave" in known
    assert "wave" not in known.working()
    assert main(["check", "retrieve"]) == 0
    assert main(["check", str(write("root: {wave: {}}"))]) == 2
    told = capsys.readouterr().err
    assert "plug-in 'wave' (pg4da.skills) of the package broken can't be loaded from broken.module:thing" in told
    assert "ImportError: no module named 'waves'" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("found", "message"),
    [(int, "is not a subclass"), (7, "is not a subclass"), (type("Other", (Wave,), {"name": "bow"}), "the name 'bow'")],
)
def test_what_is_no_skill_is_refused(offer: Any, found: Any, message: str) -> None:
    offer("pg4da.skills", Point("wave", "odd", found))
    with pytest.raises(BadInput, match=message):
        _ = plugins.skills()["wave"]


def test_names_that_collide(offer: Any) -> None:
    offer("pg4da.skills", Point("wave", "one", Wave), Point("wave", "two", Wave), Point("push", "thief", Wave))
    known = plugins.skills()
    with pytest.raises(BadInput, match="offered by one and two"):
        _ = known["wave"]
    assert known["push"].__module__ == "pg4da.skills.push"
    assert list(known).count("push") == 1
    assert len(known.problems()) == 2
    assert "thief is not taken: the name belongs to pg4da" in known.problems()[1]


def test_a_policy_of_another_package(offer: Any) -> None:
    offer("pg4da.policies", Point("coin", "luck", lambda: "a policy"), Point("stone", "luck", "not callable"))
    assert find_policy("coin") == "a policy"
    with pytest.raises(BadInput, match="can't be called"):
        find_policy("stone")
    with pytest.raises(BadInput, match="choose one of: coin, geometric, pg4da, pg4da-single-arm, stone"):
        find_policy("dice")


def test_a_cell_of_another_package(offer: Any, cell: Any) -> None:
    def make(request: RunRequest) -> Any:
        assert request.seed == 5
        return cell

    def fail(request: RunRequest) -> Any:
        raise ConnectionRefusedError(111, "nobody answers at 10.0.0.2")

    offer("pg4da.cells", Point("bench", "lab", make), Point("far", "lab", fail))
    request = RunRequest(cell="bench", seed=5)
    check_request(request)
    assert make_cell(request, None) is cell
    with pytest.raises(BadInput, match="--cell far: the cell can't be made: ConnectionRefusedError"):
        make_cell(RunRequest(cell="far"), None)
    with pytest.raises(BadInput, match="unknown cell 'bensh'; did you mean 'bench'"):
        check_request(RunRequest(cell="bensh"))


def test_a_real_entry_point_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package, as pip leaves it."""
    (tmp_path / "waving.py").write_text(
        "from pg4da.skills.skill import Skill\n\n\nclass Wave(Skill):\n    name = 'wave'\n\n"
        "    def run(self, inputs):\n        yield\n        return self.Outputs()\n"
    )
    info = tmp_path / "waving-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: waving\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pg4da.skills]\nwave = waving:Wave\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = books.plugins("pg4da.skills")
    assert [(plugin.name, plugin.package) for plugin in found] == [("wave", "waving")]
    assert isinstance(found[0].entry, EntryPoint)
    assert plugins.skills()["wave"].name == "wave"


def test_doctor_tells_of_broken_plugins(offer: Any, capsys: Any) -> None:
    from pg4da.commands.doctor import CHECKS, Ill

    assert CHECKS["plug-ins"]() == "none installed"
    offer("pg4da.skills", Point("wave", "broken", ImportError("gone")))
    with pytest.raises(Ill, match="of the package broken can't be loaded"):
        CHECKS["plug-ins"]()
    offer("pg4da.skills", Point("wave", "friendly", Wave))
    assert CHECKS["plug-ins"]() == "wave (friendly)"


def test_doctor_asks_for_what_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    from pg4da.commands import doctor

    declared = ["numpy>=2", "py_trees==2.6.*", "gone-for-good[x]>1; python_version>'3'", 'mcap; extra == "mcap"']
    monkeypatch.setattr(doctor, "requires", lambda name: declared)
    assert doctor.needed() == ["numpy", "py_trees", "gone-for-good"]
    with pytest.raises(doctor.Ill, match="not installed: gone-for-good"):
        doctor.packages()

"""Nothing but `pg4da` is installed, and all of it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOMS = ("trees", "skills", "policies", "hardware", "sim")


@pytest.fixture(scope="module")
def setuptools_table(repository: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["setuptools"]
    return table


def package_names(repository: Path) -> set[str]:
    """Every folder with an __init__.py, by the name that it is imported with."""
    inside = {p.parent.relative_to(repository) for p in (repository / "pg4da").rglob("__init__.py")}
    own = {p for p in inside if not (len(p.parts) > 1 and p.parts[1] in ROOMS)}
    rooms = {p.parent.relative_to(repository) for room in ROOMS for p in (repository / room).rglob("__init__.py")}
    return {".".join(p.parts) for p in own} | {".".join(("pg4da", *p.parts)) for p in rooms}


def test_every_package_is_listed(repository: Path, setuptools_table: dict[str, Any]) -> None:
    assert package_names(repository) == set(setuptools_table["packages"])


def test_every_folder_with_code_is_a_package(repository: Path) -> None:
    folders = {p.parent for room in (*ROOMS, "pg4da") for p in (repository / room).rglob("*.py")}
    assert [str(f) for f in sorted(folders) if not (f / "__init__.py").is_file()] == []


def test_each_room_is_mapped_to_its_folder(setuptools_table: dict[str, Any]) -> None:
    mapped = {name: name.removeprefix("pg4da.").replace(".", "/") for name in setuptools_table["packages"]}
    expected = {name: path for name, path in mapped.items() if path.split("/")[0] in ROOMS}
    assert setuptools_table["package-dir"] == expected


@pytest.mark.parametrize("room", ROOMS)
def test_link_for_type_checkers_resolves(repository: Path, room: str) -> None:
    link = repository / "pg4da" / room
    assert link.is_symlink()
    assert link.readlink() == Path("..") / room
    assert link.resolve() == repository / room


@pytest.mark.parametrize("room", ROOMS)
def test_bare_names_do_not_import(tmp_path: Path, room: str) -> None:
    run = subprocess.run([sys.executable, "-c", f"import {room}"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode != 0
    assert f"No module named '{room}'" in run.stderr


def test_version_is_the_same_everywhere(repository: Path) -> None:
    from importlib.metadata import version

    declared = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["version"]
    assert version("pg4da") == declared


@pytest.fixture(scope="module")
def wheel_names(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names inside a wheel built without network from a clean export of the tracked and new files."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listing.stdout.decode().split("\0")):
        copy(repository / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "-w", str(out), str(source)], check=True, cwd=out, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def copy(origin: Path, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    if origin.is_symlink():
        destination.symlink_to(origin.readlink())
    elif origin.is_file():
        destination.write_bytes(origin.read_bytes())


@pytest.mark.slow
def test_wheel_holds_only_pg4da(wheel_names: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pg4da"}


@pytest.mark.slow
def test_wheel_holds_every_module_and_its_data(repository: Path, wheel_names: set[str]) -> None:
    code = {f"pg4da/{p.relative_to(repository)}" for room in ROOMS for p in (repository / room).rglob("*.py")}
    own = [p.relative_to(repository) for p in (repository / "pg4da").rglob("*.py")]
    code |= {str(p) for p in own if p.parts[1] not in ROOMS}
    data = {f"pg4da/{p.relative_to(repository)}" for p in (repository / "trees").glob("*.yaml")}
    data |= {f"pg4da/{p.relative_to(repository)}" for p in (repository / "sim/scenes/library").glob("*/*.txt")}
    data |= {str(p.relative_to(repository)) for p in (repository / "pg4da/viewing/page").iterdir()}
    data.add("pg4da/evaluation/report.css")
    assert (code | data) - wheel_names == set()

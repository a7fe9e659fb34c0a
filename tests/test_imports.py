"""An arrow between the rooms never points back, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ALLOWED = {
    "hardware": {"hardware"},
    "policies": {"policies"},
    "skills": {"skills", "hardware", "policies"},
    "sim": {"sim", "hardware", "skills", "policies"},
    "trees": {"trees"},
}
HEAVY = ("mujoco", "torch", "cv2", "open3d", "scipy", "ompl", "toppra", "trimesh", "coacd", "pymunk", "embreex", "eaik")


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of every import, at any depth of the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{prefix}.{alias.name}") for alias in node.names)


def violations(source: str, room: str) -> list[str]:
    """What a file of `room` imports and may not."""
    found = []
    for line, name in imports(ast.parse(source)):
        parts = name.split(".")
        if parts[0] == "" or parts[0] in ALLOWED:
            found.append(f"{line}: {name} (write `from pg4da.…`)")
        elif parts[0] == "pg4da" and (len(parts) < 2 or parts[1] not in ALLOWED[room]):
            found.append(f"{line}: {name}")
    return found


@pytest.mark.parametrize("room", ALLOWED)
def test_arrows_point_one_way(repository: Path, room: str) -> None:
    found = [
        f"{path.relative_to(repository)}:{problem}"
        for path in sorted((repository / room).rglob("*.py"))
        for problem in violations(path.read_text(), room)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("from pg4da.sim.cell import X", 1),
        ("def f():\n    import pg4da.mission.load", 1),
        ("from pg4da import sim", 1),
        ("import pg4da", 1),
        ("from skills.push import Push", 1),
        ("from .push import Push", 1),
        ("from pg4da.hardware.cell import Cell\nimport numpy", 0),
    ],
)
def test_the_check_itself(source: str, count: int) -> None:
    assert len(violations(source, "skills")) == count


def test_truth_is_read_by_evaluation_and_simulation_only(repository: Path) -> None:
    rooms = [repository / room for room in ("skills", "policies", "hardware")]
    readers = [str(p) for room in rooms for p in room.rglob("*.py") if "truth" in names_used(p)]
    assert readers == []


def names_used(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def heavy_after(code: str, folder: Path) -> list[str]:
    probe = f"{code}\nimport sys\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", probe], cwd=folder, check=True, capture_output=True, text=True)
    return run.stdout.splitlines()[-1].split()


def test_importing_the_package_is_light(tmp_path: Path) -> None:
    assert heavy_after("import pg4da", tmp_path) == []


def test_help_is_light(tmp_path: Path) -> None:
    code = "from pg4da.commands.main import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert heavy_after(code, tmp_path) == []


def test_the_heavy_check_itself(tmp_path: Path) -> None:
    assert heavy_after("import cv2", tmp_path) == ["cv2"]

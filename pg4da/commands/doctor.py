"""`pg4da doctor`: does everything work here, and in a cell? Says what is wrong and what to do about it."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

REINSTALL = "install again: make setup, or pip install pg4da"


class Ill(Exception):
    """A check that failed. The second argument is what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "doctor",
        help="check this installation, or the devices of a cell",
        description="Moves nothing. Exit code 0 when everything works, 1 when not, 2 for a cell file with mistakes.",
    )
    parser.add_argument("--cell", metavar="NAME|FILE", help="reach each device of this cell instead")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Every check, even after one has failed. Raises BadInput for a cell file that can't be used."""
    if args.cell is not None:
        from pg4da.commands.doctor_cell import examine_cell

        return examine_cell(args.cell)
    healthy = [examine(name, check) for name, check in CHECKS.items()]
    print("everything works" if all(healthy) else "something is wrong, see above")
    return 0 if all(healthy) else 1


def examine(name: str, check: Callable[[], str]) -> bool:
    """One check and its line."""
    start = time.monotonic()
    try:
        found = check()
    except Ill as ill:
        print(f"  WRONG  {name}: {ill}\n         do this: {ill.advice}")
        return False
    except Exception as error:  # whatever breaks here is what the user wants to be told
        print(f"  WRONG  {name}: {type(error).__name__}: {error}\n         do this: {REINSTALL}")
        return False
    print(f"  ok     {name}: {found} ({time.monotonic() - start:.2f} s)")
    return True


def python() -> str:
    """Which one; pip has refused those that are too old."""
    return ".".join(map(str, sys.version_info[:3]))


def packages() -> str:
    """Each dependency is installed."""
    found, missing = [], []
    for name in needed():
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise Ill(f"not installed: {', '.join(missing)}", REINSTALL)
    return ", ".join(found)


def needed() -> list[str]:
    """Names of the packages that this one is installed with, extras left out."""
    wanted = [line for line in requires("pg4da") or () if "extra ==" not in line]
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in wanted]


def cache() -> str:
    """Settled scenes and convex parts are kept between runs."""
    from pg4da.recording.folder import write_whole
    from pg4da.sim.cache import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "doctor.txt", lambda path: path.write_text("ok"))
        (folder / "doctor.txt").unlink()
    except OSError as error:
        raise Ill(f"{folder} cannot be written ({error.strerror})", "set PG4DA_CACHE to a folder of yours") from error
    return str(folder)


def missions() -> str:
    """The mission files that come with the package."""
    from pg4da.mission.loader import load_spec, packaged
    from pg4da.plugins import skills

    known = skills()
    return ", ".join(load_spec(name, known).name for name in packaged())


def plug_ins() -> str:
    """Cells, policies and skills of other packages can be loaded."""
    from pg4da.books import GROUPS, plugins
    from pg4da.plugins import policies, skills
    from pg4da.run import cells

    books = (skills(), policies(), cells())
    problems = [problem for book in books for problem in book.problems()]
    if problems:
        raise Ill("; ".join(problems), "mend or uninstall the package")
    found = [f"{plugin.name} ({plugin.package})" for group in GROUPS for plugin in plugins(group)]
    return ", ".join(found) or "none installed"


def kinematics() -> str:
    """Forward and back again."""
    import numpy as np

    cell = _cell()
    for name, arm in cell.arms.items():
        pose = arm.kinematics.forward(arm.home)
        solutions = arm.kinematics.inverse(pose)
        off = min((float(np.abs(arm.kinematics.forward(q) - pose).max()) for q in solutions), default=1.0)
        if off > 1e-6:
            raise Ill(f"{name}: inverse kinematics is off by {off:.3g} m", REINSTALL)
    return "of both arms, forward and inverse agree"


def physics() -> str:
    """A tenth of a second."""
    cell = _cell()
    before = cell.clock.now()
    cell.advance(0.1)
    return f"{cell.clock.now() - before:.3f} s simulated"


def camera() -> str:
    """One frame, without OpenGL."""
    frame = _cell().camera.capture()
    valid = float((frame.depth > 0).mean())
    if valid < 0.5:
        raise Ill(f"only {100 * valid:.0f} % of the depth is valid", REINSTALL)
    return f"{frame.rgb.shape[1]}x{frame.rgb.shape[0]}, {100 * valid:.0f} % valid"


def _cell() -> Any:
    """A cell with nothing on the table but its target."""
    import numpy as np

    from pg4da.sim.cell import MujocoCell
    from pg4da.sim.scenes.scene import Scene, SceneObject

    cube = SceneObject("cube", (0.0, 1.0, 0.0), np.array([0.0, 0.5, 0.0226]), np.array([0.0, 0.0, 0.0, 1.0]))
    return MujocoCell(Scene("doctor", "doctor", (cube,), 0))


CHECKS: dict[str, Callable[[], str]] = {
    "Python": python,
    "packages": packages,
    "cache folder": cache,
    "mission files": missions,
    "plug-ins": plug_ins,
    "kinematics": kinematics,
    "physics": physics,
    "camera": camera,
}

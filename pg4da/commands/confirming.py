"""A person says that real robots may move."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from pg4da.errors import BadInput
from pg4da.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from pg4da.cells.spec import CellSpec, RobotsSpec
    from pg4da.run import RunRequest

WORD = "yes"


def confirm(request: RunRequest, console: Console, args: argparse.Namespace) -> None:
    """Ask where people may stand beside what moves. Raises BadInput when the answer is not yes."""
    from pg4da.run import check_request, spec_of

    spec = spec_of(request.cell)
    if args.yes or not to_be_asked(spec, args.first_run):
        return
    check_request(request)
    if not sys.stdin.isatty():
        raise BadInput(
            f"--cell {request.cell}: its robots move only when somebody says so, and nobody can be asked here; look at "
            "the cell, then give --yes"
        )
    console.print(printable(question(spec, request.slow), "\n"), markup=False, style="bold", soft_wrap=True)
    if answer().strip().lower() != WORD:
        raise BadInput("not confirmed; nothing was moved")


def answer() -> str:
    """What is typed; nothing when the terminal has gone."""
    try:
        return input(f"Type {WORD} to go on: ")
    except EOFError:
        return ""


def to_be_asked(spec: CellSpec | None, first_run: bool) -> bool:
    """Real robots always, emulated ones in a first run; a plug-in's cell asks by itself if it wants to."""
    from pg4da.cells.spec import RobotsSpec

    return isinstance(spec, RobotsSpec) and (spec.real or first_run)


def question(spec: CellSpec | None, slow: float) -> str:
    """What is about to move, and how fast."""
    from pg4da.cells.spec import RobotsSpec

    assert isinstance(spec, RobotsSpec)
    return "\n".join(
        (
            f"The arms of the cell '{spec.top.cell}' are about to move: {_arms(spec)};",
            f"at {100 * spec.top.speed_scale * slow:.0f} % of the planned speed.",
            "Is nobody within their reach, and a hand on the emergency stop? No software here is safety-rated.",
        )
    )


def _arms(spec: RobotsSpec) -> str:
    found = []
    for name, arm in spec.arms.items():
        address = getattr(arm.config, "address", "")
        found.append(f"{name} ({arm.kind}{f' at {address}' if address else ''})")
    return ", ".join(found)

"""`pg4da check`: everything wrong with mission files, without a cell."""

from __future__ import annotations

import argparse
from typing import Any

from pg4da.errors import BadInput


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "check", help="check mission files", description="Reports every problem of mission files and their subtrees."
    )
    parser.add_argument("missions", nargs="+", metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Raises BadInput with the problems of all files."""
    from pg4da.mission.loader import load_spec
    from pg4da.plugins import skills

    problems = []
    for name in args.missions:
        try:
            spec = load_spec(name, skills())
            print(f"{spec.file}: ok, {sum(1 for _ in spec.root.walk())} nodes")
        except BadInput as error:
            problems.append(str(error))
    if problems:
        raise BadInput("\n".join(dict.fromkeys("\n".join(problems).splitlines())))
    return 0

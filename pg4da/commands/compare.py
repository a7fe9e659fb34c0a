"""`pg4da compare`: two evaluations of the same trials side by side, and whether they differ by more than chance."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.evaluation.journal import Finished


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "compare",
        help="compare two evaluations run by run",
        description="Pairs the runs of two folders of `pg4da evaluate` that share scene, trial and seed (two policies, "
        "weights, missions or cells), and says of C, GS and MN how they differ and how likely that is chance.",
    )
    parser.add_argument("a", type=Path, metavar="DIR_A", help="folder of one evaluation")
    parser.add_argument("b", type=Path, metavar="DIR_B", help="folder of the other")
    parser.add_argument("--json", action="store_true", help="print the comparison as one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Raises BadInput; writes nothing."""
    from rich.console import Console

    from pg4da.evaluation.journal import read_finished
    from pg4da.evaluation.paired import compare, pairs_of
    from pg4da.evaluation.paired_table import paired_table

    a, b = read_finished(args.a), read_finished(args.b)
    check_scenes(args, a, b)
    pairs = pairs_of(a.results, b.results)
    if not pairs:
        raise BadInput(f"{args.a} and {args.b} have no run of the same scene, trial and seed in common")
    rows = compare(pairs)
    other = different(a.settings, b.settings)
    alone = len(a.results) + len(b.results) - 2 * len(pairs)
    if args.json:
        print(json.dumps({"settings": other, "alone": alone, "rows": [asdict(row) for row in rows]}))
        return 0
    console = Console(width=max(Console().width, 100))
    console.print(paired_table((str(args.a), str(args.b)), rows))
    told = "; ".join(f"{name} {one} and {two}" for name, (one, two) in other.items())
    console.print(f"settings of A and B: {told or 'the same'}", highlight=False, markup=False)
    if alone:
        console.print(f"left out: {alone} runs that only one of them has", highlight=False)
    return 0


def different(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Settings in which the two are not alike, but for their scenes."""
    names = sorted((a.keys() | b.keys()) - {"scenes"})
    return {name: (a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)}


def check_scenes(args: argparse.Namespace, a: Finished, b: Finished) -> None:
    """Raises BadInput where a scene of one name is another file in each."""
    one, other = a.settings.get("scenes", {}), b.settings.get("scenes", {})
    changed = sorted(name for name in one.keys() & other.keys() if one[name] != other[name])
    if changed:
        raise BadInput(f"{args.a} and {args.b}: {changed[0]} is not the same file in both")

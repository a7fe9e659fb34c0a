"""`pg4da bench`: speed, memory and cost against work, with their spread."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "bench",
        help="measure speed, memory and cost against work",
        description="Measures real missions on one core, each in a process of its own; takes minutes.",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--physics", action="store_true", help="also check hold, launch and time step (more minutes)")
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--executive", action="store_true", help="only what ticks, the record and viewers cost")
    alone.add_argument("--decisions", action="store_true", help="only the time from a camera's frame to the motion")
    alone.add_argument("--robot", action="store_true", help="only the real drivers against emulated controllers")
    alone.add_argument("--grasps", action="store_true", help="only how often grasps of each score hold")
    alone.add_argument("--labels", action="store_true", help="only whether the angle-view network's labels hold")
    alone.add_argument("--pushes", action="store_true", help="only where the choice of a push loses, stage by stage")
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="a ranking's for --pushes, a backbone's for --labels",
    )
    parser.add_argument("--policy", default="pg4da", metavar="NAME")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when everything was measured, whatever the figures say; raises BadInput for an unknown policy."""
    from rich.console import Console

    from pg4da.bench.suite import suite
    from pg4da.run import find_policy

    find_policy(args.policy)
    errors = Console(stderr=True)

    def note(text: str) -> None:
        errors.print(text, markup=False, highlight=False)

    if args.grasps:
        return run_grasps(args, note)
    if args.labels:
        return run_labels(args, note)
    if args.pushes:
        return run_pushes(args, note)
    if args.executive or args.decisions or args.robot:
        return run_rows(args, note)
    results = suite(args.quick, args.policy, note)
    if args.physics:
        from pg4da.bench.physics import physics

        results["physics"] = physics(args.quick, args.policy, note)
    if args.json:
        print(json.dumps(results, allow_nan=False))
    else:
        show(results)
    return 0


def run_grasps(args: argparse.Namespace, note: Callable[[str], None]) -> int:
    """Scores beside what came of them."""
    from dataclasses import asdict

    from rich.console import Console

    from pg4da.bench.grasps import grasps_table, try_grasps

    tried = try_grasps(args.quick, note)
    if args.json:
        print(json.dumps({"grasps": [asdict(each) for each in tried]}, allow_nan=False))
    else:
        Console().print(grasps_table(tried))
    return 0


def run_labels(args: argparse.Namespace, note: Callable[[str], None]) -> int:
    """What labels and network are good for. Raises BadInput for weights that are none."""
    from dataclasses import asdict

    from rich.console import Console

    from pg4da.bench.labels import check_labels, labels_table, stages, ways_table
    from pg4da.errors import BadInput
    from pg4da.policies.avn.errors import WeightsError

    try:
        ways = stages(args.quick, note, args.weights)
    except WeightsError as error:
        raise BadInput(str(error)) from None
    checked = check_labels(args.quick, note)
    if args.json:
        print(json.dumps({"labels": [asdict(each) for each in checked], "ways": ways}, allow_nan=False))
    else:
        console = Console(width=max(Console().width, 100))
        console.print(labels_table(checked))
        console.print(ways_table(ways))
    return 0


def run_pushes(args: argparse.Namespace, note: Callable[[str], None]) -> int:
    """What each stage of the choice is good for. Raises BadInput for weights that are none."""
    from dataclasses import asdict

    from rich.console import Console

    from pg4da.bench.push_tables import promises_table, stages_table
    from pg4da.bench.pushes import try_pushes
    from pg4da.errors import BadInput
    from pg4da.policies.avn.errors import WeightsError

    try:
        states = try_pushes(args.quick, note, args.weights)
    except WeightsError as error:
        raise BadInput(str(error)) from None
    if args.json:
        print(json.dumps({"pushes": [asdict(each) for each in states]}, allow_nan=False))
    else:
        console = Console(width=max(Console().width, 140))
        console.print(stages_table(states))
        console.print(promises_table(states))
    return 0


def run_rows(args: argparse.Namespace, note: Callable[[str], None]) -> int:
    """A row a figure, each with its bound."""
    from rich.console import Console

    from pg4da.bench.rows import ROWS, measured, rows_table

    name = next(name for name in ROWS if getattr(args, name))
    parts, title = ROWS[name]
    rows = measured(parts, args.quick, note)
    if args.json:
        print(json.dumps({name: rows}, allow_nan=False))
    else:
        Console(width=max(Console().width, 140)).print(rows_table(rows, title))
    return 0


def show(results: dict[str, Any]) -> None:
    from rich.console import Console

    from pg4da.bench.tables import figures_table, physics_table, sizes_table

    console = Console(width=max(Console().width, 140))
    console.print(figures_table(results))
    console.print(sizes_table(results))
    if "physics" in results:
        console.print(physics_table(results["physics"]))

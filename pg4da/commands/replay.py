"""`pg4da replay`: what happened in a recorded run, when, and why it failed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.stream.log import Log


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "replay",
        help="look at a recorded run",
        description="Shows a record: its time line in the terminal and, on a terminal, the page with everything to "
        "scrub through. Exit code: 0, or 2 for a file that is no record.",
    )
    parser.add_argument("record", type=Path, metavar="FILE|DIR", help="a record, or the folder of a run")
    parser.add_argument("--why", action="store_true", help="every failure: where, why, what was done about it")
    parser.add_argument("--at", type=float, metavar="SECONDS", help="the tree and its values at this time")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--export", type=Path, metavar="OUT", help="write it as .mcap (Foxglove) or .rrd (Rerun)")
    parser.add_argument("--page", action="store_true", help="serve the page even when this is no terminal")
    parser.add_argument("--no-page", action="store_true", help="the terminal only")
    parser.add_argument("--port", type=int, metavar="N", help="port of the page")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Raises BadInput for a file that is no record."""
    from pg4da.stream.log import Log

    if args.at is not None and not abs(args.at) < float("inf"):
        raise BadInput(f"--at {args.at}: expected a time in seconds")
    log = Log.open(args.record)
    if args.export is not None:
        export(log, args.export)
    elif args.json:
        print(json.dumps(as_json(log, args.why, args.at), allow_nan=False))
    else:
        show(log, args)
    return 0


def export(log: Log, out: Path) -> None:
    """Raises BadInput for an unknown format or a missing extra."""
    from pg4da.export.formats import write
    from pg4da.recording.folder import check_file

    check_file(out, "--export")
    count = write(log, out)
    print(f"{out}: {count} messages")


def show(log: Log, args: argparse.Namespace) -> None:
    from rich.console import Console

    from pg4da.commands import replay_text

    console = Console(highlight=False)
    if args.at is not None:
        replay_text.show_at(log, args.at, console)
    elif args.why:
        replay_text.show_why(log, console)
    else:
        replay_text.show_summary(log, console)
        if args.page or (sys.stdout.isatty() and not args.no_page):
            serve(log, args.port, console)


def serve(log: Log, port: int | None, console: Any) -> None:
    """Until Ctrl-C."""
    from pg4da.viewing.replay import serve_log

    serve_log(log, port, lambda text: console.print(text, markup=False))


def as_json(log: Log, why_only: bool, at: float | None) -> dict[str, Any]:
    """What `--json` prints: the story of failures, the state at a time, or a summary."""
    from pg4da.stream.why import why

    if why_only:
        return why(log.messages()).as_dict()
    if at is not None:
        return log.state_at(at).keyframe()
    return summary(log)


def summary(log: Log) -> dict[str, Any]:
    """The run in one object; nodes with how often and how long they ran."""
    from pg4da.stream.clocked import clocked

    last = log.last
    end = last.end or {}
    return {
        "file": str(log.path),
        "run": last.run,
        "start": log.start,
        "end": log.end,
        "finished": log.finished,
        "torn": log.torn,
        "outcome": end.get("outcome"),
        "failure": end.get("failure"),
        "outputs": end.get("outputs"),
        **last.counts,
        "nodes": [spent.as_dict() for spent in clocked(log.messages())],
    }

"""The `pg4da` command. Commands import what they need when they run, so that help is quick."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from pg4da.commands.parser import Parser
from pg4da.errors import BadInput
from pg4da.printable import printable

COMMANDS = (
    *("run", "check", "watch", "replay", "scenes", "evaluate", "compare", "train", "bench", "doctor", "emulate"),
    "calibrate",
)
BAD_INPUT, INTERRUPTED = 2, 130


def make_parser() -> argparse.ArgumentParser:
    """Every command's module has `add_parser(subparsers)` and `run(args) -> int`."""
    parser = Parser(
        prog="pg4da", description="Retrieve a target object from dense clutter with two arms and a behaviour tree."
    )
    parser.add_argument("--version", action="version", version=f"pg4da {version('pg4da')}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"pg4da.commands.{name}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 1 the mission failed, 2 bad input, 3 a safety stop, 130 interrupted."""
    try:
        args = make_parser().parse_args(argv)
        code: int = args.run(args)
    except BadInput as error:
        for line in str(error).splitlines():
            print(f"error: {printable(line)}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone; there is nobody to tell
        sys.stderr.close()
        return 1
    return code

"""`pg4da watch`: a run elsewhere, in this terminal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from pg4da.stream.messages import Message
    from pg4da.viewing.client import Client


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "watch",
        help="watch a run that was started with --watch",
        description="Shows a run in this terminal; waits for one to begin, and comes back when it begins again. "
        "Ctrl-C leaves without touching the run.",
    )
    parser.add_argument(
        "address", nargs="?", metavar="ADDRESS", help="what `pg4da run --watch` printed, or HOST:PORT; default: here"
    )
    parser.add_argument("--browser", action="store_true", help="open the page in a browser instead")
    parser.add_argument("--once", action="store_true", help="leave when the run has ended")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0, also after Ctrl-C. Raises BadInput for an address that is none, or when the token is needed."""
    from pg4da.viewing.client import Client, parse_address

    address = parse_address(args.address)
    if args.browser:
        import webbrowser

        print(address.link)
        webbrowser.open(address.link)
        return 0
    client = Client(address)
    try:
        watch(client, args.once)
    except KeyboardInterrupt:
        pass
    finally:
        client.close()
    return 0


def watch(client: Client, once: bool) -> None:
    """On a terminal the tree, else a line for everything that happens."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        tell(client, once, console)
        return
    from pg4da.viewing.terminal import TerminalView

    view = TerminalView()

    def get(timeout: float) -> bytes | None:
        line = client.get(timeout)
        view.note = client.note
        return line

    view.follow(get, console, lambda: once and view.state.end is not None)


def tell(client: Client, once: bool, console: Console) -> None:
    from pg4da.printable import printable
    from pg4da.stream.story import story

    for line in story(messages(client, once)):
        text = printable(f"{line.time:7.2f} s  {line.word:8} {line.text}")
        console.print(text, markup=False, soft_wrap=True)


def messages(client: Client, once: bool) -> Iterator[Message]:
    """Of one run after another, or of one."""
    from pg4da.stream.messages import decode

    while True:
        line = client.get(1.0)
        if line is None:
            continue
        message = decode(line)
        yield message
        if once and (message["k"] == "end" or (message["k"] == "key" and message.get("end"))):
            return

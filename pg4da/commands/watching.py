"""`--watch` and what belongs to it: the page and the terminal view of a run."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from pg4da.mission.control import Control
    from pg4da.mission.events import Observer
    from pg4da.stream.broadcast import Subscription
    from pg4da.stream.sink import Sink
    from pg4da.viewing.live import LiveView
    from pg4da.viewing.typed import TypedLine


@dataclass(frozen=True)
class Watched:
    """What a run gets so that people see it. `shown` holds while it runs: the tree is on the screen.

    line: what is typed below it; None where there is no such screen.
    """

    observers: tuple[Observer, ...]
    sinks: tuple[Sink, ...] = ()
    control: Control | None = None
    shown: Callable[[], AbstractContextManager[None]] = nullcontext
    line: TypedLine | None = None


def add_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("watching", "each of these turns --watch on")
    group.add_argument("--watch", action="store_true", help="serve a page, and show the tree in the terminal")
    group.add_argument("--listen", metavar="HOST[:PORT]", help="for other machines too, then only with the token")
    group.add_argument("--port", type=int, metavar="N", help="port of the page; default: the first free from 8765 on")
    group.add_argument("--open", action="store_true", help="open the page in a browser")
    group.add_argument("--stay", action="store_true", help="keep the page up after the end, until Ctrl-C")
    group.add_argument("--stop-when-lost", action="store_true", help="stop when the last viewer with the token leaves")


def wanted(args: argparse.Namespace) -> bool:
    given = (args.watch, args.open, args.stay, args.stop_when_lost, args.listen is not None, args.port is not None)
    return any(given)


@contextmanager
def watched(args: argparse.Namespace, console: Console) -> Iterator[Watched]:
    """Steps as lines, or the page and the terminal view. Raises BadInput when the address can't be had."""
    from pg4da.commands.steps import StepPrinter

    steps = StepPrinter(console)
    if not wanted(args):
        yield Watched((steps,))
        return
    from pg4da.mission.control import Control
    from pg4da.viewing.access import parse_listen
    from pg4da.viewing.live import LiveView
    from pg4da.viewing.typed import TypedLine

    control = Control(stop_when_lost=args.stop_when_lost)
    view = LiveView(parse_listen(args.listen, args.port), control)
    view.start()
    try:
        announce(view, args, console)
        if console.is_terminal and not args.json:
            line = TypedLine()
            yield Watched((), (view,), control, lambda: on_screen(view.subscribe(), console, line), line)
        else:
            yield Watched((steps,), (view,), control)
    finally:
        view.leave()


def announce(view: LiveView, args: argparse.Namespace, console: Console) -> None:
    """Where the page is; whoever has this address may steer."""
    for link in view.server.links:
        console.print(f"watch: {link}", markup=False, soft_wrap=True)
    if args.open:
        import webbrowser

        webbrowser.open(view.server.link)


@contextmanager
def on_screen(lines: Subscription, console: Console, typed: TypedLine) -> Iterator[None]:
    """The terminal view in a thread, from the first message of a run until the end of the block."""
    from pg4da.viewing.terminal import TerminalView

    view, ended = TerminalView(typed if sys.stdin.isatty() else None), threading.Event()

    def show() -> None:
        while view.state.run is None and not ended.is_set():
            line = lines.get(0.2)
            if line is not None:
                view.take(line)
        if view.state.run is not None:
            view.follow(lines.get, console, ended.is_set)

    thread = threading.Thread(target=show, name="terminal view", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        lines.close()


def stay(args: argparse.Namespace, console: Console) -> None:
    """After the end of a run: until Ctrl-C when that was asked for."""
    if args.stay:
        console.print("the page stays until Ctrl-C", markup=False)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            console.print()

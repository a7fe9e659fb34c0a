"""A run in the terminal: the tree, what runs, what failed last, counters, both arms."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pg4da.printable import printable
from pg4da.stream.messages import decode
from pg4da.stream.state import RunState
from pg4da.viewing.rows import Layout, Row

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.text import Text

    from pg4da.viewing.typed import TypedLine

MARKS = {"R": ("▶", "bold blue"), "S": ("✓", "green"), "F": ("✗", "red"), "I": ("·", "dim")}
PERIOD = 0.2  # s between two pictures of the screen
KEY_PERIOD = 0.03  # s between two looks at what is typed, while something is asked
QUESTION = 5  # lines of a question at most
WARNINGS = ("observer_dropped", "not_at_rest", "undeclared_code")  # events that say so themselves
SPAN = 4.0  # s over which the speed is measured
ANSWER = "condition_false"  # a condition that does not hold: an answer, no failure to tell people about
Get = Callable[[float], bytes | None]


class TerminalView:
    """Feed it lines with `take`; rich prints it at the console's size of that moment.

    typed: what is typed as an answer, shown below the question; None where nobody can answer here.
    """

    def __init__(self, typed: TypedLine | None = None) -> None:
        self.state = RunState()
        self.note = ""
        self.typed = typed
        self._layout: tuple[Any, Layout] | None = None
        self._marks: deque[tuple[float, float]] = deque()

    def take(self, line: bytes) -> None:
        """One line of a run; what makes no sense is passed over."""
        try:
            self.state.apply(decode(line))
        except ValueError:
            return

    def follow(self, get: Get, console: Console, ended: Callable[[], bool]) -> None:
        """Show what `get` brings until `ended` says so; `get` waits at most as long as it is told [s]."""
        from rich.live import Live

        with Live(self, console=console, auto_refresh=False, screen=True) as live:
            while True:
                last = ended()
                self._take_all(get)
                self._measure()
                live.refresh()
                if last:
                    return

    def _take_all(self, get: Get) -> None:
        until = time.monotonic() + PERIOD
        while (left := until - time.monotonic()) > 0:
            line = get(min(left, KEY_PERIOD) if self._asking else left)
            if line is not None:
                self.take(line)
            if self.typed is not None and self.typed.changed:
                self.typed.changed = False
                return

    @property
    def _asking(self) -> bool:
        return self.typed is not None and bool((self.state.control or {}).get("prompt"))

    def _measure(self) -> None:
        now = time.monotonic()
        self._marks.append((now, self.state.time))
        while now - self._marks[0][0] > SPAN:
            self._marks.popleft()

    @property
    def speed(self) -> float | None:
        """Seconds of the cell a second of wall time; None while that is not known."""
        if len(self._marks) < 3 or self.state.end is not None:
            return None
        (first, start), (last, end) = self._marks[0], self._marks[-1]
        return (end - start) / (last - first)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        width, height = options.max_width, options.height or console.height
        head = self._head()
        foot = [*self._warning(), *self._failure(), *self._arms(), *self._question(console, width)]
        room = max(3, height - len(head) - len(foot))
        lines = [*head, *self._tree(room, width)]
        lines += [_text("")] * (height - len(foot) - len(lines))
        for line in [*lines, *foot][:height]:
            line.plain = printable(line.plain)  # a run may be told by any machine: nothing in it steers the terminal
            line.truncate(width, overflow="ellipsis")
            line.no_wrap = True
            yield line

    def _head(self) -> list[Text]:
        state, run = self.state, self.state.run
        if run is None:
            return [_text(("PG4DA", "bold"), f"  {self.note or 'waiting for a run'}"), _text("")]
        word, style = self._word()
        first = _text(
            (f"{state.mission or run.get('mission')}", "bold"),
            "  ",
            (word, style),
            f"  {self.note}" if self.note else "",
        )
        counts = state.counts
        told = [f"{state.time:.1f} s", f"motions {counts['motions']}", f"pushes {counts['pushes']}"]
        told += [f"grasps {counts['grasps']} ({counts['grasps_held']} held)"]
        if self.speed is not None:
            told.append(f"{self.speed:.1f}x real time")
        return [first, _text(("  ".join(told), ""))]

    def _word(self) -> tuple[str, str]:
        state = self.state
        if state.end is not None:
            outcome = str(state.end.get("outcome"))
            return outcome.replace("_", " "), "bold green" if outcome == "success" else "bold red"
        word = (state.control or {}).get("state", "running")
        return word, "bold blue" if word == "running" else "bold yellow"

    def _tree(self, room: int, width: int) -> list[Text]:
        state = self.state
        if not state.nodes:
            return []
        if self._layout is None or self._layout[0] is not state.nodes:
            self._layout = state.nodes, Layout(state.nodes)
        focus = state.path[-1] if state.path else self._failed_node()
        wanted = {*state.running, *state.upwards(focus)} if focus else set(state.running)
        return [self._row(row, width) for row in self._layout[1].rows(room, wanted, focus)]

    def _failed_node(self) -> int:
        """The node whose failure ended the mission; 0 when it did not."""
        failure = (self.state.end or {}).get("failure")
        if not failure:
            return 0
        return next((number for number, node in self.state.nodes.items() if node["path"] == failure["path"]), 0)

    def _row(self, row: Row, width: int) -> Text:
        if not row.node:
            return _text((f"  … {row.left_out} more", "dim"))
        node, letter = self.state.nodes[row.node], self.state.states.get(row.node, "I")
        if self.state.failures.get(row.node, {}).get("code") == ANSWER:
            letter, (mark, style) = "A", ("✗", "dim")
        else:
            mark, style = MARKS[letter]
        strong = {"R": "bold", "F": "red", "I": "dim", "A": "dim"}.get(letter, "")
        if self.state.past(row.node):
            style = strong = "dim"
        inside = f"  +{row.inside}" if row.inside else ""
        word = f"  {node['word']}" if node["word"] != node["name"] else ""
        left = _text(" " * min(2 * row.depth, width // 3), (f"{mark} ", style), (node["name"], strong))
        left.append(word + inside, "dim")
        return _spread(left, self._spent(row.node), width)

    def _spent(self, number: int) -> str:
        entered, started, ended = self.state.times.get(number, (0, 0.0, 0.0))
        if not entered:
            return ""
        spent = (self.state.time if ended is None else ended) - started
        again = f"x{entered}  " if entered > 1 else ""
        return f"{again}{spent:6.1f} s" if spent >= 0.05 or ended is None else again + " " * 8

    def _failure(self) -> list[Text]:
        ended = (self.state.end or {}).get("failure")
        last = next((each for each in reversed(self.state.history) if each[2]["code"] != ANSWER), None)
        if ended:
            failure, word = ended, "why"
        elif last:
            failure, word = last[2], f"last failure, {last[0]:.1f} s"
        else:
            return []
        where = str(failure["path"]).rsplit("/", 1)[-1]
        style = "red" if ended else "yellow"
        return [
            _text((f"{word}: ", style), (where, "bold"), f"  ({failure['code']}, {failure['phase']})"),
            _text(("  " + str(failure["message"]).replace("\n", " "), style)),
        ]

    def _arms(self) -> list[Text]:
        return [_arm(name, arm) for name, arm in self.state.arms.items()]

    def _warning(self) -> list[Text]:
        """The last one of the mission that runs."""
        told = next((each for each in reversed(self.state.events) if each["event"] in WARNINGS), None)
        if told is None:
            return []
        return [_text((f"warning, {told['t']:.1f} s: {told['data'].get('message')}".replace("\n", " "), "yellow"))]

    def _question(self, console: Console, width: int) -> list[Text]:
        """Whole, over several lines if need be; the answer as far as it is typed, and what was wrong with the last."""
        prompt = (self.state.control or {}).get("prompt")
        if not prompt or self.state.end is not None:
            return []
        asked = _text(("? ", "bold yellow"), (str(prompt["text"]), "bold"))
        choices = "  ".join(f"{number}) {choice}" for number, choice in enumerate(prompt["choices"], 1))
        default = f"  [{prompt['default']}]" if prompt.get("default") else ""
        lines = [*_wrapped(asked, console, width)[:QUESTION], *_wrapped(_text(f"  {choices}{default}"), console, width)]
        if self.typed is not None:
            lines.append(_text(("> ", "bold yellow"), self.typed.text[-max(1, width - 4) :], (" ", "reverse")))
            lines += [_text((self.typed.note, "yellow"))] if self.typed.note else []
        return lines


def _arm(name: str, arm: dict[str, Any]) -> Text:
    tool = ", ".join(map(_millimetres, arm.get("tool", ())[:3]))
    told = f"{name:<6} tool {tool} mm" if tool else f"{name:<6}"
    if "width" in arm:
        told += f"  gripper {_millimetres(arm['width'])} mm"
    told += "  holds an object" if arm.get("object") else "  gripper moves" if arm.get("moving") else ""
    return _text((told, "cyan"))


def _millimetres(metres: float) -> str:
    return f"{1000 * metres:z.0f}"


def _text(*parts: str | tuple[str, str]) -> Text:
    from rich.text import Text

    return Text.assemble(*parts, no_wrap=True)


def _wrapped(text: Text, console: Console, width: int) -> list[Text]:
    return list(text.wrap(console, width, no_wrap=False))


def _spread(left: Text, right: str, width: int) -> Text:
    """Text on the left, cut where it must be, and on the right."""
    left.truncate(max(1, width - len(right) - 1), overflow="ellipsis", pad=True)
    left.append(f" {right}", "dim")
    return left

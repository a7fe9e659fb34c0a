"""What `pg4da replay` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from pg4da.commands.run import count
from pg4da.stream.log import Log
from pg4da.stream.state import RunState
from pg4da.stream.story import Line, story
from pg4da.stream.why import Fault, Why, why

COLOURS = {True: "green", False: "red", None: ""}
MARKS = {"R": ("▶", "bold cyan"), "S": ("✓", "green"), "F": ("✗", "red"), "I": ("·", "dim")}
VALUE = 100  # characters
CONTROL = dict.fromkeys((*range(32), *range(127, 160)), "�") | {10: " "}


def out(console: Console, line: Text) -> None:
    """A record may come from anywhere: nothing in it steers the terminal."""
    line.plain = line.plain.translate(CONTROL)
    console.print(line, soft_wrap=True)


def show_summary(log: Log, console: Console) -> None:
    """What ran and how it ended, then the time line."""
    for line in heading(log):
        out(console, line)
    for each in story(log.messages()):
        out(console, _line(each))


def heading(log: Log) -> Iterator[Text]:
    run, last = log.last.run or {}, log.last
    told = [f"{name} {run[name]}" for name in ("cell", "scene", "policy", "seed") if run.get(name) is not None]
    yield Text(f"{run.get('mission') or 'a mission'}: {', '.join(told)}", style="bold")
    inputs = run.get("inputs")
    if isinstance(inputs, dict) and inputs:
        yield Text("with " + ", ".join(f"{name}={value}" for name, value in inputs.items()))
    counts = last.counts
    made = f"{count(counts['motions'], 'motion')}: {count(counts['pushes'], 'push', 'es')}"
    held = f"{count(counts['grasps'], 'grasp')}, {counts['grasps_held']} of them held"
    yield Text(f"{log.end - log.start:.1f} s, {made}, {held}")
    if not log.finished:
        ends = "cut off in the middle of a line" if log.torn else "without an end"
        yield Text(f"the record stops {ends}: the run was killed, or still goes on", style="yellow")


def _line(line: Line) -> Text:
    text = Text(f"{line.time:8.2f} s  ", style="dim")
    text.append(f"{line.word:8} ", style=COLOURS[line.good] or "cyan")
    return text.append(line.text, style="red" if line.good is False else "none")


def show_why(log: Log, console: Console) -> None:
    """The end, then each failure with its place and what was done about it, oldest first."""
    found = why(log.messages())
    for line in told_why(found):
        out(console, line)


def told_why(found: Why) -> Iterator[Text]:
    yield _ended(found)
    if found.where is not None:
        yield Text(f"  in {found.where}")
        yield Text(f"  path: {found.where.path}", style="dim")
    faults = [fault for fault in found.faults if not fault.choice]
    if faults:
        yield Text(f"{count(len(faults), 'failure')} in order:", style="bold")
    for number, fault in enumerate(faults, 1):
        yield from _told_fault(number, fault)
    if not faults:
        yield Text("nothing failed")
    if left_out := len(found.faults) - len(faults):
        yield Text(
            f"left out: conditions that did not hold and only chose the way, {count(left_out, 'time')}", style="dim"
        )


def _ended(found: Why) -> Text:
    if found.outcome is None:
        running = f", running {found.running[-1]}" if found.running else ""
        return Text(f"the record stops at {found.time:.2f} s without an end{running}", style="yellow")
    if found.final is None:
        return Text(f"{found.outcome} after {found.time:.2f} s", style="bold green")
    why = found.final
    return Text(
        f"{found.outcome} after {found.time:.2f} s: {why['message']} ({why['code']}, {why['phase']})", style="bold red"
    )


def _told_fault(number: int, fault: Fault) -> Iterator[Text]:
    head = Text(f"{number:3}. {fault.time:8.2f} s  ", style="dim")
    head.append(f"{fault.message} ({fault.code}, {fault.phase})", style="red")
    yield head if fault.recoverable else head.append("; cannot be recovered")
    again = f", time {fault.times} it ran" if fault.times > 1 else ""
    yield Text(f"       in {fault.place}{again}")
    for place in fault.through:
        yield Text(f"       and so {place}", style="dim")
    if fault.handler is not None:
        then = f"; then {fault.next}" if fault.next is not None else ""
        yield Text(f"       taken up by {fault.handler}{then}", style="green")
    else:
        yield Text("       nothing took it up: the mission ended")


def show_at(log: Log, time: float, console: Console) -> None:
    """The tree with states and times, then values, arms and the operator's state."""
    state = log.state_at(time)
    for line in told_state(state):
        out(console, line)


def told_state(state: RunState) -> Iterator[Text]:
    yield Text(f"at {state.time:.2f} s, tick {state.tick}", style="bold")
    depths: dict[int, int] = {}
    for number, node in state.nodes.items():
        depths[number] = depths.get(node["parent"], -1) + 1
        yield _told_node(state, number, depths[number])
    for scope, values in state.values.items():
        yield Text(f"values{'' if scope == '0' else ' of ' + _name(state, scope)}", style="bold")
        for key, value in values.items():
            yield Text(f"  {key} = {_short(value)}")
    for name, arm in state.arms.items():
        yield Text(f"{name} arm  {_short(arm)}")
    if state.control is not None and state.control["state"] != "running":
        yield Text(f"{state.control['state']}", style="yellow")


def _told_node(state: RunState, number: int, depth: int) -> Text:
    node, letter = state.nodes[number], state.states.get(number, "I")
    mark, style = MARKS[letter]
    past = state.past(number)
    style = "dim" if past else style
    text = Text("  " * min(depth, 40)).append(f"{mark} {node['name']}", style=style)
    text.append(f"  {node['word']}", style="dim")
    if number in state.times:
        entered, start, end = state.times[number]
        took = (state.time if end is None else end) - start
        text.append(f"  {took:.2f} s" + (f", {entered} times" if entered > 1 else ""), style="dim")
    text.append(", an earlier round" if past else "", style="dim")
    why = state.failures.get(number)
    return text.append(f"  {why['message']} ({why['code']})", style="dim" if past else "red") if why else text


def _name(state: RunState, scope: str) -> str:
    node = state.nodes.get(int(scope))
    return f"'{node['name']}'" if node else scope


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE else text[:VALUE] + "…"

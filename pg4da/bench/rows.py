"""Figures of the executive, a row each: what, the spread, the bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any

from rich.table import Table

from pg4da.bench.spread import Spread, spread
from pg4da.bench.tables import number

# flag of the command: modules with `rows(quick: bool) -> list[Row]`, each measured in a process of its own, and a title
ROWS = {
    "executive": (("ticks", "recording", "viewers"), f"Executive beside py_trees {version('py_trees')}, one core"),
    "decisions": (("decisions",), "Decisions of missions on the shipped scenes, one core"),
    "robot": (("robot",), "Two UR5e drivers at 125 Hz against emulated controllers on this machine"),
}


@dataclass(frozen=True)
class Row:
    """wanted: the bound, empty where there is none; met: whether the median keeps it, None where there is none."""

    words: str
    unit: str
    values: Spread
    wanted: str = ""
    met: bool | None = None


def row(
    words: str, unit: str, values: Sequence[float], at_most: float | None = None, at_least: float | None = None
) -> Row:
    """Of measurements; at_most and at_least bound their median."""
    found = spread(values)
    assert found is not None
    if at_least is not None:
        return Row(words, unit, found, f"at least {at_least:g}", found.median >= at_least)
    if at_most is None:
        return Row(words, unit, found)
    return Row(words, unit, found, f"at most {at_most:g}", found.median <= at_most)


def measure(name: str, quick: bool) -> list[Row]:
    """The rows of one module."""
    found: list[Row] = import_module(f"pg4da.bench.{name}").rows(quick)
    return found


def measured(parts: Sequence[str], quick: bool, note: Callable[[str], None]) -> list[dict[str, Any]]:
    """Every part's rows, ready for JSON."""
    from pg4da.bench.suite import alone

    found: list[dict[str, Any]] = []
    for name in parts:
        note(f"measuring: {name}")
        found += [{"part": name, **asdict(each)} for each in alone(measure, name, quick)]
    return found


def rows_table(rows: list[dict[str, Any]], title: str) -> Table:
    """A section a module."""
    table = Table(title=title, title_justify="left")
    for heading in ("", "unit", "n", "median", "p5", "p95", "p99", "wanted", ""):
        table.add_column(heading, justify="left" if heading in ("", "unit", "wanted") else "right")
    for each, following in zip(rows, [*rows[1:], None], strict=True):
        values = each["values"]
        shown = [number(values[key]) for key in ("median", "p5", "p95", "p99")]
        told = "" if each["met"] is None else "ok" if each["met"] else "[bold red]no[/]"
        last = following is None or following["part"] != each["part"]
        table.add_row(each["words"], each["unit"], str(values["n"]), *shown, each["wanted"], told, end_section=last)
    return table

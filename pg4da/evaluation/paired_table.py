"""A comparison as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from pg4da.evaluation.paired import METRICS, Compared, Row
from pg4da.evaluation.table import plain

NOTE = (
    "B - A over runs of the same scene, trial and seed, ± its standard error; MN of runs that both completed. p: how "
    "often chance alone would make a difference this large, by runs on these very scenes, by scenes on scenes like "
    "these (six at least)."
)
DIGITS = {"C": 1, "GS": 1, "MN": 2}
UNITS = {"C": " %", "GS": " %", "MN": ""}


def paired_table(names: tuple[str, str], rows: Sequence[Row]) -> Table:
    """names: of A and of B."""
    table = Table(title=f"A: {names[0]}\nB: {names[1]}", caption=NOTE, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.title_justify = table.caption_justify = "left"
    for index, heading in enumerate(("", "pairs", "", "A", "B", "B - A", "p by runs", "p by scenes")):
        table.add_column(heading, justify="left" if index in (0, 2) else "right", no_wrap=True)
    for row in rows:
        for metric in METRICS:
            first = metric == METRICS[0]
            table.add_row(
                row.name if first else "", str(row.pairs) if first else "", *cells(metric, row.metrics[metric])
            )
        table.add_section()
    return table


def cells(metric: str, found: Compared) -> list[str]:
    """As in GS %, 97.1, 98.5, +1.4, 0.20, -."""
    digits = DIGITS[metric]
    difference = "-" if found.difference is None else f"{found.difference:+.{digits}f}"
    if found.error is not None:
        difference += f" ± {plain(found.error, digits)}"
    values = [plain(found.a, digits), plain(found.b, digits), difference]
    return [metric + UNITS[metric], *values, chance(found.p_runs), chance(found.p_scenes)]


def chance(p: float | None) -> str:
    """Of 20,000 swappings none is as large: less than 0.0001."""
    if p is None:
        return "-"
    return "<0.0001" if p < 1e-4 else f"{p:.4f}" if p < 0.01 else f"{p:.2f}"

"""The results as a table for the terminal, the paper's rows beside ours."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table

Row = dict[str, Any]


def plain(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def with_error(row: Row, key: str, digits: int = 2) -> str:
    """As in "98.50 ± 1.03"."""
    error = row.get(f"{key}_error")
    value = plain(row[key], digits)
    return value if error is None else f"{value} ± {plain(error, digits)}"


def interval(row: Row, key: str, digits: int) -> str:
    """As in "95.1-99.6"; empty when unknown."""
    bounds = row.get(f"{key}_interval")
    return "" if bounds is None else f"{plain(bounds[0], digits)}-{plain(bounds[1], digits)}"


def cells(name: str, row: Row) -> list[str]:
    return [
        name,
        str(row["trials"]),
        with_error(row, "C"),
        interval(row, "C", 1),
        with_error(row, "GS"),
        interval(row, "GS", 1),
        with_error(row, "MN"),
        interval(row, "MN", 2),
        plain(row["pushes"]),
        plain(row["arm_motions"]),
    ]


HEADINGS = ("", "runs", "C %", "95 %", "GS %", "95 %", "MN", "95 %", "pushes", "arm motions")
NOTE = "± standard error of a scene, averaged over the scenes; MN, pushes and arm motions of completed runs"


def results_table(results: Row) -> Table:
    """A section a case: its scenes, the case, the paper's rows; then everything together."""
    table = Table(title=f"policy {results['policy']}", caption=NOTE, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.title_justify = table.caption_justify = "left"
    for index, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="left" if index == 0 else "right", no_wrap=True)
    for case in results["cases"]:
        for scene in results["scenes"]:
            if scene["case"] == case["case"]:
                table.add_row(*cells("  " + scene["scene"].removeprefix(case["case"] + "/"), scene))
        table.add_row(*cells(case["case"], case), style="bold")
        for row in case["paper"]:
            values = [f"  paper: {row['method']}", "", plain(row["C"]), "", plain(row["GS"]), "", plain(row["MN"])]
            table.add_row(*values, style="dim")
        table.add_section()
    table.add_row(*cells("all episodes", results["total"]), style="bold")
    return table

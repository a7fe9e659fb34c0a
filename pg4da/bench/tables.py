"""The figures as tables for the terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Table

# name in the results, words, unit, the bound that it is held against
FIGURES = (
    ("mission_speed", "mission, simulated over wall time", "x", "at least 8"),
    ("mission_speed_of_core", "mission, simulated over processor time", "x", ""),
    ("mission_wall_s", "mission", "s", ""),
    ("capture_ms", "camera (simulated)", "ms", ""),
    ("interpret_ms", "maps and target", "ms", ""),
    ("observe_ms", "observe: both", "ms", ""),
    ("decide_ms", "decide", "ms", "with observe at most 120"),
    ("plan_ms", "plan a motion, refused candidates included", "ms", "median 150, p99 1000"),
    ("plan_call_ms", "one candidate of it", "ms", ""),
    ("mission_memory_mib", "peak memory", "MiB", "at most 1500"),
)


def number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def figures_table(results: dict[str, Any]) -> Table:
    """Each figure with its spread and its bound."""
    table = Table(title=f"Missions over 20 blocks, one core of {results['machine']}", title_justify="left")
    for heading in ("", "unit", "n", "median", "p5", "p95", "p99", "min", "max", "wanted"):
        table.add_column(heading, justify="left" if heading in ("", "wanted", "unit") else "right")
    for name, words, unit, bound in FIGURES:
        found = results["figures"][name]
        keys = ("median", "p5", "p95", "p99", "lowest", "highest")
        values = [number(found[key]) for key in keys] if found else ["-"] * len(keys)
        table.add_row(words, unit, str(found["n"]) if found else "0", *values, bound)
    return table


def sizes_table(results: dict[str, Any]) -> Table:
    """Cost against the number of objects."""
    table = Table(title="Cost against work: blocks in a grid, up to six motions", title_justify="left")
    headings = (
        "objects",
        "peak MiB",
        "motions",
        "s a motion",
        "min-max",
        "speed x",
        "observe ms",
        "decide ms",
        "plan ms",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in results["sizes"]:
        each, parts = row["motion_s"], row["parts_ms"]
        between = f"{each['lowest']:.2f}-{each['highest']:.2f}" if each else "-"
        timed = [number(parts[part]) for part in ("observe", "decide", "plan")]
        median = number(each["median"] if each else None)
        memory = number(row["peak_memory_mib"])
        table.add_row(str(row["objects"]), memory, str(row["motions"]), median, between, number(row["speed"]), *timed)
    return table


def physics_table(checks: list[dict[str, Any]]) -> Table:
    """Each physics check with its bound."""
    table = Table(title="Physics", title_justify="left")
    for heading in ("check", "measured", "wanted", ""):
        table.add_column(heading)
    for check in checks:
        told = "ok" if check["passed"] else "[bold red]no[/]"
        table.add_row(check["name"], check["measured"], check["wanted"], told)
    return table

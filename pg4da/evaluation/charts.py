"""Small pictures in SVG for the report: a bar with its 95 % interval and the paper's value as a mark."""

from __future__ import annotations

from typing import Any

WIDTH, HEIGHT = 96, 18

Row = dict[str, Any]


def bar(row: Row, key: str, top: float, mark: float | None = None) -> str:
    """One value from 0 to `top`: bar, interval as a whisker, `mark` (the paper's) as a line. Empty when unknown."""
    value, bounds = row[key], row.get(f"{key}_interval")
    if value is None:
        return ""
    parts = [rect(top, top, "track"), rect(value, top, "bar")]
    if bounds is not None:
        low, high = position(bounds[0], top), position(bounds[1], top)
        parts.append(f'<path class="whisker" d="M{low:.1f} 9H{high:.1f}M{low:.1f} 5v8M{high:.1f} 5v8"/>')
    if mark is not None:
        parts.append(f'<path class="mark" d="M{position(mark, top):.1f} 1v16"/>')
    body = "".join(parts)
    return f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{value:.2f}">{body}</svg>'


def position(value: float, top: float) -> float:
    """Pixels from the left, held inside the picture."""
    return min(max(value / top, 0.0), 1.0) * (WIDTH - 2) + 1


def rect(value: float, top: float, style: str) -> str:
    """A bar from 0 to `value`."""
    return f'<rect class="{style}" x="1" y="4" width="{position(value, top) - 1:.1f}" height="10" rx="2"/>'


def count_bar(count: int, most: int) -> str:
    """How often something happened, against the commonest."""
    width = WIDTH * count / most
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}"><rect class="bad" y="4" width="{width:.1f}" height="10" rx="2"/></svg>'
    )

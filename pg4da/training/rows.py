"""The figures of a stage, a line of JSON after each update: what curves, page and TensorBoard are made of."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path

Row = dict[str, float]
FILE = "curve.jsonl"


def read_rows(folder: Path, until: float = math.inf) -> list[Row]:
    """Rows of a stage's folder up to a number of units done; none where there is no file. A torn last line is left."""
    file, rows = folder / FILE, []
    if not file.is_file():
        return []
    for line in file.read_text().splitlines():
        try:
            row = {key: math.nan if value is None else float(value) for key, value in json.loads(line).items()}
        except (ValueError, TypeError, AttributeError):
            break
        if row.get("done", math.inf) <= until:
            rows.append(row)
    return rows


def write_rows(folder: Path, rows: Sequence[Row]) -> None:
    """Write all rows anew; a reader finds the old file or the new one."""
    part = folder / f".{FILE}.part"
    part.write_text("".join(line(row) for row in rows))
    os.replace(part, folder / FILE)


def append_row(folder: Path, row: Row) -> None:
    with (folder / FILE).open("a") as file:
        file.write(line(row))


def line(row: Row) -> str:
    """JSON knows no NaN: what is not known is null."""
    told = {key: round(value, 6) if math.isfinite(value) else None for key, value in row.items()}
    return json.dumps(told) + "\n"


def smoothed(values: Sequence[float], reach: int) -> list[float]:
    """Means over up to `reach` values before and including each; NaN where none of them is known."""
    out = []
    for k in range(len(values)):
        known = [v for v in values[max(0, k + 1 - reach) : k + 1] if math.isfinite(v)]
        out.append(sum(known) / len(known) if known else math.nan)
    return out

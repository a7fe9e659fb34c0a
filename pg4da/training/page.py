"""The page of a stage: one file beside its pictures, written anew after updates; a browser reloads it by itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from pg4da.training.curves import Curve, draw_curves
from pg4da.training.rows import Row

SECONDS = 10
FILE = "report.html"
# Title, the curves in it. Those that a stage does not have are left out.
CHARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("what a motion earns and how often it succeeds", ("reward", "success", "push_success", "grasp_success")),
    ("what is chosen", ("push_share", "made", "entropy")),
    ("learning", ("explained_variance", "divergence", "clipped")),
    ("loss", ("loss", "policy_loss", "value_loss")),
    ("on pictures kept apart", ("cell", "pooled", "top_cell", "top_object")),
)
EXAMPLES = 8


def write_page(
    folder: Path, title: str, rows: Sequence[Row], facts: Mapping[str, str], unit: str, ended: bool = False
) -> None:
    """Draw the curves and write the page. facts: what stands at the top; ended: no reloading any more."""
    shown = []
    for number, (name, keys) in enumerate(CHARTS):
        held = [key for key in keys if any(key in row for row in rows)]
        if held:
            file = f"curve{number}.png"
            curves = {
                k.replace("_", " "): Curve([r["done"] for r in rows], [r.get(k, float("nan")) for r in rows])
                for k in held
            }
            draw_curves(folder / file, name, unit, curves, reach=max(1, len(rows) // 40))
            shown.append(f'<img src="{file}?{len(rows)}" width="760" alt="{escape(name)}">')
    examples = sorted((folder / "examples").glob("*.png"))[-EXAMPLES:]
    pictures = "".join(f'<p><img src="examples/{p.name}" alt="examples"><br>{p.stem}</p>' for p in reversed(examples))
    tiles = "".join(f'<div class="tile"><b>{escape(v)}</b><span>{escape(k)}</span></div>' for k, v in facts.items())
    again = "" if ended else f'<meta http-equiv="refresh" content="{SECONDS}">'
    style = files("pg4da.evaluation").joinpath("report.css").read_text()
    body = f'<div class="tiles">{tiles}</div>{"<br>".join(shown)}{f"<h2>Examples</h2>{pictures}" if pictures else ""}'
    text = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{again}<title>{escape(title)}</title>'
        f"<style>{style}</style></head>\n<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )
    part = folder / f".{FILE}.part"
    part.write_text(text)
    os.replace(part, folder / FILE)

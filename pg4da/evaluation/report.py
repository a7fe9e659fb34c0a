"""The results as one HTML file that needs nothing else: table, bars, causes of failure, each failed episode."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from pg4da.evaluation.charts import bar, count_bar
from pg4da.evaluation.episode import EpisodeResult
from pg4da.evaluation.table import NOTE, plain, with_error

Row = dict[str, Any]
HEAD = "<th>scene</th><th>runs</th><th colspan=2>C %</th><th colspan=2>GS %</th><th colspan=2>MN</th>"
HEAD += "<th>pushes</th><th>arm motions</th>"


def report(results: Row, episodes: Sequence[EpisodeResult], header: Row, out: Path) -> str:
    """The page. `out` is the folder that the pictures of failures lie in and that a replay names."""
    failed = [e for e in sorted(episodes, key=lambda e: (e.scene, e.trial)) if not e.completed]
    style = files("pg4da.evaluation").joinpath("report.css").read_text()
    title = f"pg4da evaluate: {escape(results['policy'])}"
    sections = [intro(results, header), *tables(results), causes(results["total"]["failures"]), details(failed, out)]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style></head>\n<body><h1>{title}</h1>\n{chr(10).join(sections)}\n</body></html>\n"
    )


def intro(results: Row, header: Row) -> str:
    total = results["total"]
    tiles = [
        (f"{plain(total['C'], 1)} %", f"C: {total['completed']} of {total['trials']} runs complete"),
        (f"{plain(total['GS'], 1)} %", f"GS: {total['grasp_successes']} of {total['grasp_attempts']} grasps"),
        (plain(total["MN"]), "MN: motions of a completed run"),
        (plain(total["pushes"]), "pushes of a completed run"),
    ]
    shown = "".join(f'<div class="tile"><b>{value}</b><span>{escape(text)}</span></div>' for value, text in tiles)
    settings = ", ".join(f"{escape(k)} {escape(str(v))}" for k, v in header.items() if is_told(v))
    most = max((row["trials"] for row in results["scenes"]), default=0)
    runs = f"{most} runs a scene, " if most else ""
    return f'<div class="tiles">{shown}</div><p class="note">{runs}{settings}</p>'


def is_told(value: Any) -> bool:
    """Whether a setting is worth a word: not what was left as it is, nor the list of scenes."""
    return value is not None and value is not False and not isinstance(value, dict)


def tables(results: Row) -> list[str]:
    """A table a case: its scenes, the case, the paper's rows."""
    scenes = results["scenes"]
    top = 1.25 * max([row["MN"] or 1.0 for row in scenes], default=1.0)
    every = [table(case, [s for s in scenes if s["case"] == case["case"]], top) for case in results["cases"]]
    return [*every, f'<p class="note">{escape(NOTE)}. Whisker: 95 % interval. Line: the paper\'s PG4DA.</p>']


def table(case: Row, scenes: Sequence[Row], top: float) -> str:
    marks: Row = case["paper"][0] if case["paper"] else {}
    rows = [line(s, s["scene"].removeprefix(case["case"] + "/"), top, marks) for s in scenes]
    rows.append(line(case, "all scenes", top, marks, "whole"))
    for paper in case["paper"]:
        figures = "".join(f"<td>{plain(paper[key])}</td><td></td>" for key in ("C", "GS", "MN"))
        rows.append(
            f'<tr class="paper"><td>paper: {escape(paper["method"])}</td><td></td>{figures}<td></td><td></td></tr>'
        )
    return f"<h2>{escape(case['case'])}</h2><table><tr>{HEAD}</tr>{''.join(rows)}</table>"


def line(row: Row, name: str, top: float, marks: Row, style: str = "") -> str:
    tops = {"C": 100.0, "GS": 100.0, "MN": float(top)}
    figures = "".join(
        f"<td>{with_error(row, key)}</td><td>{bar(row, key, tops[key], marks.get(key))}</td>" for key in tops
    )
    ends = f"<td>{plain(row['pushes'])}</td><td>{plain(row['arm_motions'])}</td>"
    return f'<tr class="{style}"><td>{escape(name)}</td><td>{row["trials"]}</td>{figures}{ends}</tr>'


def causes(counts: dict[str, int]) -> str:
    if not counts:
        return "<h2>Failures</h2><p>None.</p>"
    most = max(counts.values())
    rows = "".join(f"<tr><td>{escape(c)}</td><td>{n}</td><td>{count_bar(n, most)}</td></tr>" for c, n in counts.items())
    return (
        f"<h2>Failures: {sum(counts.values())}</h2><table><tr><th>cause</th><th>runs</th><th></th></tr>{rows}</table>"
    )


def details(failed: Sequence[EpisodeResult], out: Path) -> str:
    return "".join(detail(episode, out) for episode in failed)


def detail(episode: EpisodeResult, out: Path) -> str:
    picture = image(out / episode.picture) if episode.picture else ""
    where = f" ({episode.phase})" if episode.phase else ""
    grasps = f"{episode.grasp_successes} of {episode.grasp_attempts} grasps"
    facts = f"seed {episode.seed}, {episode.motions} motions, {grasps}, {episode.sim_time_s:.0f} s simulated"
    lines = [
        f"<h3>{escape(episode.key)}</h3>",
        f"<p><b>{escape(episode.cause)}</b>{escape(where)}: {escape(episode.message)}</p>",
        f'<p class="note">{facts}, version {escape(episode.version)}</p>',
        f"<code>{escape(replay_command(episode, out))}</code>",
    ]
    return f"<article>{picture}<div>{''.join(lines)}</div></article>"


def replay_command(episode: EpisodeResult, out: Path) -> str:
    """Runs the same start again, with pictures of every decision and a film."""
    return f"pg4da evaluate --replay {episode.key} --out {out}"


def image(path: Path) -> str:
    """The picture inside the page; nothing when it is not there."""
    if not path.is_file():
        return ""
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img src="data:{kind};base64,{data}" alt="the scene when the run failed">'

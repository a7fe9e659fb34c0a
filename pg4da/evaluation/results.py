"""Rows of results: a scene, a case, everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pg4da.evaluation import metrics
from pg4da.evaluation.episode import EpisodeResult
from pg4da.evaluation.paper import paper_rows

Row = dict[str, Any]


def summarise(policy: str, results: Iterable[EpisodeResult]) -> Row:
    """{"policy", "scenes": rows, "cases": rows, "total": row}; C and GS in per cent, None where unknown."""
    every = sorted(results, key=lambda r: (r.scene, r.trial))
    scenes = [
        {"scene": name, "case": group[0].case, **figures(group), **scene_errors(group)}
        for name, group in grouped(every, "scene")
    ]
    cases = [
        {"case": name, **pooled(group, [s for s in scenes if s["case"] == name]), "paper": paper(name)}
        for name, group in grouped(every, "case")
    ]
    return {"policy": policy, "scenes": scenes, "cases": cases, "total": pooled(every, scenes)}


def grouped(results: Sequence[EpisodeResult], key: str) -> list[tuple[str, list[EpisodeResult]]]:
    groups: dict[str, list[EpisodeResult]] = {}
    for result in results:
        groups.setdefault(getattr(result, key), []).append(result)
    return sorted(groups.items())


def figures(group: Sequence[EpisodeResult]) -> Row:
    """Metrics of some episodes taken together. MN, pushes and arm_motions are means over the completed ones."""
    done = [r for r in group if r.completed]
    attempts, successes = sum(r.grasp_attempts for r in group), sum(r.grasp_successes for r in group)
    motions = [float(r.motions) for r in done]
    speeds = [r.max_speed for r in group if r.max_speed is not None]
    launches = [r.max_launch_speed for r in group if r.max_launch_speed is not None]
    return {
        "trials": len(group),
        "completed": len(done),
        "C": metrics.share(len(done), len(group)),
        "C_interval": metrics.wilson(len(done), len(group)),
        "GS": metrics.share(successes, attempts),
        "GS_interval": metrics.wilson(successes, attempts),
        "grasp_attempts": attempts,
        "grasp_successes": successes,
        "MN": metrics.mean(motions),
        "MN_interval": metrics.mean_interval(motions),
        "pushes": metrics.mean([float(r.pushes) for r in done]),
        "arm_motions": metrics.mean([float(r.arm_motions) for r in done]),
        "sim_time_s": metrics.mean([r.sim_time_s for r in group]),
        "wall_time_s": metrics.mean([r.wall_time_s for r in group]),
        "max_speed": max(speeds, default=None),
        "max_launch_speed": max(launches, default=None),
        "peak_memory_mib": max((r.peak_memory for r in group), default=None),
        "failures": dict(Counter(r.cause for r in group if not r.completed).most_common()),
    }


def scene_errors(group: Sequence[EpisodeResult]) -> Row:
    """Standard errors of one scene, grasps pooled over its runs."""
    done = [r for r in group if r.completed]
    attempts, successes = sum(r.grasp_attempts for r in group), sum(r.grasp_successes for r in group)
    return {
        "C_error": metrics.share_error(len(done), len(group)),
        "GS_error": metrics.share_error(successes, attempts),
        "MN_error": metrics.mean_error([float(r.motions) for r in done]),
    }


def pooled(group: Sequence[EpisodeResult], scenes: Sequence[Row]) -> Row:
    """Several scenes together: figures over all episodes, ± the scenes' standard errors averaged, as the paper does."""
    errors = {key: metrics.average([scene[key] for scene in scenes]) for key in ("C_error", "GS_error", "MN_error")}
    return {"scenes": len(scenes), **figures(group), **errors}


def paper(case: str) -> list[Row]:
    return [row._asdict() for row in paper_rows(case)]

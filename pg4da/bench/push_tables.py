"""What pushes led to, stage by stage, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from pg4da.bench.pushes import STAGES, State
from pg4da.sim.scenes.generator import CASE_NAMES

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.001)


def stages_table(states: Sequence[State]) -> Table:
    """How often each stage's push made a grasp possible, by case."""
    title = f"{len(states)} states without a free grasp: how often one push made one free [%]"
    table = Table(title=title, title_justify="left")
    for heading in ("", "states", *STAGES):
        table.add_column(heading, justify="right" if heading else "left")
    for case in (*CASE_NAMES, ""):
        mine = [s for s in states if s.case == case or not case]
        if mine:
            told = [_percent([s.stages[stage] for s in mine], [s.scene for s in mine]) for stage in STAGES]
            table.add_row(case or "all", str(len(mine)), *told, end_section=case == CASE_NAMES[-1])
    return table


def promises_table(states: Sequence[State]) -> Table:
    """Chances that the ranking saw, beside how often it came so."""
    promised = np.array([p for s in states for p in s.promised])
    freed = np.array([f for s in states for f in s.freed])
    scene = np.array([s.scene for s in states for _ in s.freed])
    table = Table(title="Chance of a free grasp that the ranking saw, and how often it came", title_justify="left")
    for heading in ("chance [%]", "pushes", "seen, mean [%]", "came [%]"):
        table.add_column(heading, justify="right")
    for low, high in pairwise(BINS):
        mine = (promised >= low) & (promised < high)
        if mine.any():
            told = f"{100 * low:.0f} to {100 * min(high, 1):.0f}"
            table.add_row(
                told, str(mine.sum()), f"{100 * promised[mine].mean():.0f}", _percent(freed[mine], scene[mine])
            )
    return table


def _percent(values: Sequence[float] | NDArray[np.generic], scenes: Sequence[int] | NDArray[np.generic]) -> str:
    """Mean with its standard error, states and pushes of one scene taken as one."""
    array = np.asarray(values, float)
    _, scene = np.unique(scenes, return_inverse=True)
    off = np.bincount(scene, array - array.mean())
    return f"{100 * array.mean():.0f} ± {100 * np.sqrt((off**2).sum()) / len(array):.0f}"

"""Do the angle-view network's labels hold in physics, and what is lost from a label to a lifted target.

Two floating grippers, no arms; tables that nothing was trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from pg4da.bench.hold import drive
from pg4da.policies.avn.labels import grasp_as_labelled, grasp_labels, steep_classes
from pg4da.policies.types import Grasp, GripperShape
from pg4da.sim.scenes.scene import Scene

SEEDS = 7_700_000  # the first table's; trainings count theirs from multiples of a million
TABLES, QUICK = 300, 30
REDRAWN = 500
NOTED = 10  # tables from one note to the next
COLOUR = "green"

Outcome = Literal["lifted", "lost", "refused", "empty"]


@dataclass(frozen=True)
class Checked:
    """A grasp of a target that was made. seed: of the table; said: whether its label says that it holds; alike: how
    many of the target's places and orientations have the same label; outcome: refused where no way in is free, empty
    where nothing is between the pads."""

    seed: int
    said: bool
    alike: int
    outcome: Outcome


def check_labels(quick: bool, note: Callable[[str], None]) -> list[Checked]:
    """Of each table's target one grasp that is labelled good and one that is not, drawn at random."""
    from pg4da.sim.training.tables import table

    count = QUICK if quick else TABLES
    found: list[Checked] = []
    for done in range(1, count + 1):
        found += _of_table(SEEDS + done, table(SEEDS + done))
        if done % NOTED == 0:
            note(f"{done} of {count} tables, {len(found)} grasps")
    return found


def stages(quick: bool, note: Callable[[str], None], weights: Path | None) -> Mapping[str, Mapping[str, int]]:
    """What becomes of the targets by each way of `grasping.WAYS`: label maker, network twice, hand-written policy.

    weights: of an angle-view network, the shipped one without. Raises WeightsError.
    """
    from pg4da.policies.avn.checkpoints import load_avn, shipped
    from pg4da.sim.training.tables import table
    from pg4da.training.grasping import grasping

    avn = load_avn(weights or shipped())
    count = QUICK if quick else TABLES

    def scenes() -> Iterator[Scene]:
        for done in range(1, count + 1):
            yield table(SEEDS + done)
            if done % NOTED == 0:
                note(f"{done} of {count} tables, each target grasped four ways")

    return {way: asdict(tally) for way, tally in grasping(avn, scenes()).items()}


def precision(checked: Sequence[Checked]) -> float:
    """Share that lifts of all places and orientations labelled good, but those without a way in; not a number for none.

    Every grasp stands for all of its table with the same label, so tables count by their labels.
    """
    made = [c for c in checked if c.said and c.outcome != "refused"]
    return _share(sum(c.alike for c in made if c.outcome == "lifted"), sum(c.alike for c in made))


def recall(checked: Sequence[Checked]) -> float:
    """Share that is labelled good of all places and orientations that lift; not a number for none."""
    right, missed = (
        sum(c.alike for c in checked if c.said is said and c.outcome == "lifted") for said in (True, False)
    )
    return _share(right, right + missed)


def spread(figure: Callable[[Sequence[Checked]], float], checked: Sequence[Checked]) -> float:
    """Standard error of a figure over tables, by drawing them anew."""
    tables: dict[int, list[Checked]] = {}
    for each in checked:
        tables.setdefault(each.seed, []).append(each)
    every, rng = list(tables.values()), np.random.default_rng(0)
    found = [figure([c for k in rng.integers(len(every), size=len(every)) for c in every[k]]) for _ in range(REDRAWN)]
    return float(np.nanstd(found))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def labels_table(checked: list[Checked]) -> Table:
    """Labels beside what came of the grasps."""
    told = (f"{name.__name__} {name(checked):.2f} ± {spread(name, checked):.2f}" for name in (precision, recall))
    table = Table(title=f"Labels against physics: {', '.join(told)}", title_justify="left")
    for heading in ("label", "grasps", "nothing there", "no way in", "made", "lifted"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for said, name in ((True, "holds"), (False, "does not")):
        mine = [c.outcome for c in checked if c.said is said]
        empty, refused, lifted = (mine.count(what) for what in ("empty", "refused", "lifted"))
        counts = (len(mine), empty, refused, len(mine) - empty - refused, lifted)
        table.add_row(name, *map(str, counts))
    return table


def ways_table(ways: Mapping[str, Mapping[str, int]]) -> Table:
    """From a label to a lifted target, way by way."""
    table = Table(title="Targets that the label maker can grasp: what becomes of them", title_justify="left")
    for heading in ("grasps of", "targets", "offered", "planned", "lifted", "share"):
        table.add_column(heading, justify="left" if heading == "grasps of" else "right")
    for name, t in ways.items():
        counts = [str(t[key]) for key in ("targets", "offered", "planned", "lifted")]
        table.add_row(name, *counts, f"{100 * t['lifted'] / max(t['targets'], 1):.1f} %")
    return table


def _of_table(seed: int, scene: Scene) -> list[Checked]:
    from pg4da.sim.cell import MujocoCell
    from pg4da.sim.training.labelled import solids_in

    cell = MujocoCell(scene, seed=seed, arms=False)
    try:
        solids = [s for s in solids_in(cell, cell.camera.capture()) if s.number == scene.target]
    finally:
        cell.close()
    if not solids or not len(solids[0].places):
        return []
    solid, hand, rng = solids[0], GripperShape(), np.random.default_rng([seed, 3])
    labels = grasp_labels(solid.places, solid.prism, solid.columns, hand)
    found = []
    for said in (True, False):
        alike = _alike(labels, said)
        if len(alike):
            place, number = rng.choice(alike).tolist()
            grasp = grasp_as_labelled(solid.places[place], number, solid.prism, solid.columns, hand)
            found.append(Checked(seed, said, len(alike), _made(scene, seed, grasp) if grasp else "empty"))
    return found


def _alike(labels: NDArray[np.bool_], said: bool) -> NDArray[np.intp]:
    """Places and orientations (m, 2) with a label, of those that are no more tilted than any grasp may be."""
    steep = np.zeros(labels.shape[1], bool)
    steep[steep_classes()] = True
    return np.argwhere((labels == said) & steep)


def _made(scene: Scene, seed: int, grasp: Grasp) -> Outcome:
    from pg4da.policies.registry import make_policy
    from pg4da.policies.types import Decision
    from pg4da.sim.cell import MujocoCell
    from pg4da.skills.grasp import MakeGrasp
    from pg4da.skills.observe import Observe
    from pg4da.skills.plan import PlanMotion
    from pg4da.skills.skill import Context, SkillFailure

    cell = MujocoCell(scene, seed=seed, arms=False)
    context = Context(cell, make_policy("geometric"), np.random.default_rng(0))
    try:
        seen = drive(Observe(context), Observe.Inputs(target=COLOUR)).observation
        decision = Decision((replace(grasp, score=1.0),), np.zeros(seen.height.shape, np.float32), 0.0)
        try:
            planned = drive(PlanMotion(context), PlanMotion.Inputs(decision=decision, observation=seen))
        except SkillFailure:
            return "refused"
        with suppress(SkillFailure):
            drive(MakeGrasp(context), MakeGrasp.Inputs(motion=planned.motion))
        return "lifted" if cell.truth.target_lifted else "lost"
    finally:
        cell.close()

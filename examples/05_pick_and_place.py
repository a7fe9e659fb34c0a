"""The push-and-grasp subtree among the behaviours of a larger py_trees program, which ticks everything itself.

python examples/05_pick_and_place.py [SCENE]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from py_trees.behaviour import Behaviour
from py_trees.common import Status
from py_trees.composites import Sequence

from pg4da import Context, MissionTree, load_mission
from pg4da.run import RunRequest, find_policy, find_scene, make_cell

TICK = 0.008  # s on the cell's clock
ROUNDS = 20
PLACE = Path(__file__).with_name("05_place.yaml")
SCENE = Path(__file__).with_name("few_blocks.txt")


class UntilHeld(Behaviour):
    """Rounds of one push or grasp each; then the other mission is told which arm holds the target."""

    def __init__(self, push_grasp: MissionTree, place: MissionTree) -> None:
        super().__init__("Until it is held")
        self.push_grasp, self.place = push_grasp, place
        self.children = [push_grasp]

    def initialise(self) -> None:
        self.rounds = 0

    def update(self) -> Status:
        self.push_grasp.tick_once()
        if self.push_grasp.status is Status.RUNNING:
            return Status.RUNNING
        self.rounds += 1
        print(self.push_grasp.status.name.lower(), self.push_grasp.failure or self.push_grasp.outputs)
        if self.push_grasp.outputs["held"]:
            self.place.inputs = {**self.place.inputs, "arm": self.push_grasp.outputs["arm"]}
            return Status.SUCCESS
        return Status.RUNNING if self.rounds < ROUNDS else Status.FAILURE

    def terminate(self, new_status: Status) -> None:
        if self.push_grasp.status is Status.RUNNING:
            self.push_grasp.stop(Status.INVALID)


def main(scene: str = str(SCENE)) -> int:
    """0 when the target lies in the bin."""
    request = RunRequest(scene=scene)
    cell = make_cell(request, find_scene(request))
    context = Context(cell, find_policy("geometric"), np.random.default_rng(0), emit=tell)
    push_grasp = load_mission("push_grasp", context, {"target": "green"})
    place = load_mission(str(PLACE), context, {"target": "green"})
    root = Sequence("My program", memory=True, children=[UntilHeld(push_grasp, place), place])
    try:
        root.tick_once()
        while root.status is Status.RUNNING:
            cell.advance(TICK)
            root.tick_once()
        done = root.status is Status.SUCCESS
    finally:
        if root.status is Status.RUNNING:  # an exception: py_trees stops nothing by itself
            root.stop(Status.INVALID)
        cell.close()
    print("in the bin" if done else f"not done: {place.failure or push_grasp.failure}")
    return 0 if done else 1


def tell(kind: str, data: Mapping[str, Any]) -> None:
    """Every event arrives here: your application's own log."""
    if kind == "motion_started":
        print(f"motion {data['index']}: {type(data['action']).__name__.lower()}, {' and '.join(data['arms'])}")


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

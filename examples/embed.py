"""Use the push-and-grasp subtree as one behaviour among your own, in a py_trees program that you tick yourself.

Run it with: python examples/embed.py [SCENE]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from py_trees.behaviours import Success
from py_trees.common import Status
from py_trees.composites import Sequence

from pg4da.mission.tree import load_mission
from pg4da.run import RunRequest, find_policy, find_scene, make_cell
from pg4da.skills.skill import Context

TICK = 0.008  # s on the cell's clock
ROUNDS = 20


def main(scene: str = "packed1") -> int:
    """Own step, then rounds of one push or grasp each until the target is held. 0 when it is."""
    request = RunRequest(scene=scene)
    cell = make_cell(request, find_scene(request))
    context = Context(cell, find_policy("geometric"), np.random.default_rng(0), emit=tell)
    push_grasp = load_mission("push_grasp", context, {"target": "green"})
    root = Sequence("My program", memory=True, children=[Success("My own step"), push_grasp])
    try:
        for _ in range(ROUNDS):
            root.tick_once()
            while root.status is Status.RUNNING:
                cell.advance(TICK)
                root.tick_once()
            print(root.status.name.lower(), push_grasp.failure or push_grasp.outputs)
            if root.status is Status.SUCCESS and push_grasp.outputs["held"]:
                return 0
        return 1
    finally:
        cell.close()


def tell(kind: str, data: Mapping[str, Any]) -> None:
    """Every event arrives here: your application's own log."""
    if kind == "motion_started":
        print(f"motion {data['index']}: {type(data['action']).__name__.lower()}, {' and '.join(data['arms'])}")


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

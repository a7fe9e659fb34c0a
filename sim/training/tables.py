"""Tables that the angle-view network is trained on: mostly strewn blocks, now and then a settled scene of a case."""

from __future__ import annotations

from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import generate
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.scatter import scattered

EVERY = 8  # one in so many is a case's
HEAP, HEMMED, DENSE = "case5-random_arranged", "case1-clutter", "case2-dense_clutter"
PARTLY, WHOLLY = "case3-partially_occluded", "case4-completely_occluded"
TURNS = (HEAP, HEMMED, HEAP, DENSE, HEMMED, HEAP, PARTLY, HEAP, HEMMED, WHOLLY)  # heaps show most that blocks can do


def table(seed: int) -> Scene:
    """The scene of a seed; strewn blocks too where the seed leads to no scene of its case."""
    turn, rest = divmod(seed, EVERY)
    if rest:
        return scattered(seed)
    try:
        return generate(TURNS[turn % len(TURNS)], seed)
    except SceneError:
        return scattered(seed)

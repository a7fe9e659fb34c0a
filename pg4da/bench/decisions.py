"""How long a decision takes, from a camera's frame to the motion chosen, while missions run on the shipped scenes.

Of `pg4da` its parts too, timed by wrapping the functions that its policy calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pg4da.bench.mission import one_core
from pg4da.bench.rows import Row, row
from pg4da.bench.stopwatch import Part, replaced, timed

POLICIES = ("pg4da", "geometric")
AT_MOST = 150.0  # ms, the median from frame to motion
PARTS = {
    "surroundings": "points, objects, free space",
    "grasps": "grasps",
    "proposals": "pushes proposed",
    "network": "crops, network's body and state",
    "look-ahead": "pushes looked ahead on",
}
Timed = dict[str, float]


@dataclass
class Clock:
    """Milliseconds of each decision's parts; a part called several times counts their sum."""

    decisions: list[Timed] = field(default_factory=list)
    _now: Timed = field(default_factory=dict)

    def add(self, part: str, seconds: float) -> None:
        """Another call of a part."""
        self._now[part] = self._now.get(part, 0.0) + 1000.0 * seconds

    def look(self, seconds: float) -> None:
        """A frame was made a map of: nothing before it belongs to the next decision."""
        self._now = {"see": 1000.0 * seconds}

    def decided(self, seconds: float) -> None:
        """The decision is made."""
        if "see" in self._now:
            self.decisions.append({**self._now, "choose": 1000.0 * seconds})
        self._now = {}


def rows(quick: bool) -> list[Row]:
    """Of each policy all of a decision against its bound, then its parts."""
    return [each for policy in POLICIES for each in policy_rows(policy, decisions_of(policy, quick))]


def policy_rows(policy: str, found: Sequence[Timed]) -> list[Row]:
    """Rows of one policy's decisions."""
    out = [row(f"{policy}: frame to motion", "ms", [d["see"] + d["choose"] for d in found], at_most=AT_MOST)]
    ranked = [d["see"] + d["choose"] for d in found if "proposals" in d]
    if ranked:
        out.append(row(f"{policy}: frame to motion, where pushes are weighed", "ms", ranked, at_most=AT_MOST))
    words = {"see": "maps and target", "choose": "decide", **PARTS}
    for part, told in words.items():
        values = [d[part] for d in found if part in d]
        if values:
            out.append(row(f"{policy}: {told}", "ms", values))
    return out


def decisions_of(policy: str, quick: bool) -> list[Timed]:
    """Every decision of one mission a scene, or of one scene a case; milliseconds."""
    from pg4da.run import RunRequest, run_mission
    from pg4da.sim.scenes.catalogue import find, names
    from pg4da.sim.scenes.reader import read_scene

    one_core()
    with timing(policy) as clock:
        for seed, name in enumerate(names()[:: 4 if quick else 1]):
            run_mission(RunRequest(scene=read_scene(find(name)), policy=policy, seed=seed))
    return clock.decisions


@contextmanager
def timing(policy: str) -> Iterator[Clock]:
    """Times every look and decision inside the block."""
    from pg4da.policies.registry import make_policy
    from pg4da.skills import observe

    clock, decider = Clock(), type(make_policy(policy))
    parts: list[Part] = [
        (observe, "make_observation", timed(vars(observe)["make_observation"], clock.look)),
        (decider, "decide", timed(decider.decide, clock.decided)),
        *(parts_of(clock) if policy == "pg4da" else ()),
    ]
    with replaced(parts):
        yield clock


def parts_of(clock: Clock) -> Iterator[Part]:
    """Where the ranking's functions lie, and what times them."""
    from pg4da.policies.geometric.policy import GeometricPolicy
    from pg4da.policies.learned.surroundings import Surroundings
    from pg4da.policies.ranking import policy as ranking

    def of(part: str) -> Callable[[float], None]:
        return lambda seconds: clock.add(part, seconds)

    yield Surroundings, "of", staticmethod(timed(Surroundings.of, of("surroundings")))
    yield GeometricPolicy, "grasps_of", timed(GeometricPolicy.grasps_of, of("grasps"))
    yield ranking, "proposals", timed(vars(ranking)["proposals"], of("proposals"))
    yield ranking.RankingPolicy, "_read", timed(vars(ranking.RankingPolicy)["_read"], of("network"))
    yield ranking, "foresight", timed(vars(ranking)["foresight"], of("look-ahead"))

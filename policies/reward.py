"""The fuzzy reward (paper, section III-C 3, Fig. 6) and what counts as a successful push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pg4da.policies.isolation import isolation_rate
from pg4da.policies.types import Observation

Motion = Literal["push", "grasp"]

LOW, HIGH = 0.3, 0.7  # isolation rates: below, the target is hemmed in; above, it stands free
GAIN = 0.1


def fuzzy_reward(motion: Motion, success: bool, isolation: float) -> float:
    """Reward in 0..1 of a motion made at this isolation rate (0..1, before the motion).

    With u = (I − LOW)/(HIGH − LOW): the right choice, which is to push below LOW and to grasp above HIGH, earns 1 when
    it succeeds and 0.5 when it fails; the wrong choice earns 0, even when it succeeds. Between them every success
    earns 1, a failed push 0.5 − 0.25 u, a failed grasp 0.25 + 0.25 u. Raises ValueError outside 0..1.
    """
    if not 0.0 <= isolation <= 1.0:
        raise ValueError(f"isolation rate {isolation}: expected 0..1")
    if isolation < LOW or isolation > HIGH:
        right = motion == ("push" if isolation < LOW else "grasp")
        return (1.0 if success else 0.5) if right else 0.0
    if success:
        return 1.0
    u = (isolation - LOW) / (HIGH - LOW)
    return 0.5 - 0.25 * u if motion == "push" else 0.25 + 0.25 * u


@dataclass(frozen=True)
class Standing:
    """How a target stands: isolation rate and visible share, both 0..1."""

    isolation: float
    visible: float

    @classmethod
    def of(cls, observation: Observation) -> Standing:
        """Of the target in an observation; both 0 where it is not seen."""
        return cls(isolation_rate(observation), observation.visible_share if observation.target_seen else 0.0)


def push_succeeded(before: Standing, after: Standing, in_bounds: bool = True) -> bool:
    """Whether a push helped: isolation rate or visible share grew by more than GAIN, the target still in bounds."""
    return in_bounds and (after.isolation - before.isolation > GAIN or after.visible - before.visible > GAIN)

"""Policies by name: our own, and those that other packages offer at the entry point group `pg4da.policies`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

from pg4da.policies.types import Policy

GROUP = "pg4da.policies"


class UnknownPolicy(ValueError):
    """No policy has this name; the message lists those that exist."""


def _geometric() -> Policy:
    from pg4da.policies.geometric.policy import GeometricPolicy

    return GeometricPolicy()


def _ranking(arms: int) -> Policy:
    from pg4da.policies.ranking.policy import RankingPolicy
    from pg4da.policies.ranking.weights import read_ranking, shipped

    return RankingPolicy(read_ranking(shipped()), arms)


BUILT_IN: dict[str, Callable[[], Policy]] = {
    "geometric": _geometric,
    "pg4da": lambda: _ranking(2),
    "pg4da-single-arm": lambda: _ranking(1),
}


def policy_names() -> tuple[str, ...]:
    """Every name that `make_policy` knows, sorted."""
    return tuple(sorted({*BUILT_IN, *(e.name for e in entry_points(group=GROUP))}))


def make_policy(name: str) -> Policy:
    """The policy of this name. Raises UnknownPolicy."""
    if name in BUILT_IN:
        return BUILT_IN[name]()
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            policy: Policy = entry.load()()
            return policy
    raise UnknownPolicy(f"unknown policy {name!r}; choose one of: {', '.join(policy_names())}")

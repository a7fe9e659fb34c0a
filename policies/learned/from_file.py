"""A policy with the weights of a file: which policy it is, the file says."""

from __future__ import annotations

import json
from pathlib import Path

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.ranking.weights import is_ranking, read_ranking
from pg4da.policies.types import Policy

ARMS = {"pg4da": 2, "pg4da-single-arm": 1}  # policies that have weights, and how many arms push at once
WHOLE = "pg4da policy 1"  # as learned.weights says, which needs torch
MOST = 1 << 24  # bytes of a header


def policy_from_file(name: str, path: Path) -> Policy:
    """The policy of that name with these weights: the ranking's, or those of `pg4da train push-grasp`.

    Raises WeightsError for a name without weights, and for a file that is absent, foreign or cut short.
    """
    if name not in ARMS:
        raise WeightsError(f"the policy '{name}' has no weights; those that have: {', '.join(ARMS)}")
    said = stored_format(path)
    if said == WHOLE:
        from pg4da.policies.learned.policy import learned_policy

        return learned_policy(path, ARMS[name])
    if is_ranking(said):  # of any version: its reader knows which
        from pg4da.policies.ranking.policy import RankingPolicy

        return RankingPolicy(read_ranking(path), ARMS[name])
    raise WeightsError(f"{path}: not the weights of a policy (its header says: {said or 'no format of ours'})")


def stored_format(path: Path) -> str:
    """What the header of a .safetensors file says it holds; empty where it says nothing. Raises WeightsError."""
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size)) if 2 <= size <= MOST else None
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        header = None
    if not isinstance(header, dict):
        raise WeightsError(f"{path}: not a whole safetensors file")
    note = header.get("__metadata__")
    return str(note.get("format", "")) if isinstance(note, dict) else ""

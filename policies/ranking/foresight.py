"""What the planar look-ahead says of a push, as numbers a network can weigh."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.worth import Foreseen, Judge
from pg4da.policies.learned.surroundings import Surroundings
from pg4da.policies.ranking.proposals import Proposal

GRIPS = (1.0, 0.83, 1.17)  # factors on all friction: what hangs on luck differs between them
EACH = 7
SIZE = EACH * len(GRIPS)
FORESEEABLE = 0.25  # of the target is seen, at least


def judge_of(around: Surroundings) -> Judge | None:
    """The table to look ahead on; None where the target is not seen well enough."""
    segments, reach = around.segments, around.reach
    target = segments.target
    if target is None or around.observation.visible_share < FORESEEABLE:
        return None
    table = [*(t for t in segments.others if not t.raised), target]
    bases = tuple(reach.arm_bases.values())
    return Judge(table, len(table) - 1, reach.workspace, reach.gripper, reach.settings, bases)


def foresight(judge: Judge | None, proposal: Proposal) -> tuple[Foreseen, ...]:
    """What is predicted under each of GRIPS; empty for what cannot be looked ahead on."""
    if proposal.swept is not None:
        return (proposal.swept,) * len(GRIPS)
    if judge is None or proposal.plan is None:
        return ()
    return tuple(judge.foresee(proposal.plan, proposal.travel, grip) for grip in GRIPS)


def numbers(seen: Sequence[Foreseen]) -> NDArray[np.float32]:
    """value, grasp, cost, shift [dm], turn [rad], harm under each friction, (EACH × frictions,); zeros for none."""
    if not seen:
        return np.zeros(SIZE, np.float32)
    rows = [[f.value, f.grasp, f.cost, 10 * f.shift[0], 10 * f.shift[1], f.turn, float(f.harm)] for f in seen]
    return np.asarray(rows, np.float32).ravel()

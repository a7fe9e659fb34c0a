"""Something jams between the fingers and the table: noticed long before an arm's own limit stops it for good.

Measured on 22 generated scenes: blows of moving blocks reach 34 N and last one measurement; where a finger wedges a
block against the table or the next block, 60 N are passed for 0.1 to 0.3 s before the 150 N of a protective stop.
Fingers that come down beside a target often rub past a block with up to 130 N, and hold it all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pg4da.hardware.cell import Arm, Feeling
from pg4da.hardware.trajectory import Trajectory
from pg4da.skills.execute import follow
from pg4da.skills.skill import Context, Phase, SkillFailure, Steps

PUSHING, LOWERING = 60.0, 120.0  # N that a push, and a grasp on its way down, may meet
AGAIN = 0.1  # s within which a second measurement must say so; a single one is a blow


def follow_feeling(context: Context, stages: Sequence[Mapping[str, Trajectory]], bound: float) -> Steps:
    """Follow one stage after the other. Raises SkillFailure `jammed` where an arm meets more than `bound` [N], and what
    `follow` raises, every arm stopping."""
    jam = Jam(context.cell.arms, bound)

    def watch() -> SkillFailure | None:
        return jam.notice()

    for stage in stages:
        yield from follow(context, stage, watch)


class Jam:
    """Watches what the arms of a motion feel, up to `bound` [N]; those that can't tell are passed over."""

    def __init__(self, arms: Mapping[str, Arm], bound: float) -> None:
        self._bound = bound
        self._arms: dict[str, tuple[Arm, Feeling]] = {n: (a, a) for n, a in arms.items() if isinstance(a, Feeling)}
        self._felt: dict[str, float] = {}

    def notice(self) -> SkillFailure | None:
        """`jammed`, or None while all goes well; to be asked every tick."""
        for name, (arm, feeling) in self._arms.items():
            force = feeling.tool_force
            if force <= self._bound:
                continue
            now = arm.state.stamp
            before = self._felt.setdefault(name, now)
            if 0 < now - before <= AGAIN:
                message = f"{name} met {force:.0f} N, over the bound of {self._bound:g} N: something jams"
                return SkillFailure("jammed", Phase.EXECUTION, message)
            self._felt[name] = now
        return None

"""A skill of one's own: a generator that yields once a tick, declares what it uses, and fails with a code.

python examples/04_own_skill.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from pg4da import Context, Executive, load_mission
from pg4da.hardware.trajectory import Trajectory
from pg4da.run import RunRequest, find_policy, find_scene, make_cell
from pg4da.skills.execute import follow
from pg4da.skills.registry import SKILLS
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps

SCENE = Path(__file__).with_name("few_blocks.txt")
WRIST, ANGLE = 5, 0.5  # the last joint, and how far it turns [rad]


class Wave(Skill):
    """Turn the wrist to and fro. Fails with `arm_moving`."""

    name = "wave"
    needs = frozenset({"left", "right"})  # nobody else moves an arm meanwhile; both are stopped if this is stopped

    class Inputs(Ports):
        arm: Literal["left", "right"]
        times: int = Field(default=1, ge=1, le=10)

    class Outputs(Ports):
        waved: int

    def run(self, inputs: Inputs) -> Steps:
        """Each time out and back, within the wrist's speed and acceleration."""
        arm = self.context.cell.arms[inputs.arm]
        if np.abs(arm.state.dq).max() > 0.02:
            raise SkillFailure("arm_moving", Phase.PRECONDITION, f"the {inputs.arm} arm moves already")
        for number in range(1, inputs.times + 1):
            yield from follow(self.context, {inputs.arm: to_and_fro(arm.state.q)})
            self.context.emit("note", {"text": f"waved {number} times"})
        return self.Outputs(waved=inputs.times)


def to_and_fro(q: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Trajectory:
    """From a configuration and back to it in two seconds, starting and ending at rest."""
    times = np.linspace(0.0, 2.0, 51)
    positions = np.tile(q, (len(times), 1))
    positions[:, WRIST] += ANGLE * (1.0 - np.cos(np.pi * times)) / 2.0
    return Trajectory(times, positions)


def main() -> int:
    """0 when the mission succeeds."""
    request = RunRequest(scene=str(SCENE))
    cell = make_cell(request, find_scene(request))
    try:
        context = Context(cell, find_policy("geometric"), np.random.default_rng(0))
        mission = Path(__file__).with_suffix(".yaml")
        result = Executive(load_mission(str(mission), context, skills={**SKILLS, Wave.name: Wave})).run()
    finally:
        cell.close()
    print(result.outcome, result.outputs, result.failure or "")
    return 0 if result.outcome == "success" else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""How still a held object stays: grasped by the real skills, then watched in the tool's frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from pg4da.bench.grid import TARGET
from pg4da.hardware.frames import Array
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.skills.skill import Context, Ports, Skill

TICK = 0.008  # s
HOLD = 5.0  # s


def measure_slip(shape: str) -> float:
    """Millimetres that a held block moves in the tool's frame in five seconds. Raises SkillFailure if it isn't held."""
    from pg4da.policies.registry import make_policy
    from pg4da.sim.cell import MujocoCell
    from pg4da.sim.scenes.settle import settle

    lone = SceneObject(shape, TARGET, np.array([0.0, 0.5, 0.0226]), np.array([0.0, 0.0, 0.0, 1.0]))
    cell = MujocoCell(settle(Scene(f"lone-{shape}", "bench", (lone,), 0)))
    try:
        arm = grasp(Context(cell, make_policy("geometric"), np.random.default_rng(0)))
        before = in_tool(cell, arm)
        cell.advance(HOLD)
        return float(1000.0 * np.linalg.norm(in_tool(cell, arm) - before))
    finally:
        cell.close()


def grasp(context: Context) -> str:
    """Look, decide, plan, grasp; the arm that holds the object."""
    from pg4da.skills.decide import Decide
    from pg4da.skills.grasp import MakeGrasp
    from pg4da.skills.observe import Observe
    from pg4da.skills.plan import PlanMotion

    seen = drive(Observe(context), Observe.Inputs(target="green"))
    decided = drive(Decide(context), Decide.Inputs(observation=seen.observation))
    inputs = PlanMotion.Inputs(decision=decided.decision, observation=seen.observation)
    planned = drive(PlanMotion(context), inputs)
    return str(drive(MakeGrasp(context), MakeGrasp.Inputs(motion=planned.motion)).arm)


def drive(skill: Skill, inputs: Ports) -> Any:
    """Run one skill to its end without a tree; its outputs."""
    steps = skill.run(inputs)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        skill.context.cell.advance(TICK)


def in_tool(cell: Any, arm: str) -> Array:
    """Position (3,) [m] of the target in the tool's frame."""
    T_world_tool = cell.arms[arm].kinematics.forward(cell.arms[arm].state.q)
    offset: Array = T_world_tool[:3, :3].T @ (cell.truth.target_position - T_world_tool[:3, 3])
    return offset

"""Plan: the best candidate that the arms can make; what is out of reach is found here, before anything moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array
from pg4da.policies.types import Action, Decision, Grasp, Observation, Push, PushPath
from pg4da.skills.codes import ends_with
from pg4da.skills.motion.errors import MotionError
from pg4da.skills.motion.plan import Plan
from pg4da.skills.motion.planner import MotionPlanner
from pg4da.skills.motion.repair import plan_repaired
from pg4da.skills.motion.stages import Clutter
from pg4da.skills.programs import Program, grasp_program, push_program
from pg4da.skills.push_start import clear_start
from pg4da.skills.services import services
from pg4da.skills.skill import THINKING, Phase, Ports, Skill, SkillFailure, Steps


@dataclass(frozen=True)
class Motion:
    """A push or grasp with its arms chosen and its trajectories planned."""

    action: Action
    arms: tuple[str, ...]
    program: Program
    plan: Plan


class PlanMotion(Skill):
    """Take the candidates in their order, futile ones last, until one can be made. Fails with `no_feasible_motion`."""

    name = "plan_motion"
    step_bound = THINKING
    codes = ends_with(no_feasible_motion="none of the candidates can be made by an arm")

    class Inputs(Ports):
        decision: Decision
        observation: Observation
        candidates: int = 40

    class Outputs(Ports):
        motion: Motion
        choice: str
        refused: int

    def run(self, inputs: Inputs) -> Steps:
        """One candidate a tick."""
        cell, shared = self.context.cell, services(self.context)
        clutter = Clutter(inputs.observation.grid, inputs.observation.height)
        start = {name: arm.state.q for name, arm in cell.arms.items()}
        reasons: list[str] = []
        shared.futile.look(inputs.observation)
        ordered = shared.futile.order(inputs.decision.candidates, inputs.observation)
        for action in ordered[: inputs.candidates]:
            for assigned, arms in assignments(action, cell):
                yield
                assigned = _begun_clear(assigned, cell, clutter)
                program = _program(assigned, arms, cell, clutter)
                try:
                    plan, program = _planned(shared.planner, program, start, clutter, assigned)
                except MotionError as error:
                    reasons.append(_told(error, program))
                    continue
                shared.futile.chosen(assigned, inputs.observation)
                return self._chosen(Motion(assigned, arms, program, plan), reasons)
        detail = reasons[0] if reasons else "the policy gave no candidate"
        message = f"none of {len(reasons)} motions can be made; the best: {detail}"
        shared.tally.idle(message)
        raise SkillFailure("no_feasible_motion", Phase.PLANNING, message)

    def _chosen(self, motion: Motion, reasons: list[str]) -> Outputs:
        if reasons:
            self.context.emit("note", {"text": f"{_choices(len(reasons))} can't be made; the best: {reasons[0]}"})
        choice = "grasp" if isinstance(motion.action, Grasp) else "push"
        return self.Outputs(motion=motion, choice=choice, refused=len(reasons))


def _told(error: MotionError, program: Program) -> str:
    """Why a motion can't be made, with the part of it in words."""
    text = error.message.removeprefix(f"stage {error.stage}: ")
    part = program.names[error.stage] if error.stage is not None and error.stage < len(program.names) else ""
    return f"{part + ', ' if part else ''}{text} ({error.code})"


def _choices(count: int) -> str:
    return "a better choice" if count == 1 else f"{count} better choices"


def assignments(action: Action, cell: Cell) -> Iterator[tuple[Action, tuple[str, ...]]]:
    """The action with its arms filled in, the nearer arm first where the policy leaves the choice."""
    if isinstance(action, Grasp):
        for name in _arms(action.arm, float(action.pose[0, 3]), cell):
            yield replace(action, arm=name), (name,)
    elif len(action.paths) == 1:
        path = action.paths[0]
        for name in _arms(path.arm, float(path.points[:, 0].mean()), cell):
            yield replace(action, paths=(replace(path, arm=name),)), (name,)
    else:
        paths = _left_to_right(action.paths)
        yield replace(action, paths=paths), tuple(str(p.arm) for p in paths)


def _arms(wanted: str | None, x: float, cell: Cell) -> tuple[str, ...]:
    if wanted is not None:
        return (wanted,)
    return ("left", "right") if x < cell.workspace.centre[0] else ("right", "left")


def _left_to_right(paths: tuple[PushPath, ...]) -> tuple[PushPath, ...]:
    if all(p.arm is not None for p in paths):
        return paths
    ordered = sorted(paths, key=lambda p: float(p.points[:, 0].mean()))
    return tuple(replace(p, arm=name) for p, name in zip(ordered, ("left", "right"), strict=True))


def _begun_clear(action: Action, cell: Cell, clutter: Clutter) -> Action:
    """A single push with its start moved outwards if need be; the starts of a dual push belong together."""
    if isinstance(action, Grasp) or len(action.paths) > 1:
        return action
    return replace(action, paths=tuple(clear_start(p, action.width, clutter, cell.workspace) for p in action.paths))


def _planned(
    planner: MotionPlanner, program: Program, start: Mapping[str, Array], clutter: Clutter, action: Action
) -> tuple[Plan, Program]:
    """A push may lean or lose the end of its path; a grasp is made as it was chosen. Raises MotionError."""
    if isinstance(action, Grasp):
        return planner.plan(program.stages, start, clutter, widths=program.widths), program
    mended = plan_repaired(planner, program.stages, start, clutter, widths=program.widths)
    return mended.plan, replace(program, stages=mended.stages)


def _program(action: Action, arms: tuple[str, ...], cell: Cell, clutter: Clutter) -> Program:
    if isinstance(action, Push):
        return push_program(action, dict(zip(arms, action.paths, strict=True)), cell, clutter)
    return grasp_program(action, arms[0], cell)

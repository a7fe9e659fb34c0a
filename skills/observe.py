"""Observe: one frame, mapped along gravity, with the target in it or the places where it can hide."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.frames import Array
from pg4da.policies.types import MapGrid, Observation
from pg4da.skills.codes import LOOKING, ends_with
from pg4da.skills.perception.beyond import centre_in_view, reaches_edge
from pg4da.skills.perception.heightmap import FrameError
from pg4da.skills.perception.observe import make_observation
from pg4da.skills.services import Services, services
from pg4da.skills.skill import THINKING, Phase, Ports, Skill, SkillFailure, Steps


class Observe(Skill):
    """Take a frame and find the target in it. Fails with `bad_frame` or `camera_timeout`."""

    name = "observe"
    needs = frozenset({"camera"})
    step_bound = THINKING
    codes = LOOKING

    class Inputs(Ports):
        target: str

    class Outputs(Ports):
        observation: Observation
        target_seen: bool
        visible_share: float

    def run(self, inputs: Inputs) -> Steps:
        """One capture; the mission's memory of what was seen goes along."""
        yield
        observation = look(self, inputs.target)
        self.context.emit("observation", {"observation": observation})
        return self.Outputs(
            observation=observation,
            target_seen=observation.target_seen,
            visible_share=observation.visible_share,
        )


def look(skill: Skill, target: str) -> Observation:
    """Capture and interpret one frame, and remember it. Raises SkillFailure."""
    cell, memory = skill.context.cell, services(skill.context)
    area = cell.workspace
    grid = MapGrid(x_min=area.x_min, y_min=area.y_min, size=area.x_max - area.x_min)
    try:
        frame = cell.camera.capture()
        bases = [arm.base for arm in cell.arms.values() if arm.base is not None]
        observation, memory.memory = make_observation(frame, grid, target, memory.memory, bases=bases)
    except TimeoutError as error:
        raise SkillFailure("camera_timeout", Phase.EXECUTION, str(error)) from error
    except FrameError as error:
        raise SkillFailure("bad_frame", Phase.EXECUTION, str(error)) from error
    memory.last_observation = observation
    memory.target_at = _target_at(observation, frame, target, bases)
    memory.hopeless_looks = memory.hopeless_looks + 1 if _hopeless(memory) else 0
    return observation


def _target_at(observation: Observation, frame: CameraFrame, target: str, bases: list[Array]) -> Array | None:
    """Centre (2,) of the target; the whole view is searched where the map does not show all of it."""
    mask, grid = observation.target_mask, observation.grid
    if not mask.any() or reaches_edge(mask):
        return centre_in_view(frame, grid, target, bases)
    return np.asarray(grid.to_world(*np.nonzero(mask)).mean(axis=0))


def _hopeless(shared: Services) -> bool:
    return shared.target_at is None and shared.memory is not None and shared.memory.unsearched == 0.0


class Forget(Skill):
    """Forget the last target: what was seen of it and how often it was grasped at."""

    name = "forget"
    codes = ends_with()

    def run(self, inputs: Ports) -> Steps:
        """Before the same mission looks for another target."""
        yield
        services(self.context).forget_target()
        return self.Outputs()

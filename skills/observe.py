"""Observe: one frame, mapped along gravity, with the target in it or the places where it can hide."""

from __future__ import annotations

from pg4da.policies.types import MapGrid, Observation
from pg4da.skills.futile import Futile
from pg4da.skills.perception.heightmap import FrameError
from pg4da.skills.perception.observe import make_observation
from pg4da.skills.services import Tally, services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps


class Observe(Skill):
    """Take a frame and find the target in it. Fails with `bad_frame` or `camera_timeout`."""

    name = "observe"
    needs = frozenset({"camera"})

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
    return observation


class Forget(Skill):
    """Forget the last target: what was seen of it and how often it was grasped at."""

    name = "forget"

    def run(self, inputs: Ports) -> Steps:
        """Before the same mission looks for another target."""
        yield
        shared = services(self.context)
        shared.memory = None
        shared.tally = Tally()
        shared.futile = Futile()
        return self.Outputs()

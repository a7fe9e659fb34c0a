"""Recover: after a failed motion let go, back off, go home. What is held by mistake is put down where it is free.

Arms that are entangled rise together; where no way home is free, they go back along the way they came.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter

from pg4da.hardware.frames import Array, looking_down
from pg4da.policies.types import Observation
from pg4da.skills.codes import GRIPPING, MOVING, ends_with
from pg4da.skills.execute import follow, move_grippers, wait
from pg4da.skills.motion.errors import MotionError
from pg4da.skills.motion.stages import Line
from pg4da.skills.motion.timing import TooTight
from pg4da.skills.services import services
from pg4da.skills.skill import THINKING, Phase, Ports, Skill, SkillFailure, Steps
from pg4da.skills.trail import rise, trail
from pg4da.skills.travel import go, go_home, tool_pose

SAFE_HEIGHT = 0.20  # m of the tool above the table before an arm travels
RETRACES = 4  # times that the way back is begun
FREE_RADIUS = 0.09  # m round a spot where something is put down
PUT_DOWN_HEIGHT = 0.05  # m of the fingertips above the table when they open


class Recover(Skill):
    """Bring the cell back to a state from which the next look can be taken. Fails with `cannot_recover`."""

    name = "recover"
    needs = frozenset({"left", "right"})
    step_bound = THINKING
    codes = ends_with(MOVING, GRIPPING, cannot_recover="the arms cannot be brought home")

    def run(self, inputs: Ports) -> Steps:
        """Arms one after the other, the raised ones first out of nobody's way."""
        cell = self.context.cell
        low = [name for name in cell.arms if tool_pose(self, name)[2, 3] < SAFE_HEIGHT]
        for name in sorted(cell.arms, key=lambda n: -tool_pose(self, n)[2, 3]):
            gripper = cell.arms[name].gripper
            if gripper.state.object_detected and tool_pose(self, name)[2, 3] > SAFE_HEIGHT / 2:
                yield from self._put_down(name)
            yield from move_grippers(self.context, {name: min(gripper.max_width, gripper.state.width + 0.03)})
            yield from self._back_off(name)
        if len(low) > 1 and all(tool_pose(self, name)[2, 3] < SAFE_HEIGHT - 0.01 for name in low):
            yield from self._rise_together()
        yield from self._home()
        return self.Outputs()

    def _home(self) -> Steps:
        """By a way that is free; where there is none, back along the way that the arms came, which was."""
        try:
            yield from go_home(self, "cannot_recover")
            return
        except SkillFailure as failure:
            if failure.phase is not Phase.PLANNING:
                raise SkillFailure("cannot_recover", failure.phase, failure.message, recoverable=False) from failure
            self.context.emit("note", {"text": f"no free way home ({failure.message}): back the way the arms came"})
        try:
            yield from self._retrace()
            yield from go_home(self, "cannot_recover")
        except SkillFailure as failure:
            raise SkillFailure("cannot_recover", failure.phase, failure.message, recoverable=False) from failure

    def _rise_together(self) -> Steps:
        """Both tools straight up at one speed: entangled arms keep their distance, though a planner sees them meet."""
        try:
            way = rise(self.context.cell.arms, SAFE_HEIGHT)
        except TooTight:
            way = {}
        if not way:
            return
        try:
            yield from follow(self.context, way)
        except SkillFailure as failure:
            self.context.emit("note", {"text": f"the arms can't rise together: {failure.message}"})

    def _retrace(self) -> Steps:
        """Tried again from where it got stuck: what is wedged comes loose little by little."""
        for left in reversed(range(RETRACES)):
            try:
                way = trail(self.context).back(self.context.cell.arms)
            except TooTight as error:
                raise SkillFailure("cannot_recover", Phase.PLANNING, f"the way back: {error}") from error
            try:
                if way:
                    yield from follow(self.context, way, back=True)
                return
            except SkillFailure:
                if not left:
                    raise
            yield from wait(self.context, 0.3)

    def _put_down(self, name: str) -> Steps:
        shared, cell = services(self.context), self.context.cell
        gripper = cell.arms[name].gripper
        if shared.last_observation is None:
            return
        for spot in free_spots(shared.last_observation, -1.0 if name == "left" else 1.0):
            tip = np.array([*spot, PUT_DOWN_HEIGHT - gripper.tip_retreat(gripper.state.width)])
            try:
                yield from go(self, {name: looking_down(tip + np.array([0.0, 0.0, 0.12]))}, "unreachable_spot")
                yield from self._straight(name, looking_down(tip))
            except SkillFailure as failure:
                if failure.phase is not Phase.PLANNING:
                    raise
                continue
            self.context.emit("note", {"text": f"the {name} arm puts what it holds back onto the table"})
            yield from move_grippers(self.context, {name: gripper.max_width})
            yield from wait(self.context, 0.2)
            return

    def _back_off(self, name: str) -> Steps:
        pose = tool_pose(self, name)
        if pose[2, 3] >= SAFE_HEIGHT:
            return
        raised = pose.copy()
        raised[2, 3] = SAFE_HEIGHT
        try:
            yield from self._straight(name, raised)
        except SkillFailure as failure:
            if failure.phase is not Phase.PLANNING:
                raise
            self.context.emit("note", {"text": f"the {name} arm can't back off straight: {failure.message}"})

    def _straight(self, name: str, pose: Array) -> Steps:
        cell = self.context.cell
        start = {n: arm.state.q for n, arm in cell.arms.items()}
        over_clutter = cell.workspace.contains(float(pose[0, 3]), float(pose[1, 3]))
        try:
            line = Line({name: pose[None]}, 0.15, contact=over_clutter)
            plan = services(self.context).planner.plan([line], start, None, symmetric=False)
        except MotionError as error:
            raise SkillFailure("cannot_back_off", Phase.PLANNING, str(error)) from error
        for stage in plan.stages:
            yield from follow(self.context, stage)


def free_spots(observation: Observation, side: float, count: int = 6) -> list[Array]:
    """Places on the table [m], shape (2,) each, with nothing within FREE_RADIUS, on one side (-1 left, +1 right)."""
    grid = observation.grid
    size = 2 * int(np.ceil(FREE_RADIUS / grid.resolution)) + 1
    free = maximum_filter(observation.height, size=size) < 0.01
    xy = grid.to_world(*np.indices(free.shape))
    middle = np.array([grid.x_min + grid.size / 2, grid.y_min + grid.size / 2])
    offset = xy - middle
    wanted = free & (side * offset[..., 0] > 0.12) & (np.abs(offset).max(axis=-1) < 0.35)
    candidates = xy[wanted]
    if len(candidates) == 0:
        return []
    order = np.argsort(np.linalg.norm(candidates - (middle + np.array([side * 0.25, 0.0])), axis=1))
    return [candidates[i] for i in order[:: max(1, len(order) // count)][:count]]

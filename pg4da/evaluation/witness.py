"""An observer that keeps what the verdict needs: the motions as they went, the end as it is, a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.evaluation.judge import Motion
from pg4da.mission.events import Event, Listener


class Witness(Listener):
    """Watches one run in a simulated cell. A grasp counts as a success when the skill says so and the target is up.

    `retrieved`, `outside` (indices, in scene order), `target_lost`, `max_speed` and `max_launch_speed` [m/s] hold once
    the run has ended; `ended` stays False when the run dropped this observer because it raised.
    """

    def __init__(self) -> None:
        self.motions: list[Motion] = []
        self.ended = False
        self.retrieved = False
        self.outside: tuple[int, ...] = ()
        self.target_lost = False
        self.max_speed: float | None = None
        self.max_launch_speed: float | None = None
        self._truth: Any = None
        self._observation: Any = None
        self._decision: Any = None

    def on_start(self, cell: Any) -> None:
        self._truth = cell.truth

    def on_event(self, event: Event) -> None:
        if event.kind == "motion_finished":
            self.motions.append(self._motion(event))
        elif event.kind == "observation":
            self._observation, self._decision = event.data["observation"], None
        elif event.kind == "decision":
            self._decision = event.data["decision"]

    def on_end(self) -> None:
        truth = self._truth
        self.retrieved, self.outside = truth.retrieved, tuple(truth.outside)
        positions, target = truth.positions, truth.target_position
        self.target_lost = any(np.array_equal(positions[index], target) for index in self.outside)
        self.max_speed = float(truth.max_object_speed)
        self.max_launch_speed = float(truth.max_launch_speed)
        self.ended = True

    def _motion(self, event: Event) -> Motion:
        success = bool(event.data["success"])
        if event.data["kind"] == "grasp":
            success = success and bool(self._truth.retrieved)
        return Motion(event.data["kind"], success, int(event.data["arms"]))

    def picture(self) -> NDArray[np.uint8] | None:
        """What the camera saw last, with the decision taken on it, (H, W, 3); None when nothing was seen."""
        if self._observation is None:
            return None
        if self._decision is None:
            rgb: NDArray[np.uint8] = self._observation.view.rgb
            return rgb
        from pg4da.skills.perception.draw import decision_picture

        return decision_picture(self._observation, self._decision)

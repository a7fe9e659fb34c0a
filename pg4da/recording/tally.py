"""Counts the motions of a run from its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pg4da.mission.events import Event, Listener

if TYPE_CHECKING:
    from pg4da.mission.tree import MissionTree


class Tally(Listener):
    """A motion is one push or one grasp attempt; arm motions count each arm that took part."""

    def __init__(self) -> None:
        self._reset()

    def on_tree(self, tree: MissionTree) -> None:
        """Another mission begins."""
        self._reset()

    def _reset(self) -> None:
        self.pushes = 0
        self.grasp_attempts = 0
        self.grasp_successes = 0
        self.arm_motions = 0

    @property
    def motions(self) -> int:
        return self.pushes + self.grasp_attempts

    def on_event(self, event: Event) -> None:
        if event.kind != "motion_finished":
            return
        self.arm_motions += int(event.data.get("arms", 1))
        if event.data["kind"] == "push":
            self.pushes += 1
        else:
            self.grasp_attempts += 1
            self.grasp_successes += bool(event.data["success"])

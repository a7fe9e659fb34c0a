"""`pg4da calibrate camera` from beginning to end: collect views, solve, tell, save."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from pg4da.calibrating import store as stores
from pg4da.calibrating.collect import PATIENCE, Collector, Looked, MotionFailed, MotionRefused, guided, picture_size
from pg4da.calibrating.overlay import draw, jpeg
from pg4da.calibrating.page_server import PageServer, ViewLine
from pg4da.calibrating.report import Report, view_line
from pg4da.calibrating.saving import save
from pg4da.calibrating.store import Store
from pg4da.calibrating.subject import ROUGHLY, Chosen, Subject
from pg4da.errors import BadInput
from pg4da.hardware.calibration.board import IN_THE_GRIPPER, Board
from pg4da.hardware.calibration.calibrate import Result, calibrate
from pg4da.hardware.calibration.coverage import coverage
from pg4da.hardware.calibration.detection import find_board
from pg4da.hardware.calibration.guide import body_of, choose, in_order, views_wanted
from pg4da.hardware.calibration.hand_eye import FEWEST_VIEWS, CalibrationError
from pg4da.hardware.calibration.views import Setup, View
from pg4da.hardware.frames import Array, inverse
from pg4da.skills.motion.errors import MotionError

LIVE = 0.3  # s between two pictures of the page while arms move


class GivenUp(Exception):
    """No result; the message says why. What was collected is kept."""


@dataclass(frozen=True)
class Wishes:
    """views: how many. by_hand: a person moves the arm. fresh: leave unfinished views aside. root: where views go."""

    arm: str
    views: int
    board: Board
    by_hand: bool
    fresh: bool
    root: Path


@dataclass
class Calibration:
    """say: prints a line. ask: whether the person agrees. page: None shows nothing."""

    chosen: Chosen
    subject: Subject
    wishes: Wishes
    say: Callable[[str], None]
    ask: Callable[[str], bool]
    page: PageServer | None = None
    _views: list[View] = field(default_factory=list)
    _shown_at: float = -np.inf

    def run(self) -> tuple[Report, Store]:
        """Raises GivenUp, BadInput; KeyboardInterrupt with the arms at rest and the views kept."""
        cell, wishes = self.subject.cell, self.wishes
        self._setup = self._look_first()
        self._store = self._begin()
        self._collector = Collector(cell, cell.arms[wishes.arm], self._setup, watch=self._live)
        try:
            self._collect_by_hand() if wishes.by_hand else self._collect_guided()
        except (MotionFailed, TimeoutError) as error:
            raise GivenUp(f"{error}; {len(self._views)} views are kept in {self._store.folder}") from error
        report = self._solve()
        self._store.finish(report.as_json())
        return report, self._store

    def save(self, report: Report) -> Path:
        """Write the pose into the cell file; the copy of what it was. Raises BadInput."""
        assert self.chosen.saved is not None
        return save(self.chosen.saved, [(("camera", "pose"), report.pose)])

    def _look_first(self) -> Setup:
        try:
            frame = self.subject.cell.camera.capture(PATIENCE)
        except TimeoutError as error:
            raise GivenUp(str(error)) from error
        return Setup(self.wishes.board, frame.K, picture_size(frame.rgb))

    def _begin(self) -> Store:
        wishes, name = self.wishes, self.chosen.name
        before = None if wishes.fresh else stores.latest(wishes.root, wishes.arm)
        if before is not None:
            self._views = before.load(name, wishes.arm, self._setup)
            self.say(f"{len(self._views)} views of before are used ({before.folder}); --fresh begins anew")
            return before
        store = stores.fresh(wishes.root, wishes.arm)
        store.begin(name, wishes.arm, self._setup)
        return store

    @property
    def _camera(self) -> Array:
        """Where the camera roughly is."""
        return ROUGHLY if self.chosen.configured is None else self.chosen.configured

    def _collect_guided(self) -> None:
        collector, wanted = self._collector, self._poses()
        missing = self.wishes.views - len(self._views)
        if missing <= 0:
            return
        if len(wanted) < FEWEST_VIEWS:
            raise GivenUp(
                f"the {self.wishes.arm} arm reaches only {len(wanted)} places where the camera would see the board: is "
                "`pose` in the camera's section roughly right? --by-hand moves the arm yourself"
            )
        if not self.ask(f"The {self.wishes.arm} arm moves to {missing} places above the table. Is its way free?"):
            raise GivenUp("nothing has moved")
        for looked in self._guided(wanted):
            self._take(looked)
            if len(self._views) >= self.wishes.views:
                break
        self.say("the arm goes home")
        try:
            collector.home()
        except (MotionError, MotionRefused) as error:
            self.say(f"it stays where it is: {error}")

    def _poses(self) -> list[Array]:
        arm = self._collector.arm
        if arm.base is None:
            raise BadInput(f"the {self.wishes.arm} arm has no base: there is nothing to measure the camera against")
        cell = self.subject.cell
        others = [point for other in cell.arms.values() if other is not arm for point in body_of(other)]
        stand, camera = arm.base[:2, 3], self._camera
        return views_wanted(arm.kinematics, stand, self._setup, camera, IN_THE_GRIPPER, cell.workspace, others)

    def _guided(self, wanted: Sequence[Array]) -> Iterator[Looked]:
        """Round after round of places unlike those before, until there are enough views or no new place helps."""
        tried = [view.T_world_tool for view in self._views]
        while (missing := self.wishes.views - len(self._views)) > 0:
            now = self._collector.arm.kinematics.forward(self._collector.arm.state.q)
            poses = in_order(choose(wanted, missing, tried), now)
            before = len(self._views)
            self._next: Array | None = poses[0]
            for index, looked, why in guided(self._collector, poses, stores.next_number(self._views)):
                if why:
                    self.say(f"not taken: {why}")
                self._next = poses[index + 1] if index + 1 < len(poses) else None
                if looked is not None:
                    yield looked
            tried += poses
            if len(self._views) == before:
                raise GivenUp(
                    f"no further view succeeds; {len(self._views)} are kept. Is the board in the {self.wishes.arm} "
                    "gripper, held by its lower edge, its front towards the camera?"
                )

    def _collect_by_hand(self) -> None:
        while len(self._views) < self.wishes.views:
            wished = coverage(self._views, self._setup).wishes()
            if not self.ask(f"Bring the board to another place ({wished[0] if wished else 'anywhere'}). Take a view?"):
                return
            looked = self._collector.look(stores.next_number(self._views))
            if looked.view is None:
                self.say(f"not taken: {looked.why}")
            self._take(looked)

    def _take(self, looked: Looked) -> None:
        if looked.view is not None:
            self._store.add(looked.view, looked.frame.rgb)
            self._views.append(looked.view)
            self.say(view_line(len(self._views), len(looked.view.seen.ids), looked.view.placed.error))
        self._show(looked)

    def _solve(self) -> Report:
        covered = coverage(self._views, self._setup)
        try:
            result = calibrate(self._views, self._setup)
        except CalibrationError as error:
            raise GivenUp(f"{error} ({len(self._views)} views are kept in {self._store.folder})") from error
        report = Report(result, covered, self.chosen.configured, self.subject.truth)
        if self.page is not None:
            self._tell_page(result)
            self.page.state.doing = "done"
            self.page.state.outcome = "\n".join(report.lines())
        return report

    def _live(self) -> None:
        """A picture for the page now and then, while arms move."""
        now = self.subject.cell.clock.now()
        if self.page is None or not self.page.watched or now < self._shown_at + LIVE:
            return
        self._shown_at = now
        try:
            frame = self.subject.cell.camera.capture(PATIENCE)
        except TimeoutError as error:
            self.page.state.doing = str(error)
            return
        self._show(Looked(frame, find_board(frame.rgb, self._setup.board), None))

    def _show(self, looked: Looked) -> None:
        if self.page is None:
            return
        pose = getattr(self, "_next", None)
        wanted = None if pose is None else inverse(self._camera) @ pose @ IN_THE_GRIPPER
        self.page.show(jpeg(draw(looked.frame.rgb, self._setup, looked.seen, self._views, wanted)))
        self._tell_page(None)

    def _tell_page(self, result: Result | None) -> None:
        assert self.page is not None
        lines = [ViewLine(v.number, len(v.seen.ids), v.placed.error) for v in self._views]
        if result is not None:
            lines = [
                replace(line, error=result.view_errors[line.number], outlier=line.number in result.outliers)
                for line in lines
            ]
        self.page.state.views, self.page.state.wanted = lines, self.wishes.views
        self.page.state.wishes = coverage(self._views, self._setup).wishes()
        self.page.state.doing = f"the {self.wishes.arm} arm shows the board"


def writable(path: Path) -> bool:
    """Whether a cell file can be replaced; to be known before anything moves."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def printed(report: Report, saved: Any) -> dict[str, Any]:
    """For `--json`."""
    return report.as_json() | {"saved": None if saved is None else str(saved)}

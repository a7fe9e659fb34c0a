"""Who holds which arm or camera of a cell, and what was told to stop and has not yet: one ledger for each cell.

Missions that share a cell share its ledger, so that none starts a skill while another's is still being stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import numpy as np

from pg4da.hardware.cell import Cell
from pg4da.skills.skill import Skill

if TYPE_CHECKING:
    from pg4da.mission.node import Node

STOP_BOUND = 0.5  # s on the cell's clock for a skill and its arms to stop before the whole cell is stopped
OVERDUE = 4 * STOP_BOUND  # s after which nobody waits any longer: something is broken
AT_REST = 0.02  # rad/s (m/s for an arm without joints)


@dataclass(frozen=True)
class Lingering:
    """A skill that was told to stop and goes on, since `since` [s] on the cell's clock."""

    skill: Skill
    path: str
    since: float


class Resources:
    """Resources are an arm's name or any other word that a skill lists in `needs`."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self._holders: WeakValueDictionary[str, Node] = WeakValueDictionary()
        self._arms: dict[str, float] = {}
        self._lingering: list[Lingering] = []
        self._cell_stopped = False
        self.driver = threading.Lock()  # of the one executive that lets time pass in this cell

    def hold(self, node: Node, needs: Collection[str]) -> bool:
        """Take all of them, or none when another node holds one."""
        if self.holder(node, needs) is not None:
            return False
        for name in needs:
            self._holders[name] = node
        return True

    def holder(self, node: Node, needs: Collection[str]) -> tuple[str, Node] | None:
        """The first of `needs` that another node holds, with that node."""
        for name in sorted(needs):
            other = self._holders.get(name)
            if other is not None and other is not node:
                return name, other
        return None

    def release(self, node: Node, needs: Collection[str]) -> None:
        """Give back what `node` holds."""
        for name in needs:
            if self._holders.get(name) is node:
                del self._holders[name]

    def stop_arms(self, names: Collection[str]) -> None:
        """Ask the arms among `names` to stop, all of them although one breaks; `settled` tells when they have."""
        with ExitStack() as each:
            for name in names:
                if name in self.cell.arms:
                    each.callback(self._stop_arm, name)

    def watch(self, skill: Skill, path: str) -> None:
        """Wait for a skill that was told to stop."""
        if not has_stopped(skill):
            self._lingering.append(Lingering(skill, path, self.cell.clock.now()))

    def settled(self) -> bool:
        """Whether everything that was told to stop has; past the bound the cell is stopped and skills are given up."""
        if self._arms:
            self._look_at_arms()
        if self._lingering:
            self._lingering = [one for one in self._lingering if not self._ended(one)]
        return not self._arms and not self._lingering

    def overdue(self) -> tuple[str, ...]:
        """Arms that still move long after even the cell was told to stop."""
        now = self.cell.clock.now()
        return tuple(sorted(name for name, since in self._arms.items() if now - since > OVERDUE))

    def _stop_arm(self, name: str) -> None:
        self.cell.arms[name].stop()
        self._arms.setdefault(name, self.cell.clock.now())

    def _look_at_arms(self) -> None:
        now = self.cell.clock.now()
        for name in list(self._arms):
            if arm_at_rest(self.cell, name):
                del self._arms[name]
            elif now - self._arms[name] > STOP_BOUND and not self._cell_stopped:
                self._cell_stopped = True
                self.cell.stop()
        if not self._arms:
            self._cell_stopped = False

    def _ended(self, one: Lingering) -> bool:
        if has_stopped(one.skill):
            return True
        if self.cell.clock.now() - one.since <= STOP_BOUND:
            return False
        message = f"has not stopped within {STOP_BOUND:g} s; it is left behind and can move nothing any more"
        try:
            one.skill.abandon()
        except Exception as error:
            message = f"has not stopped within {STOP_BOUND:g} s, nor can it be left behind: {error!r}"
        one.skill.context.emit("abandoned", {"path": one.path, "skill": one.skill.name, "message": message})
        return True


_LEDGERS: WeakValueDictionary[int, Resources] = WeakValueDictionary()


def resources_of(cell: Cell) -> Resources:
    """The ledger of a cell, made when first asked for; it lives as long as a mission that uses it."""
    found = _LEDGERS.get(id(cell))
    if found is None or found.cell is not cell:
        found = _LEDGERS[id(cell)] = Resources(cell)
    return found


def has_stopped(skill: Skill) -> bool:
    """What the skill says; one that can't even say so is waited for as long as one that goes on."""
    try:
        return skill.stopped()
    except Exception:
        return False


def stop_everything(cell: Cell) -> None:
    """The cell's own stop; where that breaks each arm is still told, and what broke is raised."""
    try:
        cell.stop()
    except BaseException:
        with ExitStack() as each:
            for arm in cell.arms.values():
                each.callback(arm.stop)
        raise


def arm_at_rest(cell: Cell, name: str) -> bool:
    """By the arm's own measurement."""
    return bool(np.max(np.abs(cell.arms[name].state.dq)) < AT_REST)


def all_at_rest(cell: Cell) -> bool:
    """Every arm of the cell."""
    return all(arm_at_rest(cell, name) for name in cell.arms)

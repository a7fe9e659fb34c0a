"""Troubles of a real cell, as a mission's safety stop."""

from __future__ import annotations

from pg4da.hardware.cell import Cell
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.supervision import Safe
from pg4da.mission.failure import Failure
from pg4da.mission.node import RUNNING
from pg4da.mission.tree import MissionTree


def trouble_of(cell: Cell, tree: MissionTree) -> Failure | None:
    """What stopped the cell, at the node that was at work; None while all is well."""
    trouble = cell.trouble if isinstance(cell, Safe) else None
    if trouble is None:
        return None
    at_work = [node.path for node in tree.nodes if node.status is RUNNING]
    failed = tree.root.failure
    path = at_work[-1] if at_work else failed.path if failed else tree.name
    return Failure(trouble.code, "execution", path, str(trouble), recoverable=False).after([failed])


def not_ready(cell: Cell, tree: MissionTree) -> Failure | None:
    """Before a mission: what was lost is connected again; why that can't be, if it can't."""
    if not isinstance(cell, Safe):
        return None
    try:
        cell.prepare()
    except DeviceError as error:
        return Failure("safety_stop", "precondition", tree.name, str(error), recoverable=False)
    return None

"""A test kit for missions: a cell in memory with a virtual clock, nodes replaced by scripts, branch coverage.

>>> run = mission_under_test("retrieve", replace={"Look": [fail("bad_frame"), succeed()], ...}).run(within=300)
>>> assert run.outcome == "success" and run.visits("Look")[0].status == "failure"

Under pytest the fixtures `mission` and `virtual_cell` are there, files `*.mission-test.yaml` are collected, and
`--mission-coverage` reports which outcomes of which nodes were never seen. Without: `python -m pg4da.testing FILE…`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pg4da.testing.absent import RealCellNeeded
    from pg4da.testing.cell import VirtualCell
    from pg4da.testing.coverage import Coverage
    from pg4da.testing.mission import MissionTest, mission_under_test
    from pg4da.testing.outcome import MissionRun, StillRunning
    from pg4da.testing.script import crash, fail, hang, real, succeed

_HOMES = {
    "Coverage": "coverage",
    "MissionRun": "outcome",
    "MissionTest": "mission",
    "RealCellNeeded": "absent",
    "StillRunning": "outcome",
    "VirtualCell": "cell",
    "crash": "script",
    "fail": "script",
    "hang": "script",
    "mission_under_test": "mission",
    "real": "script",
    "succeed": "script",
}
__all__ = [
    "Coverage",
    "MissionRun",
    "MissionTest",
    "RealCellNeeded",
    "StillRunning",
    "VirtualCell",
    "crash",
    "fail",
    "hang",
    "mission_under_test",
    "real",
    "succeed",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pg4da.testing' has no attribute '{name}'")
    return getattr(import_module(f"pg4da.testing.{_HOMES[name]}"), name)

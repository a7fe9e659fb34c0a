"""The same in Python, for what a file can't say. The fixture `mission` comes with pg4da.

pytest examples/09_testing --mission-coverage
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pg4da.testing import MissionTest, crash, fail, hang, succeed

RECOVERY = Path(__file__).parents[1] / "03_recovery.yaml"


@pytest.mark.parametrize("code", ["target_out_of_workspace", "target_not_found"])
def test_either_code_leads_to_another_target(mission: Callable[..., MissionTest], code: str) -> None:
    replace = {
        "Look": succeed(),
        "Within reach": fail(code, recoverable=False),
        "Look again": succeed(target_seen=True),
    }
    run = mission(RECOVERY, {"wanted": "blue", "instead": "yellow"}, replace).run()
    assert run.outputs == {"found": "yellow", "why": code}
    assert run.calls("Look again")[0].inputs == {"target": "yellow"}


def test_a_bug_is_not_recovered_from(mission: Callable[..., MissionTest]) -> None:
    run = mission(RECOVERY, replace={"Look": crash(ZeroDivisionError("a bug"))}).run()
    assert run.failure is not None
    assert run.failure.code == "internal_error"
    assert not run.visited("Another")


def test_a_camera_that_hangs_is_stopped_with_the_mission(mission: Callable[..., MissionTest]) -> None:
    run = mission(RECOVERY, replace={"Look": hang()}).run(cancel_at=3.0)
    assert run.outcome == "interrupted"
    assert run.visits("Look")[0].seconds == pytest.approx(3.0, abs=0.1)

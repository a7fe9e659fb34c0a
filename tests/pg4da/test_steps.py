"""What is printed while a mission runs."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from pg4da.commands.steps import StepPrinter
from pg4da.hardware.frames import looking_down
from pg4da.mission.events import Event
from pg4da.mission.failure import Failure
from pg4da.policies.types import Decision, Grasp, Push, PushPath

PATH = PushPath(np.zeros((2, 3)), 0.0, "left")
PUSH = Push((PATH, PATH), 0.04, 0.9, "isolate", "makes room on both sides")
SWEEP = Push((PATH,), 0.0, 0.9, "uncover")
GRASP = Grasp(looking_down((0.1, 0.5, 0.012)), 0.045, 0.06, 0.8)


def decision(action: Push | Grasp) -> Decision:
    return Decision((action, GRASP), np.zeros((4, 4), np.float32), 0.25)


@pytest.mark.parametrize(
    ("kind", "data", "line"),
    [
        (
            "observation",
            {"observation": SimpleNamespace(target_seen=True, visible_share=0.62)},
            "look about 62 % of the target is in sight",
        ),
        (
            "observation",
            {"observation": SimpleNamespace(target_seen=True, visible_share=1.0)},
            "look the target is in sight",
        ),
        (
            "decision",
            {"decision": decision(SWEEP), "observation": SimpleNamespace(target_seen=False)},
            "decide push to find the target (best of 2 choices)",
        ),
        (
            "decision",
            {"decision": decision(SWEEP), "observation": SimpleNamespace(target_seen=True)},
            "decide push to uncover the target (best of 2 choices)",
        ),
        (
            "decision",
            {"decision": decision(PUSH)},
            "decide push to make room round the target, of whose surroundings 25 % are free: makes room on both sides"
            " (best of 2 choices)",
        ),
        (
            "motion_started",
            {"index": 3, "action": GRASP, "arms": ("left",)},
            "grasp motion 3, left arm",
        ),
        ("motion_finished", {"kind": "push", "success": True, "arms": 2, "code": ""}, "push made"),
        ("motion_finished", {"kind": "grasp", "success": False, "arms": 1, "code": "empty"}, ""),
        ("skill_started", {"skill": "recover"}, "recover lets go, backs off, goes home, then looks again"),
        ("skill_started", {"skill": "check_cell"}, ""),
        (
            "skill_finished",
            {"skill": "grasp", "state": "failure", "failure": Failure("empty", "execution", "a/b", "[nothing] held")},
            "failed grasp: [nothing] held (empty)",
        ),
        ("note", {"text": "placed"}, "note placed"),
        ("skill_finished", {"skill": "grasp", "state": "success", "failure": None}, ""),
        ("something_new", {"x": 1}, ""),
    ],
)
def test_lines(kind: str, data: dict[str, Any], line: str) -> None:
    text = io.StringIO()
    StepPrinter(Console(file=text, width=200)).on_event(Event(12.5, kind, data))
    words = text.getvalue().split()
    assert words[:2] == (["12.50", "s"] if line else [])
    assert " ".join(words[2:]) == line


def test_another_motion_than_the_decided_one_says_so() -> None:
    text = io.StringIO()
    printer = StepPrinter(Console(file=text, width=200))
    printer.on_event(Event(1.0, "decision", {"decision": decision(PUSH)}))
    printer.on_event(Event(1.1, "motion_started", {"index": 1, "action": PUSH, "arms": ("left", "right")}))
    printer.on_event(Event(1.2, "motion_started", {"index": 2, "action": GRASP, "arms": ("right",)}))
    _, same, other = text.getvalue().splitlines()
    assert same.endswith("motion 1, left and right arm at once")
    assert "motion 2, right arm: grasp the target; 45 mm wide, at x 100, y 500, z 12 mm" in other

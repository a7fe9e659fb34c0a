"""Each fault that the emulator can make, at each skill of `trees/retrieve.yaml`: the table is complete.

Run whole it takes three quarters of an hour: PG4DA_FAULT_TABLE=table.jsonl pytest tests/pg4da/emulated/test_faults.py.
Otherwise one skill a fault is tried, and one fault a skill that moves.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SKILLS = (
    "check_cell",
    "check_bin",
    "observe",
    "check_target",
    "check_tally",
    "decide",
    "plan_motion",
    "push",
    "grasp",
    "verify",
    "place_in_bin",
    "go_home",
    "recover",
)
STILL = 0.03  # rad/s
STOPS = {"protective_stop", "emergency_stop", "safety_stop"}
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("emulated")]


@dataclass(frozen=True)
class Row:
    """stops: whether it must end the mission; named: words of the reason. A camera that is not needed any more stops
    nothing."""

    device: str
    fault: str
    stops: bool
    named: str = ""
    value: str | None = None
    needed_until: str = "go_home"


ROWS = (
    Row("left", "protective_stop", True, "left arm: protective stop"),
    Row("right", "protective_stop", True, "right arm: protective stop"),
    Row("left", "emergency_stop", True, "left arm: emergency stop"),
    Row("left", "drop", True, "left arm: "),
    Row("right", "stall", True, "right arm: ", "3"),
    Row("left", "lag", False, value="0.02"),
    Row("right", "noise", False),
    Row("left", "local_mode", False),
    Row("left_gripper", "overcurrent", True, "left gripper: gripper fault 0xE"),
    Row("right_gripper", "inactive", True, "right gripper: "),
    Row("left_gripper", "drop", True, "left gripper: no state"),
    Row("right_gripper", "stall", True, "right gripper: no state"),
    Row("left_gripper", "lag", False, value="0.01"),
    Row("left_gripper", "object-lost", False),
    Row("camera", "drop", True, "camera: ", needed_until="place_in_bin"),
    Row("camera", "stall", True, "camera: ", needed_until="place_in_bin"),
    Row("camera", "stale", True, "camera: ", needed_until="place_in_bin"),
    Row("camera", "noise", False),
)
SAMPLE = (
    ("left", "protective_stop", "grasp"),
    ("left", "emergency_stop", "observe"),
    ("left", "drop", "push"),
    ("right", "stall", "plan_motion"),
    ("left_gripper", "overcurrent", "grasp"),
    ("right_gripper", "stall", "check_cell"),
    ("camera", "drop", "check_bin"),
)
TABLE = os.environ.get("PG4DA_FAULT_TABLE")
CASES = [
    pytest.param(row, skill, id=f"{row.fault}@{row.device}-{skill}")
    for row in ROWS
    for skill in SKILLS
    if TABLE or (row.device, row.fault, skill) in SAMPLE
]


def test_the_sample_is_part_of_the_table() -> None:
    table = {(row.device, row.fault, skill) for row in ROWS for skill in SKILLS}
    assert set(SAMPLE) <= table


def test_the_table_has_every_skill_of_the_mission() -> None:
    from pg4da.mission.loader import load_spec
    from pg4da.plugins import skills

    known = skills()
    spec = load_spec("retrieve", known)
    assert {word for word in words(spec) if word in known} == set(SKILLS)


def words(spec: Any) -> set[str]:
    """Of all nodes, subtrees included."""
    found = set()
    for node in spec.root.walk():
        found.add(node.word)
        if node.subtree is not None:
            found |= words(node.subtree)
    return found


@pytest.mark.parametrize(("row", "skill"), CASES)
def test_a_fault_while_a_skill_is_at_work(rig: Any, row: Row, skill: str) -> None:
    rig.lay_out("packed" if skill == "push" else "cube")
    seen = rig.run_with(row.device, row.fault, row.value, skill)
    after = None
    try:
        rig.mend()
        after = rig.run("home")
    finally:
        note(row, skill, seen, after)
    assert seen.injected, f"the mission never came to {skill}: {seen.result}"
    late = SKILLS.index(skill) >= SKILLS.index(row.needed_until) and row.device == "camera"
    if row.stops and not (late and seen.result.outcome != "safety_stop"):
        assert seen.result.outcome == "safety_stop", seen.message
        assert seen.code in STOPS
        assert row.named in seen.message
        assert seen.moved < STILL
    else:  # before go_home the test itself breaks off what went well
        wanted = ("failure", "broken_off") if skill == "go_home" else ("success", "")
        assert (seen.result.outcome, seen.code) == wanted, seen.message
    assert after.outcome == "success", after.failure


def note(row: Row, skill: str, seen: Any, after: Any) -> None:
    """A line of the whole table."""
    if TABLE:
        line = {
            "device": row.device,
            "fault": row.fault,
            "skill": skill,
            "outcome": seen.result.outcome,
            "code": seen.code,
            "moved": round(seen.moved, 4),
            "reason": seen.message.rpartition("/")[2][:200],
            "after": after.outcome if after is not None else "",
            "why_after": str(after.failure)[:200] if after is not None and after.failure else "",
        }
        with Path(TABLE).open("a") as file:
            file.write(json.dumps(line) + "\n")

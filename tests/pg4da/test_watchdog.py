"""What hangs is noticed on the wall clock, the arms are stopped, and the mission ends; whatever thread it runs in."""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive
from pg4da.mission.tree import load_mission
from pg4da.skills.skill import Context, Ports, Skill

BOUND = 0.2


class Hangs(Skill):
    """how: sleep (blocks), spin (busy), swallow (catches every Exception and goes on), once (the first time only)."""

    name = "hangs"
    needs = frozenset({"left"})

    class Inputs(Ports):
        how: str = "sleep"

    def run(self, inputs: Any) -> Any:
        self.context.cell.arms["left"].move()  # type: ignore[attr-defined]
        yield
        getattr(self, inputs.how)()
        return self.Outputs()

    def sleep(self) -> None:
        time.sleep(60)

    def spin(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            sum(range(1000))

    def swallow(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                self.spin()
            except Exception as error:
                print(error)

    def deaf(self) -> None:
        """No exception reaches a thread that sleeps in C."""
        ctypes.CDLL(None).usleep(3_000_000)


class Once(Skill):
    """Takes a little longer than the bound, without saying so."""

    name = "once"

    def run(self, inputs: Any) -> Any:
        yield
        time.sleep(2.5 * BOUND)
        return self.Outputs()


class Slow(Skill):
    """Takes its time, as it says."""

    name = "slow"
    step_bound = 30.0

    def run(self, inputs: Any) -> Any:
        yield
        time.sleep(2.5 * BOUND)
        return self.Outputs()


def executive(write: Any, cell: Any, toys: Any, text: str, **options: Any) -> Executive:
    context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
    skills = {**toys, "hangs": Hangs, "slow": Slow, "once": Once}
    tree = load_mission(str(write(text)), context, {}, skills)
    return Executive(tree, **{"hang_bound": BOUND, **options})


def at_rest(cell: Any) -> bool:
    return all(arm.state.dq[0] == 0 for arm in cell.arms.values())


@pytest.mark.parametrize(
    ("how", "threaded"), [("sleep", False), ("spin", False), ("spin", True), ("swallow", False), ("swallow", True)]
)
def test_a_hanging_skill_ends_the_mission(write: Any, cell: Any, toys: Any, how: str, threaded: bool) -> None:
    """A blocking call can be broken off on the main thread only."""
    text = f"root: {{parallel: {{children: [look: {{seconds: 99}}, fallback: [hangs: {{how: {how}}}, say: {{}}]]}}}}"
    ex = executive(write, cell, toys, text)
    result = ex.start().result(30) if threaded else ex.run()
    assert result.outcome == "failure"
    assert (result.failure.code, result.failure.recoverable) == ("hung", False)
    assert result.failure.path.endswith("hangs")
    assert f"no answer for {BOUND:g} s" in result.failure.message
    assert "test_watchdog.py" in result.failure.message
    assert at_rest(cell)


def test_finally_runs_after_something_hung(write: Any, cell: Any, toys: Any) -> None:
    text = "root: {finally: {child: {hangs: {}}, always: {move: {seconds: 0.1, text: home}}}}"
    ex = executive(write, cell, toys, text)
    notes: list[str] = []
    publish = ex.hub.publish

    def emit(kind: str, data: Any) -> None:
        publish(kind, data)
        if kind == "note":
            notes.append(data["text"])

    ex.runtime.context.emit = emit
    assert ex.run().failure.code == "hung"
    assert notes == ["home starts at rest", "home done"]


def test_a_skill_may_say_that_it_takes_long(write: Any, cell: Any, toys: Any) -> None:
    assert executive(write, cell, toys, "root: {slow: {}}").run().outcome == "success"


def test_what_can_not_be_broken_off_is_reported_with_the_arms_stopped(write: Any, cell: Any, toys: Any) -> None:
    """The thread is lost for a while, but whoever waits for the result gets it."""
    stuck: list[Any] = []
    ex = executive(write, cell, toys, "root: {hangs: {how: deaf}}", on_stuck=stuck.append)
    result = ex.start().result(30)
    assert result.failure.code == "hung"
    assert stuck == [result.failure]
    assert cell.arms["left"].stops >= 1


def test_a_healthy_mission_is_left_alone(write: Any, cell: Any, toys: Any) -> None:
    before = threading.active_count()
    ex = executive(write, cell, toys, "root: {look: {seconds: 30}}")
    assert ex.run().outcome == "success"
    assert cell.stops == 2  # at the end: before and after the skills are stopped
    assert threading.active_count() <= before


def test_signals_are_put_back(write: Any, cell: Any, toys: Any) -> None:
    before = signal.getsignal(signal.SIGURG)
    executive(write, cell, toys, "root: {say: {}}").run()
    assert signal.getsignal(signal.SIGURG) is before


def test_no_watchdog_when_it_is_not_wanted(write: Any, cell: Any, toys: Any) -> None:
    ex = executive(write, cell, toys, "root: {once: {}}", hang_bound=None)
    assert ex.run().outcome == "success"


def test_a_cell_that_hangs_is_noticed_as_well(write: Any, cell: Any, toys: Any) -> None:
    cell.at(0.3, lambda: time.sleep(60))
    result = executive(write, cell, toys, "root: {move: {seconds: 9}}").run()
    assert result.failure.code == "hung"
    assert at_rest(cell)


def test_a_viewer_that_hangs_is_noticed_as_well(write: Any, cell: Any, toys: Any) -> None:
    class Sleeps(Listener):
        def on_event(self, event: Any) -> None:
            if event.kind == "skill_started":
                time.sleep(60)

    result = executive(write, cell, toys, "root: {say: {}}", observers=(Sleeps(),)).run()
    assert result.failure.code == "hung"


STUCK = """
import ctypes, importlib.util, sys
from pathlib import Path
import pg4da.run, pg4da.skills.registry
from pg4da.session import leave, run_missions
from pg4da.skills.skill import Skill

spec = importlib.util.spec_from_file_location("toys", sys.argv[1])
toys = importlib.util.module_from_spec(spec)
sys.modules["toys"] = toys
spec.loader.exec_module(toys)

class Deadlock(Skill):
    name = "deadlock"
    needs = frozenset({"left"})

    def run(self, inputs):
        self.context.cell.arms["left"].move()
        yield
        mutex = ctypes.create_string_buffer(64)
        while True:
            ctypes.CDLL(None).pthread_mutex_lock(mutex)  # no signal gets it out of here

class Cell(toys.FakeCell):
    def stop(self):
        print("stopped", flush=True)

pg4da.run.make_cell = lambda request, scene: Cell()
pg4da.run.find_policy = lambda name: None
pg4da.run.find_scene = lambda request: None
pg4da.skills.registry.SKILLS = {"deadlock": Deadlock}
run_missions([pg4da.run.RunRequest(mission=sys.argv[2], record=Path(sys.argv[3]), hang_bound=0.2)], on_stuck=leave)
"""


def test_the_last_resort_ends_the_record_and_the_process(write: Any, tmp_path: Path) -> None:
    mission, record = write("root: {deadlock: {}}"), tmp_path / "record.jsonl"
    toys = str(Path(__file__).parent / "conftest.py")
    ran = subprocess.run(
        [sys.executable, "-c", STUCK, toys, str(mission), str(record)], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 3
    assert "deadlock: no answer for 0.2 s" in ran.stderr
    assert "stopped" in ran.stdout
    told = [json.loads(line) for line in record.read_text().splitlines()]
    assert [message["event"] for message in told if message["k"] == "event"][-2:] == ["hung", "mission_finished"]
    assert told[-1]["k"] == "end"
    assert told[-1]["failure"]["code"] == "hung"

"""kill -9 in the middle of a run: the record has every tick that had passed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pg4da.commands.main import main
from pg4da.stream.log import Log

CHILD = """
import sys
from pathlib import Path
import numpy as np
from pg4da.bench.recording import MovingCell, TICK
from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive
from pg4da.mission.tree import load_mission
from pg4da.recording.record import Record
from pg4da.skills.skill import Context, Skill
from pg4da.stream.narrator import Narrator

class Still(MovingCell):
    def __init__(self):
        super().__init__()
        self.arms = {}
    def advance(self, dt):
        self.time += dt
    def stop(self):
        pass

class Breathe(Skill):
    name = "breathe"
    def run(self, inputs):
        yield
        return self.Outputs()

class Tell(Listener):
    '''Comes after the narrator: what it prints has been told before.'''
    def on_changes(self, time, changes):
        print(narrator.state.tick, flush=True)

folder = Path(sys.argv[1])
(folder / "long.yaml").write_text(
    "mission: long\\nroot: {repeat: {times: 1000000, child: {sequence: [breathe: {}, set: {a: 1}]}}}"
)
context = Context(Still(), None, np.random.default_rng(0))
tree = load_mission(str(folder / "long.yaml"), context, {}, {"breathe": Breathe})
narrator = Narrator(Record(folder / "record.jsonl"), about={"mission": "long"})
Executive(tree, observers=(narrator, Tell())).run()
"""


@pytest.mark.slow
def test_a_killed_run_can_be_replayed_to_its_last_tick(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    told = [int(child.stdout.readline()) for _ in range(400)]
    os.kill(child.pid, signal.SIGKILL)
    told += [int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    assert child.wait() == -signal.SIGKILL
    log = Log.open(tmp_path / "record.jsonl")
    assert log.last.tick >= told[-1] >= 400 // 2
    assert not log.finished
    states = log.state_at(log.end)
    assert states.tick == log.last.tick
    assert states.path
    assert main(["replay", str(log.path), "--no-page"]) == 0
    assert "the run was killed, or still goes on" in capsys.readouterr().out
    assert main(["replay", str(log.path), "--why"]) == 0
    assert "without an end, running" in capsys.readouterr().out

"""What viewers cost a tick: 200 nodes at 100 Hz, without and with five viewers, taking turns in one process."""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import numpy as np

from pg4da.bench.recording import MovingCell
from pg4da.bench.rows import Row, row
from pg4da.mission.loader import load_spec
from pg4da.mission.tree import MissionTree
from pg4da.skills.skill import Context
from pg4da.stream.narrator import Narrator
from pg4da.viewing.access import Access
from pg4da.viewing.client import Client, parse_address
from pg4da.viewing.live import LiveView

NODES, RATE, VIEWERS = 200, 100.0, 5
TURN = 1.0  # s
SETTLE = 0.3  # s after viewers have come or gone
MICRO = 1e6
CALM = """mission: calm
inputs: {n: {type: int, default: 0}}
root:
  repeat:
    until: false
    child:
      fallback:
        children:
          - sequence: {children: [{set: {n: $n + 1}}, {wait: {seconds: 0.008}}]}
          - sequence: {name: Never, children: [%s]}
"""
BUSY = """mission: busy
root:
  repeat:
    until: false
    child: {sequence: {children: [{wait: {seconds: 0.008}}, %s]}}
"""


def rows(quick: bool) -> list[Row]:
    """Microseconds a tick without viewers, and the ratio with them."""
    found = []
    for words, mission in (("four", CALM % filling(194)), ("all", BUSY % filling(197))):
        alone, ratios = compare(mission, 4 if quick else 10)
        found.append(row(f"tick of {NODES} nodes at {RATE:g} Hz, {words} change each tick, nobody looks", "µs", alone))
        found.append(row(f"the same with {VIEWERS} viewers, over it with none", "x", ratios, 1.05))
    return found


def filling(count: int) -> str:
    """So many leaves."""
    return ", ".join(["{set: {a: 1}}"] * count)


def compare(mission: str, turns: int) -> tuple[list[float], list[float]]:
    """Each turn's tick without viewers [µs], and each pair's ratio; a turn's figure is its median tick."""
    view = LiveView(Access(port=0))
    view.start()
    try:
        with tempfile.TemporaryDirectory() as folder, audience(view.server.address) as seats:
            loop = Loop(Path(folder), mission, view)
            loop.turn(TURN)
            alone, ratios = [], []
            for _ in range(turns):
                alone.append(loop.turn(TURN))
                seats.send(True)
                seats.recv()
                ratios.append(loop.turn(TURN) / alone[-1])
                seats.send(False)
                seats.recv()
            return [MICRO * each for each in alone], ratios
    finally:
        view.leave()


class Loop:
    """What the executive does at each tick, at a steady rate on the wall."""

    def __init__(self, folder: Path, mission: str, view: LiveView) -> None:
        self.cell = MovingCell()
        path = folder / "mission.yaml"
        path.write_text(mission)
        context = Context(self.cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
        self.tree = MissionTree(load_spec(str(path), {}), {}, context, {"n": 0})
        assert len(self.tree.nodes) == NODES
        self.narrator = Narrator(view, pictures=False)
        self.narrator.on_start(self.cell)  # type: ignore[arg-type]
        self.tree.runtime.changes.on = True
        self.narrator.on_tree(self.tree)

    def turn(self, seconds: float) -> float:
        """The median tick [s]."""
        time.sleep(SETTLE)
        spent, due = [], time.perf_counter()
        for _ in range(round(seconds * RATE)):
            started = time.perf_counter()
            self._tick()
            spent.append(time.perf_counter() - started)
            due += 1 / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
        return median(spent)

    def _tick(self) -> None:
        self.tree.tick_once()
        drained = self.tree.runtime.changes.drain()
        if drained is not None:
            self.narrator.on_changes(self.cell.time, drained)
        self.cell.time += 1 / RATE
        self.narrator.on_tick(self.cell.time)


@contextmanager
def audience(address: str) -> Iterator[Connection]:
    """A process with viewers: True lets them come, False go; it answers when they have."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=watch, args=(address, theirs), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


def watch(address: str, orders: Connection) -> None:
    """In the other process."""
    while True:
        if not orders.recv():
            orders.send(False)
            continue
        leave = threading.Event()
        threads = [threading.Thread(target=look, args=(address, leave), daemon=True) for _ in range(VIEWERS)]
        for thread in threads:
            thread.start()
        orders.send(True)
        orders.recv()
        leave.set()
        for thread in threads:
            thread.join()
        orders.send(False)


def look(address: str, leave: threading.Event) -> None:
    client = Client(parse_address(address))
    while not leave.is_set():
        client.get(0.1)
    client.close()

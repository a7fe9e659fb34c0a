"""A mission beside other work: in a thread, and under asyncio. Cancelled in mid-motion, every arm comes to rest.

python examples/06_threads_and_asyncio.py
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import numpy as np

from pg4da import Context, Executive, Listener, load_mission
from pg4da.hardware.cell import Cell
from pg4da.mission.events import Event
from pg4da.run import RunRequest, find_policy, find_scene, make_cell

SCENE = Path(__file__).with_name("few_blocks.txt")


class Started(Listener):
    """Tells other threads when an arm starts."""

    def __init__(self) -> None:
        self.moving = threading.Event()

    def on_event(self, event: Event) -> None:
        if event.kind == "motion_started":
            self.moving.set()


def executive(cell: Cell, started: Started) -> Executive:
    """The mission that brings the arms home whatever happens."""
    context = Context(cell, find_policy("geometric"), np.random.default_rng(0))
    return Executive(load_mission("retrieve", context, {"target": "green"}), observers=(started,))


def in_a_thread(cell: Cell) -> None:
    """start, cancel, result: from any thread."""
    started = Started()
    mission = executive(cell, started).start()
    started.moving.wait()
    mission.cancel("the shift is over")
    result = mission.result(timeout=60)
    print(f"thread: {result.outcome}, {result.failure.message if result.failure else ''}, at rest: {at_rest(cell)}")


async def beside_a_loop(cell: Cell) -> None:
    """Cancelling the task stops the mission; the await ends when every arm rests."""
    started = Started()
    task = asyncio.create_task(executive(cell, started).run_async())
    await asyncio.to_thread(started.moving.wait)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(f"asyncio: cancelled, at rest: {at_rest(cell)}")


def at_rest(cell: Cell) -> bool:
    """By the arms' own measurement."""
    return all(float(np.abs(arm.state.dq).max()) < 0.02 for arm in cell.arms.values())


def main() -> int:
    """Both, one after the other, in one cell."""
    request = RunRequest(scene=str(SCENE))
    cell = make_cell(request, find_scene(request))
    try:
        in_a_thread(cell)
        asyncio.run(beside_a_loop(cell))
    finally:
        cell.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

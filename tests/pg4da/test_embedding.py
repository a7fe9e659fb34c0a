"""A mission inside other programs: threads, asyncio, py_trees; two in one process share nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import py_trees
import pytest
from py_trees.common import Status

import pg4da
from pg4da import Context, Executive, load_mission

Make = Callable[..., Executive]


@pytest.fixture
def make(write: Any, cell: Any, toys: Any) -> Make:
    def executive(text: str, in_cell: Any = None, name: str = "test", **inputs: Any) -> Executive:
        context = Context(in_cell or cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
        return Executive(load_mission(str(write(text, name)), context, inputs, toys))

    return executive


def at_rest(cell: Any) -> bool:
    return all(arm.state.dq[0] == 0 for arm in cell.arms.values())


def test_the_package_offers_what_embedders_need_and_imports_it_late(tmp_path: Path) -> None:
    assert set(pg4da.__all__) <= set(dir(pg4da))
    assert all(getattr(pg4da, name) is not None for name in pg4da.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = pg4da.nonsense
    probe = "import sys, pg4da; print([m for m in ('numpy', 'py_trees', 'pydantic') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"


def test_a_thread(make: Make, cell: Any) -> None:
    ex = make("outputs: {n: {type: int}}\nroot: {sequence: [look: {seconds: 5}, set: {n: 7}]}").start()
    assert ex.result(30).outputs == {"n": 7}


def test_cancel_a_thread(make: Make, cell: Any) -> None:
    ex = make("root: {move: {seconds: 1000000}}").start()
    with pytest.raises(TimeoutError):
        ex.result(0.05)
    ex.cancel("the shift is over")
    result = ex.result(30)
    assert (result.outcome, result.failure.message) == ("interrupted", "the shift is over")
    assert at_rest(cell)


def test_what_run_raises_comes_with_the_result(make: Make, cell: Any) -> None:
    def leave() -> None:
        raise SystemExit(5)

    ex = make("root: {move: {seconds: 9}}")
    cell.at(0.2, leave)
    with pytest.raises(SystemExit):
        ex.start().result(30)
    assert at_rest(cell)


def test_one_executive_runs_twice(make: Make, cell: Any) -> None:
    ended: list[str] = []

    class Ends(pg4da.Listener):
        def on_end(self) -> None:
            ended.append("end")

    first = make("outputs: {n: {type: int}}\nroot: {sequence: [look: {}, count: {start: 1, outputs: {total: n}}]}")
    ex = Executive(first.tree, observers=(Ends(),))
    assert [ex.run().outputs, ex.run().outputs] == [{"n": 2}] * 2
    assert ended == ["end"] * 2


def test_cancelled_before_it_starts(make: Make, cell: Any) -> None:
    ex = make("root: {move: {seconds: 9}}")
    ex.cancel()
    assert ex.run().outcome == "interrupted"
    assert cell.arms["left"].speed == 0.0


def test_asyncio(make: Make, cell: Any) -> None:
    assert asyncio.run(make("root: {look: {seconds: 1}}").run_async()).outcome == "success"


def test_a_cancelled_task_stops_the_mission_first(make: Make, cell: Any) -> None:
    async def main() -> None:
        task = asyncio.create_task(make("root: {move: {seconds: 1000000}}").run_async())
        while not cell.arms["left"].speed:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert at_rest(cell)

    asyncio.run(main())


def test_an_asyncio_timeout_stops_the_mission(make: Make, cell: Any) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await make("root: {move: {seconds: 1000000}}").run_async()

    asyncio.run(main())
    assert at_rest(cell)


COUNTING = """
inputs: {step: {type: int}}
outputs: {n: {type: int}}
root:
  sequence:
    - set: {n: 0}
    - repeat: {times: 200, child: {sequence: [set: {n: $n + $step}, look: {seconds: 0.02}]}}
"""


def test_two_missions_at_once_share_nothing(make: Make, cell: Any) -> None:
    cells = [cell, type(cell)()]
    running = [make(COUNTING, one, f"m{step}", step=step).start() for one, step in zip(cells, (1, 1000), strict=True)]
    assert [ex.result(60).outputs["n"] for ex in running] == [200, 200_000]
    assert not py_trees.blackboard.Blackboard.storage
    assert running[0].tree.board is not running[1].tree.board


def test_setup_off_the_main_thread(make: Make, cell: Any) -> None:
    """Built and set up in a thread, as a node of an application's own tree."""
    ended: list[Status] = []

    def application() -> None:
        mission = make("root: {sequence: [say: {}, count: {start: 1}]}").tree
        root = py_trees.composites.Selector("app", memory=False, children=[mission])
        tree = py_trees.trees.BehaviourTree(root)
        root.setup()
        while root.status not in (Status.SUCCESS, Status.FAILURE):
            tree.tick()
            cell.advance(0.01)
        ended.append(root.status)

    thread = threading.Thread(target=application)
    thread.start()
    thread.join(30)
    assert ended == [Status.SUCCESS]


@pytest.mark.parametrize("composite", ["Sequence", "Selector", "Parallel", "Repeat", "Timeout"])
def test_under_any_composite_of_py_trees(make: Make, cell: Any, composite: str) -> None:
    mission = make("root: {move: {seconds: 0.2}}").tree
    wrap: dict[str, Callable[[], py_trees.behaviour.Behaviour]] = {
        "Sequence": lambda: py_trees.composites.Sequence("app", memory=False, children=[mission]),
        "Selector": lambda: py_trees.composites.Selector("app", memory=True, children=[mission]),
        "Parallel": lambda: py_trees.composites.Parallel(
            "app", py_trees.common.ParallelPolicy.SuccessOnAll(), [mission, py_trees.behaviours.Success("s")]
        ),
        "Repeat": lambda: py_trees.decorators.Repeat("app", mission, 2),
        "Timeout": lambda: py_trees.decorators.Timeout("app", mission, 60.0),
    }
    root = wrap[composite]()
    for _ in range(200):
        for node in root.tick():
            assert node.status is not None
        cell.advance(0.01)
        if root.status is not Status.RUNNING:
            break
    assert root.status is Status.SUCCESS
    cell.advance(0.2)
    assert at_rest(cell)


def test_one_mission_preempts_another_in_a_tree_of_py_trees(make: Make, cell: Any) -> None:
    """py_trees starts the new before it stops the old; the new one's skill waits for the old one's arms anyway."""
    alarm = py_trees.behaviours.StatusQueue("alarm", [Status.FAILURE] * 5, Status.SUCCESS)
    flee = make("root: {move: {seconds: 0.2}}", name="flee").tree
    work = make("root: {move: {seconds: 99}}", name="work").tree
    root = py_trees.composites.Selector(
        "app",
        memory=False,
        children=[py_trees.composites.Sequence("flee", memory=False, children=[alarm, flee]), work],
    )
    moving = []
    for _ in range(60):
        root.tick_once()
        moving.append((work.status, cell.arms["left"]._stopped_at is not None))
        cell.advance(0.01)
    assert root.status is not Status.FAILURE
    assert work.status is Status.INVALID
    braking = [stopped for status, stopped in moving if status is Status.INVALID]
    assert braking[0]
    assert not all(braking)


def test_outputs_of_a_stopped_mission_are_there(make: Make, cell: Any) -> None:
    tree = make("outputs: {n: {type: int}}\nroot: {sequence: [set: {n: 3}, look: {seconds: 9}]}").tree
    tree.tick_once()
    tree.stop(Status.INVALID)
    assert tree.outputs == {"n": 3}


@pytest.mark.slow
def test_two_simulated_cells_at_once_run_as_they_do_alone() -> None:
    """Bit by bit, each in a thread of its own."""
    from pg4da.run import RunRequest, find_policy, find_scene, make_cell

    def started(scene: str) -> tuple[Any, Executive]:
        request = RunRequest(scene=scene, cell="sim-grippers")
        cell: Any = make_cell(request, find_scene(request))
        context = Context(cell, find_policy("geometric"), np.random.default_rng(0))
        return cell, Executive(load_mission("push_grasp", context), hang_bound=None).start()

    scenes = ("packed1", "packed2")
    alone = []
    for scene in scenes:
        cell, executive = started(scene)
        alone.append((executive.result(300).sim_time, cell.data.qpos.copy()))
    for (cell, executive), (time, end) in zip([started(scene) for scene in scenes], alone, strict=True):
        assert executive.result(300).sim_time == time
        np.testing.assert_array_equal(cell.data.qpos, end)

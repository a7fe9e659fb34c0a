"""Missions one after the other in one cell, told and recorded as one run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pg4da import plugins
from pg4da import run as running
from pg4da.mission.control import Control
from pg4da.mission.declarations import bind
from pg4da.mission.events import Hub, Observer
from pg4da.mission.executive import LAST_WORDS, Executive
from pg4da.mission.failure import Failure
from pg4da.mission.loader import load_spec
from pg4da.mission.spec import MissionSpec
from pg4da.mission.tree import MissionTree
from pg4da.mission.watchdog import within
from pg4da.recording.tally import Tally
from pg4da.request import RunRequest
from pg4da.result import RunResult, summarise
from pg4da.skills.skill import Context
from pg4da.telling import told

if TYPE_CHECKING:
    from pg4da.hardware.cell import Cell
    from pg4da.stream.sink import Sink

ENDS_ALL = ("interrupted", "safety_stop")
SAFETY_STOP = 3

OnStuck = Callable[[Failure], None]


def run_missions(
    requests: Sequence[RunRequest],
    observers: Sequence[Observer] = (),
    sinks: Sequence[Sink] = (),
    control: Control | None = None,
    keep_going: bool = False,
    on_stuck: OnStuck | None = None,
) -> list[RunResult]:
    """Run each mission to its end; the cell, the policy and the folder are those of the first request.

    Stops after the first that fails unless `keep_going`, and after an interruption or a safety stop always; the list
    then has fewer results than requests. on_stuck: told when a tick can't be broken off, after the record was ended.
    Everything given by a user is checked before the cell is made. Raises BadInput.
    """
    import numpy as np

    first = requests[0]
    known = plugins.skills()
    prepared = [prepare(request, known) for request in requests]
    running.check_request(first)
    policy = running.policy_of(first)
    scene = running.scene_of(first)
    spec, inputs = prepared[0]
    tally, control = Tally(), control or Control()
    results: list[RunResult] = []
    with told(first, spec.name, scene, inputs, (tally, *observers), sinks) as (listening, finish):
        cell = running.make_cell(first, scene)
        try:
            with hub_of(cell, listening) as hub:
                for request, (spec, inputs) in zip(requests, prepared, strict=True):
                    context = Context(cell, policy, np.random.default_rng(request.seed))
                    executive = Executive(
                        MissionTree(spec, known, context, inputs),
                        hub=hub,
                        control=control,
                        hang_bound=request.hang_bound,
                        on_stuck=ending(hub, on_stuck) if on_stuck is not None else None,
                    )
                    results.append(summarise(executive.run(), tally, request.seed, cell, spec.name))
                    if ends(results[-1], keep_going):
                        break
            finish(results)
        finally:
            control.close()
            cell.close()
    return results


def ends(result: RunResult, keep_going: bool) -> bool:
    """Whether nothing runs after this."""
    return result.outcome in ENDS_ALL or (result.outcome == "failure" and not keep_going)


def prepare(request: RunRequest, known: Mapping[str, Any]) -> tuple[MissionSpec, dict[str, Any]]:
    """The mission, checked, with its inputs. Raises BadInput."""
    spec = load_spec(request.mission, known)
    return spec, bind(spec.inputs, request.settings, request.settings_from)


@contextmanager
def hub_of(cell: Cell, observers: tuple[Observer, ...]) -> Iterator[Hub]:
    """Started, and ended however the missions end."""
    hub = Hub(cell.clock, observers)
    hub.start(cell)
    try:
        yield hub
    finally:
        hub.end()


def ending(hub: Hub, then: OnStuck) -> OnStuck:
    """End the record first, within a bound, since what is stuck may be what the record needs."""

    def end(failure: Failure) -> None:
        within(LAST_WORDS, hub.end)
        then(failure)

    return end


def leave(failure: Failure) -> None:
    """The last resort of `pg4da run`: something hangs that can't be broken off, and the arms were stopped."""
    print(f"{failure.path}: {failure.message}; it can't be broken off. The arms were told to stop.", file=sys.stderr)
    sys.stderr.flush()
    os._exit(SAFETY_STOP)

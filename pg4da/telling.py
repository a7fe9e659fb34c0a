"""Who is told of a run: whoever asked to be, the pictures and the film, and the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pg4da.mission.events import Observer
from pg4da.request import RunRequest
from pg4da.result import RunResult

if TYPE_CHECKING:
    from pg4da.recording.record import Record
    from pg4da.sim.scenes.scene import Scene
    from pg4da.stream.sink import Sink


@contextmanager
def told(
    request: RunRequest,
    mission: str,
    scene: Scene | None,
    inputs: Mapping[str, Any],
    observers: Sequence[Observer],
    sinks: Sequence[Sink],
) -> Iterator[tuple[tuple[Observer, ...], Callable[[Sequence[RunResult]], None]]]:
    """Everyone who is told of a run, pictures and records among them; and what writes the result down at the end."""
    from pg4da.recording.recorder import Recorder
    from pg4da.stream.narrator import Narrator

    records = records_of(request)
    telling = (*records, *sinks)
    narrator = Narrator(*telling, about=about(request, mission, scene, inputs)) if telling else None
    recorder = Recorder(request.out, request.film) if request.out is not None else None

    def finish(results: Sequence[RunResult]) -> None:
        if recorder is not None:
            whole = [result.as_dict() for result in results]
            recorder.finish(whole[0] if len(whole) == 1 else {"missions": whole})

    first, *rest = observers
    listening = (first, recorder, narrator, *rest)
    try:
        yield tuple(each for each in listening if each is not None), finish
    finally:
        if narrator is not None:
            narrator.close()
        for record in records:
            record.close()


def records_of(request: RunRequest) -> list[Record]:
    """What the run is written to. Raises BadInput for a file that can't be."""
    from pg4da.recording.folder import check_record
    from pg4da.recording.record import NAME, Record

    if request.record is not None:
        check_record(request.record, "--record")
    files = [request.out / NAME if request.out is not None else None, request.record]
    return [Record(file) for file in files if file is not None]


def about(request: RunRequest, mission: str, scene: Scene | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the first line of a record says."""
    return {
        "mission": mission,
        "scene": getattr(scene, "name", None),
        "policy": request.policy,
        "seed": request.seed,
        "inputs": dict(inputs),
    }

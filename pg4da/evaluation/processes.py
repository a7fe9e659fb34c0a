"""Episodes in worker processes, each with one at a time, so that a crash or a hang is charged to the right episode."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from pg4da.evaluation.episode import Episode, EpisodeResult, broken
from pg4da.evaluation.executor import Task
from pg4da.policies.one_thread import one_thread


@dataclass
class Worker:
    """A process, the pipe to it, and what it is at since when [s, monotonic]."""

    process: SpawnProcess
    pipe: Connection
    episode: Episode | None = None
    since: float = 0.0


class Processes:
    """Executor over `workers` spawned processes of one thread each.

    time_limit [s of wall time] bounds an episode: a hung one is killed and recorded as failed. task must be importable
    (a module's function, or a functools.partial of one); policy and version label the results of episodes that died.
    """

    def __init__(self, task: Task, workers: int, policy: str, version: str, time_limit: float = 900.0) -> None:
        self._task, self._count, self._limit = task, workers, time_limit
        self._labels = (policy, version)
        self._context = multiprocessing.get_context("spawn")

    def run(self, episodes: Iterable[Episode]) -> Iterator[EpisodeResult]:
        waiting = iter(episodes)
        busy: list[Worker] = []
        try:
            for episode in waiting:
                busy.append(self._give(self._start(), episode))
                if len(busy) == self._count:
                    break
            while busy:
                for worker in self._ready(busy):
                    result, alive = self._collect(worker)
                    busy.remove(worker)
                    following = next(waiting, None)
                    if following is not None:
                        busy.append(self._give(worker if alive else self._start(), following))
                    else:
                        end(worker)
                    yield result
        finally:
            for worker in busy:
                end(worker)

    def _start(self) -> Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._task), daemon=True)
        with one_thread():
            process.start()
        theirs.close()
        return Worker(process, ours)

    def _give(self, worker: Worker, episode: Episode) -> Worker:
        worker.episode, worker.since = episode, time.monotonic()
        with suppress(OSError):  # if it is dead already, `_collect` finds the end of the pipe and says so
            worker.pipe.send(episode)
        return worker

    def _ready(self, busy: list[Worker]) -> list[Worker]:
        """Workers that have answered, died, or run out of time."""
        oldest = min(worker.since for worker in busy)
        readable = wait([w.pipe for w in busy], timeout=max(0.0, oldest + self._limit - time.monotonic()))
        late = time.monotonic() - self._limit
        return [w for w in busy if w.pipe in readable or w.since <= late]

    def _collect(self, worker: Worker) -> tuple[EpisodeResult, bool]:
        """The result, and whether the worker can be given more."""
        assert worker.episode is not None
        if not worker.pipe.poll():
            end(worker)
            message = f"no result within {self._limit:g} s of wall time; the worker was killed"
            return broken(worker.episode, *self._labels, "timed_out", message), False
        try:
            result: EpisodeResult = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(timeout=10)
            message = f"the worker process died (exit code {worker.process.exitcode})"
            end(worker)
            return broken(worker.episode, *self._labels, "worker_crashed", message), False
        return result, True


def serve(pipe: Connection, task: Task) -> None:
    """A worker's life: an episode in, a result out, until the pipe closes."""
    os.setsid()  # Ctrl-C in the terminal is for the parent alone, which ends its workers itself
    while True:
        try:
            episode = pipe.recv()
        except EOFError:
            return
        pipe.send(task(episode))


def end(worker: Worker) -> None:
    """Stop a worker, whatever it is doing."""
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()

"""Environments in processes of their own. The caller sends each its motion and fetches what came of it when it likes.

Gymnasium's vector environments step all at once; here the networks choose for one environment while others move.
"""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from pg4da.policies.one_thread import one_thread
from pg4da.policies.ppo.sight import Episodes, Outcome, Sight

Make = Callable[[int], Episodes]
Answer = tuple[Outcome | None, Sight]
PATIENCE = 600.0  # s of wall time for one motion, or for making an episode's first picture
BYE = 5.0  # s


class WorkerFailed(RuntimeError):
    """An environment's process died, hung or raised; the message names it, its episode and why."""


@dataclass
class Progress:
    """Where an environment is: the number of its episode, and the motions made in it."""

    episode: int = 0
    motions: list[list[int]] = field(default_factory=list)

    def copy(self) -> Progress:
        return Progress(self.episode, list(self.motions))


class Runner:
    """An environment that begins its next episode by itself."""

    def __init__(self, episodes: Episodes, progress: Progress) -> None:
        self._episodes, self._number = episodes, progress.episode
        self._sight: Sight | None = episodes.begin(self._number)
        for motion in progress.motions:
            _, self._sight = episodes.move(motion)
        if self._sight is None:
            raise ValueError(f"episode {self._number} was over already after its {len(progress.motions)} motions")

    def look(self) -> Answer:
        assert self._sight is not None
        return None, self._sight

    def move(self, motion: Sequence[int]) -> Answer:
        """The motion's outcome, and the next sight, which is the next episode's where this one ended."""
        outcome, sight = self._episodes.move(motion)
        if sight is None:
            self._number += 1
            sight = self._episodes.begin(self._number)
        return outcome, sight

    def close(self) -> None:
        self._episodes.close()


class Pool:
    """Environments first, first + 1, …, each in a process; taken up where `progress` says. A context manager."""

    def __init__(self, make: Make, progress: Sequence[Progress], first: int = 0) -> None:
        self.progress = [p.copy() for p in progress]
        self._first, context = first, multiprocessing.get_context("spawn")
        self._workers: list[tuple[SpawnProcess, Connection]] = []
        with one_thread():
            for k, at in enumerate(self.progress):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, make, first + k, at), daemon=True)
                process.start()
                theirs.close()
                self._workers.append((process, ours))

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self.progress)

    def pids(self) -> list[int]:
        """Of the processes."""
        return [process.pid for process, _ in self._workers if process.pid is not None]

    def send(self, index: int, motion: Sequence[int]) -> None:
        """Have an environment make a motion."""
        self.progress[index].motions.append([int(m) for m in motion])
        with suppress(OSError):  # if it is dead, `fetch` says so
            self._workers[index][1].send(self.progress[index].motions[-1])

    def ready(self, indices: Collection[int]) -> list[int]:
        """Which of some moving environments have an answer, or are dead; waits for one. Raises WorkerFailed."""
        answered = wait([self._workers[k][1] for k in indices], PATIENCE)
        if not answered:
            raise WorkerFailed(f"{self._name(min(indices))}: no answer within {PATIENCE:g} s")
        return [k for k in indices if self._workers[k][1] in answered]

    def fetch(self, index: int) -> Answer:
        """What came of the last motion, None after the start, and what is seen now. Raises WorkerFailed."""
        process, pipe = self._workers[index]
        at, name = self.progress[index], self._name(index)
        if not pipe.poll(PATIENCE):
            raise WorkerFailed(f"{name}: no answer within {PATIENCE:g} s")
        try:
            answer: Any = pipe.recv()
        except (EOFError, OSError):
            process.join(BYE)
            raise WorkerFailed(f"{name}: its process died (exit code {process.exitcode})") from None
        if isinstance(answer, str):
            raise WorkerFailed(f"{name}: {answer}")
        outcome, sight = answer
        if outcome is not None and outcome.ended:
            self.progress[index] = Progress(at.episode + 1)
        return outcome, sight

    def _name(self, index: int) -> str:
        at = self.progress[index]
        return f"environment {self._first + index}, episode {at.episode}, motion {len(at.motions)}"

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for _, pipe in self._workers:
            pipe.close()
        for process, _ in self._workers:
            process.join(0.2)
            process.kill()
            process.join()
        self._workers = []


def _serve(pipe: Connection, make: Make, number: int, progress: Progress) -> None:
    """A process's life: a motion in, an answer out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the pipe when it is done
    try:
        runner = Runner(make(number), progress)
        with suppress(BrokenPipeError):
            _answer(pipe, runner)
        runner.close()
    except Exception as error:
        with suppress(OSError):
            pipe.send(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")


def _answer(pipe: Connection, runner: Runner) -> None:
    pipe.send(runner.look())
    while True:
        try:
            motion = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(runner.move(motion))

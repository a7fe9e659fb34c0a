"""Puts the emulated cell together and serves it until a person, or the process that started it, has had enough."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pg4da.errors import BadInput
from pg4da.hardware.emulator.addresses import Addresses, PortTaken
from pg4da.hardware.emulator.control import ControlPort
from pg4da.hardware.emulator.emulation import Emulation
from pg4da.hardware.emulator.faults import Fault
from pg4da.hardware.emulator.ur5e.safety import UNLOCK_DELAY
from pg4da.recording.plain import plain
from pg4da.run import TRUTH, RunRequest, find_scene, told_as_bad_input
from pg4da.sim.board import HeldBoard
from pg4da.sim.emulated.world import EmulatedWorld

SLOW = 0.95  # simulated seconds a second below which a person is told
LOOK = 5.0  # s between looks at the pace
CUT_WITHIN = 1.0  # s
PRIORITY = -10  # niceness
SWITCH = 0.001  # s; a picture is drawn in a thread of its own, and the world must not wait for it long


@dataclass(frozen=True)
class Request:
    """What to emulate. board: the arm that holds a calibration board. with_parent: end when standard input does.

    said: told what listens, once everything does.
    """

    scene: str | None = None
    seed: int = 0
    addresses: Addresses = field(default_factory=Addresses)
    faults: Sequence[Fault] = ()
    objects_dir: Path | None = None
    target_line: int | None = None
    camera_noise: bool = False
    board: str | None = None
    unlock_delay: float = UNLOCK_DELAY
    with_parent: bool = False


def serve(request: Request, ready: Callable[[Emulation], None], warn: Callable[[str], None]) -> None:
    """Until Ctrl-C or SIGTERM. Raises BadInput before anything listens, or when a port is taken."""
    world = make_world(request)
    try:
        asyncio.run(_serve(request, world, ready, warn))
    except PortTaken as error:
        raise BadInput(f"{error}; is another emulator running? Choose others with --left, --right, …") from error


def hurry() -> None:
    """Before other work of this machine, where the system lets us: a robot's controller does not wait for it.

    All threads alike: one that holds Python's lock must not be kept waiting either.
    """
    sys.setswitchinterval(SWITCH)
    threads = Path("/proc/self/task")
    for thread in threads.iterdir() if threads.is_dir() else ():
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, int(thread.name), PRIORITY)


def make_world(request: Request) -> EmulatedWorld:
    """Raises BadInput."""
    scene = find_scene(RunRequest(**_scene_of(request.scene, request)))
    with told_as_bad_input():
        return EmulatedWorld(
            scene,
            seed=request.seed,
            camera_noise=request.camera_noise,
            objects_dir=request.objects_dir,
            board=None if request.board is None else HeldBoard.by_hand(request.board),
        )


def _scene_of(scene: str | None, request: Request) -> dict[str, Any]:
    return {"scene": scene, "objects_dir": request.objects_dir, "target_line": request.target_line}


async def _serve(
    request: Request, world: EmulatedWorld, ready: Callable[[Emulation], None], warn: Callable[[str], None]
) -> None:
    emulation = Emulation(world, request.addresses, seed=request.seed, unlock_delay=request.unlock_delay)
    control = ControlPort(emulation, _more_commands(request, world))
    stop = asyncio.Event()
    _end_on_signals(stop)
    try:
        await emulation.start()
        await control.listen()
        for fault in request.faults:
            emulation.plan(fault)
        hurry()
        work = [asyncio.create_task(emulation.run()), asyncio.create_task(stop.wait())]
        watch = asyncio.create_task(_watch_pace(emulation, warn))
        if request.with_parent:
            work.append(asyncio.create_task(_parent_gone()))
        ready(emulation)
        done, rest = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        await _cancel([*rest, watch])
        for task in done:
            task.result()
    finally:
        control.close()
        emulation.close()
        await _let_go()


async def _let_go() -> None:
    """Those who served connections see that these are cut."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=CUT_WITHIN)


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _end_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # no signals in loops of this system
            loop.add_signal_handler(number, stop.set)


async def _parent_gone() -> None:
    """Ends when nobody holds the other end of standard input any more."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def _watch_pace(emulation: Emulation, warn: Callable[[str], None]) -> None:
    slow = False
    while True:
        await asyncio.sleep(LOOK)
        ratio = emulation.pacing.ratio
        if (ratio < SLOW) != slow:
            slow = not slow
            warn(f"this machine is too slow: {ratio:.2f} s of the cell a second" if slow else "real time again")


def _more_commands(request: Request, world: EmulatedWorld) -> dict[str, Any]:
    # One thread for every scene: the C library keeps what a thread has freed, for that thread. With six, 150 MB more.
    laying_out = ThreadPoolExecutor(1, "laying out")

    async def reset(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        name, seed = asked.get("scene") or request.scene, asked.get("seed") or 0
        if not isinstance(seed, int) or seed < 0 or not isinstance(name, str | None):
            raise ValueError("reset takes a scene's name or file and a seed that is not negative")
        try:
            scene = await asyncio.to_thread(find_scene, RunRequest(**_scene_of(name, request)))
            with told_as_bad_input():
                await asyncio.get_running_loop().run_in_executor(laying_out, world.lay_out, scene, seed)
        except BadInput as error:
            raise ValueError(str(error)) from error
        return {"scene": scene.name, "objects": len(scene.objects)}

    async def truth(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        known = world.truth
        return {"positions": known.positions.tolist(), **{name: plain(getattr(known, name)) for name in TRUTH}}

    return {"reset": reset, "truth": truth}

"""An emulator of a cell's own: started as a child process, its addresses put in the place of the file's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.cells.spec import ArmSpec, CameraSpec, RobotsSpec
from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.cells.emulated import EmulatedRobots
    from pg4da.emulating.process import RunningEmulator
    from pg4da.request import RunRequest
    from pg4da.sim.scenes.scene import Scene

PORTS = {"rtu-tcp": 54321, "tcp": 1502, "urcap": 63352}  # of an emulated gripper, at its arm's address


@contextmanager
def emulated(spec: RobotsSpec, request: RunRequest | None, scene: Scene | None = None) -> Iterator[RobotsSpec]:
    """The spec with devices that can be reached while the block runs. Raises BadInput."""
    if spec.top.emulator != "own":
        yield spec
        return
    with ExitStack() as stack:
        yield at_addresses(spec, _start(stack, request, scene))


def connect_emulated(spec: RobotsSpec, request: RunRequest, scene: Scene | None) -> EmulatedRobots:
    """The cell with an emulator of its own, which ends when the cell is closed. Raises BadInput."""
    from pg4da.cells.connect import connect
    from pg4da.cells.emulated import EmulatedRobots

    with ExitStack() as stack:
        emulator = _start(stack, request, scene)
        cell = connect(at_addresses(spec, emulator), request.slow, partial(EmulatedRobots, emulator))
        assert isinstance(cell, EmulatedRobots)
        cell.then_end(stack.pop_all())
    return cell


def _start(stack: ExitStack, request: RunRequest | None, scene: Scene | None) -> RunningEmulator:
    from pg4da.emulating.process import running_emulator

    options: list[str] = []
    name = request.scene if request is not None and isinstance(request.scene, str) else None
    if request is not None:
        if request.objects_dir is not None:
            options += ["--objects", str(request.objects_dir.resolve())]
        if request.target_line is not None and name is not None:
            options += ["--target-line", str(request.target_line)]
        options += ["--camera-noise"] * request.camera_noise
    if name is None and scene is not None and request is not None and request.scene is not None:
        name = _written(stack, scene)
    seed = 0 if request is None else request.seed
    return stack.enter_context(running_emulator(scene=name, seed=seed, options=options))


def _written(stack: ExitStack, scene: Scene) -> str:
    """A scene that is no file, as one; the target comes first in it."""
    from pg4da.sim.scenes.writer import write_scene

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pg4da-"))
    path = Path(folder) / f"{Path(scene.name).name or 'scene'}.txt"
    write_scene(scene, path)
    return str(path)


def at_addresses(spec: RobotsSpec, emulator: RunningEmulator) -> RobotsSpec:
    """The file's devices at the addresses of an emulator. Raises BadInput for one that is not emulated."""
    arms = {name: _arm_at(arm, emulator.addresses.arms[name]) for name, arm in spec.arms.items()}
    return replace(spec, arms=arms, camera=_camera_at(spec.camera, emulator))


def _arm_at(arm: ArmSpec, address: str) -> ArmSpec:
    link = getattr(arm.gripper.config, "link", None)
    if arm.kind != "ur5e" or arm.gripper.kind != "robotiq_2f140" or getattr(link, "kind", "") not in PORTS:
        raise BadInput(
            f"{arm.source.mark}: arms.{arm.name}: `emulator: own` emulates a ur5e with a robotiq_2f140 whose link is "
            f"one of {', '.join(PORTS)}"
        )
    assert link is not None
    moved = link.model_copy(update={"host": address, "port": PORTS[link.kind]})
    gripper = replace(arm.gripper, config=arm.gripper.config.model_copy(update={"link": moved}))
    return replace(arm, config=arm.config.model_copy(update={"address": address}), gripper=gripper)


def _camera_at(camera: CameraSpec, emulator: RunningEmulator) -> CameraSpec:
    if camera.kind != "socket":
        raise BadInput(f"{camera.source.mark}: camera: `emulator: own` emulates a camera of the kind socket")
    where: Mapping[str, Any] = {"host": emulator.host, "port": emulator.camera_port}
    return replace(camera, config=camera.config.model_copy(update=dict(where)))

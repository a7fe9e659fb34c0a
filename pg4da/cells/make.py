"""From what a cell file says to a cell that is connected and may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pg4da.cells.spec import CellSpec, IsaacGymSpec, RobotsSpec, SimulationSpec
from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.hardware.cell import Cell
    from pg4da.request import RunRequest
    from pg4da.sim.scenes.scene import Scene


def needs_scene(spec: CellSpec | None) -> bool:
    """Whether the objects come from a scene; else they are where they are."""
    return spec is not None and not (isinstance(spec, RobotsSpec) and spec.top.emulator != "own")


def check_request(spec: CellSpec | None, request: RunRequest) -> None:
    """Options that this cell does not have. Raises BadInput."""
    if not isinstance(spec, RobotsSpec):
        if request.slow < 1.0:
            raise BadInput(f"--first-run: is for cells of robots that a file describes; '{request.cell}' is none")
        return
    if spec.top.emulator == "own":
        return
    if request.scene is not None:
        where = "the running emulator has its own" if spec.top.emulator else "they are what lies on the table"
        raise BadInput(f"--scene: the cell '{spec.top.cell}' takes no scene: {where}")
    given = {"--camera-noise": request.camera_noise, "--objects": request.objects_dir is not None}
    given |= {"--target-line": request.target_line is not None, "--timestep": request.timestep is not None}
    for option, there in given.items():
        if there:
            raise BadInput(f"{option}: is for cells that are simulated; '{spec.top.cell}' is not")


def make(spec: CellSpec, request: RunRequest, scene: Scene | None) -> Cell:
    """The cell, connected. Raises BadInput when a device can't be reached or is not as the file says."""
    if isinstance(spec, SimulationSpec):
        return _simulated(spec, request, scene)
    if isinstance(spec, RobotsSpec):
        from pg4da.cells.connect import connect
        from pg4da.cells.emulator import connect_emulated

        own = spec.top.emulator == "own"
        return connect_emulated(spec, request, scene) if own else connect(spec, request.slow)
    return _in_isaacgym(spec, request, scene)


def _simulated(spec: SimulationSpec, request: RunRequest, scene: Scene | None) -> Cell:
    from pg4da.sim.cell import MujocoCell

    assert scene is not None
    return MujocoCell(
        scene,
        seed=request.seed,
        arms=not spec.top.grippers_only,
        camera_noise=request.camera_noise or spec.top.camera_noise,
        timestep=request.timestep or spec.top.timestep,
        objects_dir=request.objects_dir,
    )


def _in_isaacgym(spec: IsaacGymSpec, request: RunRequest, scene: Scene | None) -> Cell:
    from pg4da.hardware.errors import DeviceError
    from pg4da.sim.isaacgym.cell import connect_isaacgym

    assert scene is not None
    noise = request.camera_noise or spec.top.camera_noise
    changed = {"camera_noise": noise, "timestep": request.timestep or spec.top.timestep}
    config = spec.top.model_copy(update=changed)
    try:
        return connect_isaacgym(config, scene, request.seed, objects_dir=request.objects_dir)
    except DeviceError as error:
        raise BadInput(f"--cell {request.cell}: {error.problem}; {error.remedy}") from error

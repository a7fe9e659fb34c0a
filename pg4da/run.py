"""One mission from request to result: cell, policy and tree are made here, and closed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pg4da.errors import BadInput
from pg4da.mission.events import Observer
from pg4da.request import RunRequest as RunRequest
from pg4da.result import TRUTH as TRUTH
from pg4da.result import RunResult as RunResult

if TYPE_CHECKING:
    from pg4da.books import Book
    from pg4da.cells.spec import CellSpec
    from pg4da.hardware.cell import Cell
    from pg4da.mission.control import Control
    from pg4da.policies.types import Policy
    from pg4da.sim.scenes.scene import Scene
    from pg4da.stream.sink import Sink


def run_mission(
    request: RunRequest,
    observers: Sequence[Observer] = (),
    sinks: Sequence[Sink] = (),
    control: Control | None = None,
) -> RunResult:
    """Run one mission to its end; `observers` are told what happens, `sinks` get it as messages.

    control: where people ask for a pause or a stop.
    Everything given by a user is checked before the cell is made. Raises BadInput.
    """
    from pg4da.session import run_missions

    return run_missions((request,), observers, sinks, control)[0]


def check_request(request: RunRequest) -> None:
    """What can be told without the cell. Raises BadInput."""
    from pg4da.cells.make import check_request as check_options
    from pg4da.recording.folder import check_writable

    check_options(spec_of(request.cell), request)
    check_objects(request.objects_dir)
    if request.out is not None:
        check_writable(request.out)


def check_objects(folder: Path | None) -> None:
    """Raises BadInput when the folder of household objects is not there."""
    if folder is not None and not folder.is_dir():
        raise BadInput(f"--objects {folder}: no such folder")


def spec_of(cell: str) -> CellSpec | None:
    """What the cell file says; None for a plug-in's cell, which has none. Raises BadInput."""
    from pg4da.books import plugins
    from pg4da.cells.files import packaged
    from pg4da.cells.loader import load_cell

    others = tuple(plugin.name for plugin in plugins("pg4da.cells"))
    return None if cell in others and cell not in packaged() else load_cell(cell, others=others)


def scene_of(request: RunRequest) -> Scene | None:
    """The scene for a cell that is simulated somewhere; None for one that has its own. Raises BadInput."""
    from pg4da.cells.make import needs_scene

    return find_scene(request) if needs_scene(spec_of(request.cell)) else None


def make_cell(request: RunRequest, scene: Scene | None) -> Cell:
    """The cell that the request's file says, connected; or one of another package. Raises BadInput."""
    spec = spec_of(request.cell)
    if spec is None:
        return _cell_of_package(request)
    from pg4da.cells.make import make

    with told_as_bad_input():
        return make(spec, request, scene)


def _cell_of_package(request: RunRequest) -> Cell:
    from pg4da.books import describe

    maker = cells()[request.cell]
    try:
        return maker(request)
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"--cell {request.cell}: the cell can't be made: {describe(error)}") from error


def cells() -> Book[Callable[[RunRequest], Cell]]:
    """Makers of cells by name; for those that come with pg4da by their cell files."""
    from pg4da.books import Book, callable_of
    from pg4da.cells.files import packaged

    built_in: dict[str, Callable[[RunRequest], Cell]] = dict.fromkeys(packaged(), _of_file)
    return Book("pg4da.cells", built_in, callable_of)


def _of_file(request: RunRequest) -> Cell:
    return make_cell(request, scene_of(request))


def find_policy(name: str) -> Policy:
    """Raises BadInput with the valid names."""
    from pg4da.plugins import policies

    known = policies()
    if name not in known:
        raise BadInput(f"unknown policy '{name}'; choose one of: {', '.join(sorted(known))}")
    return known[name]()


def policy_of(request: RunRequest) -> Policy:
    """The requested policy, with the weights of a file if one is named. Raises BadInput."""
    if request.weights is None:
        return find_policy(request.policy)
    from pg4da.policies.avn.errors import WeightsError
    from pg4da.policies.learned.from_file import policy_from_file

    try:
        return policy_from_file(request.policy, request.weights)
    except WeightsError as error:
        raise BadInput(f"--weights: {error}") from error


def find_scene(request: RunRequest) -> Scene:
    """The requested scene, settled; one that is given as such is taken as it is. Raises BadInput."""
    if request.scene is not None and not isinstance(request.scene, str):
        return request.scene
    from pg4da.sim.scenes.catalogue import default_scene, find
    from pg4da.sim.scenes.reader import read_scene
    from pg4da.sim.scenes.settle import settle

    with told_as_bad_input():
        if request.scene is None:
            return settle(default_scene(), request.objects_dir)
        path = find(request.scene)
        scene = read_scene(path, target_line=request.target_line, objects_dir=request.objects_dir)
        return settle(scene, request.objects_dir)


@contextmanager
def told_as_bad_input() -> Iterator[None]:
    """The other rooms' errors about what a user gave, as the one type that the command line prints."""
    from pg4da.policies.registry import UnknownPolicy
    from pg4da.sim.objects.shape import UnknownShape
    from pg4da.sim.objects.urdf import MeshError
    from pg4da.sim.scenes.errors import SceneError

    try:
        yield
    except (SceneError, MeshError, UnknownShape, UnknownPolicy) as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise BadInput(f"{error.filename or 'a file'}: cannot be read: {error.strerror or error}") from error

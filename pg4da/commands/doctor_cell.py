"""`pg4da doctor --cell`: reaches each device of a cell and tells what it says of itself. Moves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pg4da.errors import BadInput
from pg4da.printable import printable

if TYPE_CHECKING:
    from pg4da.cells.examine import Examined
    from pg4da.cells.spec import CellSpec, RobotsSpec
    from pg4da.hardware.cell import Cell


def examine_cell(name: str) -> int:
    """0 when every device is as it should be, 1 when not. Raises BadInput for a file that can't be used."""
    from pg4da.cells.spec import RobotsSpec
    from pg4da.run import spec_of

    spec = spec_of(name)
    healthy = _devices(spec) if isinstance(spec, RobotsSpec) else _whole(name, spec)
    print("everything works" if healthy else "something is wrong, see above")
    return 0 if healthy else 1


def _devices(spec: RobotsSpec) -> bool:
    from pg4da.cells.emulator import emulated
    from pg4da.cells.examine import examine

    print(f"{printable(spec.file)}: the cell '{printable(spec.top.cell)}'")
    with emulated(spec, None) as reachable:
        found = examine(reachable)
    for device in found:
        show(device)
    return not any(device.problems for device in found)


def show(device: Examined) -> None:
    """A device and what was found of it, a line each."""
    print(f"{device.name} ({device.kind})")
    for finding in device.findings:
        print(printable(f"  {'ok   ' if finding.well else 'WRONG'}  {finding.what}: {finding.found}"))
        if not finding.well:
            print(printable(f"         do this: {finding.remedy}"))


def _whole(name: str, spec: CellSpec | None) -> bool:
    """A cell that is one thing, such as a simulation: made, asked, closed."""
    from pg4da.run import RunRequest, make_cell, scene_of

    request = RunRequest(cell=name)
    print(f"the cell '{printable(name)}'")
    try:
        cell = make_cell(request, scene_of(request))
    except BadInput as error:
        for line in str(error).splitlines():
            print(printable(f"  WRONG  {line}"))
        return False
    try:
        well = [_told(what, look, cell) for what, look in LOOKS.items()]
    finally:
        cell.close()
    return all(well)


def _told(what: str, look: Callable[[Cell], str], cell: Cell) -> bool:
    try:
        print(printable(f"  ok     {what}: {look(cell)}"))
    except Exception as error:  # whatever breaks here is what the user wants to be told
        print(printable(f"  WRONG  {what}: {type(error).__name__}: {error}"))
        return False
    return True


def _arms(cell: Cell) -> str:
    return ", ".join(f"{name} reports {len(arm.state.q)} joints" for name, arm in cell.arms.items())


def _grippers(cell: Cell) -> str:
    widths = {name: 1000 * arm.gripper.state.width for name, arm in cell.arms.items()}
    return ", ".join(f"{name} {width:.0f} mm open" for name, width in widths.items())


def _camera(cell: Cell) -> str:
    frame = cell.camera.capture()
    height, width = frame.depth.shape
    return f"{width}x{height}, depth on {100 * float((frame.depth > 0).mean()):.0f} % of it"


LOOKS: dict[str, Callable[[Cell], str]] = {"arms": _arms, "grippers": _grippers, "camera": _camera}

"""Load a cell file: read, parsed, checked for what makes no sense; nothing is connected."""

from __future__ import annotations

from pathlib import Path

from pg4da.cells.checks import check
from pg4da.cells.files import ENDINGS, find_cell, packaged
from pg4da.cells.parser import Parser
from pg4da.cells.spec import CellSpec, RobotsSpec
from pg4da.mission.files import is_file, read_text, shown_path
from pg4da.mission.problems import MissionError
from pg4da.mission.source import Fields, Source, read_source


def load_cell(name: str, calibrated: bool = True, others: tuple[str, ...] = ()) -> CellSpec:
    """Read and check a cell file. Raises MissionError with every problem, BadInput if it is not found.

    calibrated: whether a camera without a pose is a problem; it is none for what finds the pose. others: names of cells
    that are no files, for the message.
    """
    path = find_cell(name, others)
    shown = shown_path(path)
    return parse_cell(read_source(read_text(path, shown), shown), shown, calibrated)


def parse_cell(source: Source, file: str, calibrated: bool = True) -> CellSpec:
    """The spec of a file that was read. Raises MissionError with every problem."""
    parser = Parser()
    try:
        spec = parser.cell(source, file)
    except MissionError as error:
        raise MissionError([*parser.problems, *error.problems]) from None
    problems = list(parser.problems)
    if isinstance(spec, RobotsSpec) and not problems:
        problems += check(spec, calibrated)
    if problems or spec is None:
        raise MissionError(problems)
    return spec


def is_cell(name: str) -> bool:
    """Whether a name is that of a cell file, not a mission's; False for what can't be read."""
    path = Path(name)
    if not is_file(path):
        return name in packaged()
    if path.suffix.lower() not in ENDINGS:
        return False
    try:
        source = read_source(read_text(path, name), name)
    except MissionError:
        return False
    return isinstance(source, Fields) and "cell" in source.entries and "mission" not in source.entries

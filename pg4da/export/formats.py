"""Records in the formats of other tools, chosen by the ending of the file."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pg4da.errors import BadInput, suggest
from pg4da.recording.folder import write_whole

if TYPE_CHECKING:
    from pg4da.stream.log import Log

# ending: the package that it takes, the extra that brings it, the module that writes it
FORMATS = {".mcap": ("mcap", "mcap", "pg4da.export.mcap_file"), ".rrd": ("rerun", "rerun", "pg4da.export.rerun_file")}


def write(log: Log, out: Path) -> int:
    """How many messages were written; the file is put in place whole. Raises BadInput."""
    if out.suffix not in FORMATS:
        raise BadInput(f"--export {out}: unknown format '{out.suffix}'{suggest(out.suffix, FORMATS)}")
    package, extra, module = FORMATS[out.suffix]
    if find_spec(package) is None:
        raise BadInput(f"--export {out}: needs the package '{package}': pip install 'pg4da[{extra}]'")
    written: list[int] = []
    try:
        write_whole(out, lambda path: written.append(import_module(module).write(log, path)))
    except OSError as error:
        raise BadInput(f"--export {out}: cannot be written: {error.strerror or error}") from error
    return written[0]

"""A record as a Rerun recording."""

from __future__ import annotations

import base64
import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.export.told import Note, Piece, Pose, Shot, Status, Value, pieces

if TYPE_CHECKING:
    from pg4da.stream.log import Log

TIMELINE = "cell"  # seconds on the cell's clock


def write(log: Log, path: Path) -> int:
    """How many pieces were written."""
    rerun: Any = import_module("rerun")  # an extra, and a large one: nothing else here knows its types
    run = log.last.run or {}
    stream = rerun.RecordingStream("pg4da", recording_id=str(run.get("id") or log.path.name))
    stream.save(str(path))
    count = 0
    for piece in pieces(log):
        stream.set_time(TIMELINE, duration=piece.time)
        for entity, content in _contents(rerun, piece):
            stream.log(entity, content)
            count += 1
    stream.flush()
    stream.disconnect()
    return count


def _contents(rerun: Any, piece: Piece) -> list[tuple[str, Any]]:
    if isinstance(piece, Shot):
        image = rerun.EncodedImage(contents=base64.b64decode(piece.png), media_type="image/png")
        return [(piece.name, image)]
    if isinstance(piece, Note):
        level = rerun.TextLogLevel.ERROR if piece.bad else rerun.TextLogLevel.INFO
        where = f" ({piece.file}:{piece.line})" if piece.file else ""
        return [("log", rerun.TextLog(piece.text + where, level=level))]
    if isinstance(piece, Status):
        level = rerun.TextLogLevel.WARN if piece.state == "failure" else rerun.TextLogLevel.DEBUG
        return [("status", rerun.TextLog(f"{piece.state}: {piece.path}", level=level))]
    if isinstance(piece, Value):
        name = f"{piece.scope}: {piece.key}" if piece.scope else piece.key
        return [("values", rerun.TextLog(f"{name} = {json.dumps(piece.value, ensure_ascii=False)}"))]
    return _arm(rerun, piece)


def _arm(rerun: Any, piece: Pose) -> list[tuple[str, Any]]:
    found = [(f"arms/{piece.arm}/q", rerun.Scalars(piece.q))]
    if piece.width is not None:
        found.append((f"arms/{piece.arm}/width", rerun.Scalars([piece.width])))
    if piece.tool is not None:
        turned = rerun.Quaternion(xyzw=piece.tool[3:])
        found.append((f"world/{piece.arm}", rerun.Transform3D(translation=piece.tool[:3], quaternion=turned)))
    return found

"""Messages in Foxglove's well-known schemas, as JSON (https://docs.foxglove.dev/docs/visualization/message-schemas)."""

from __future__ import annotations

from typing import Any

from pg4da.export.told import Note, Piece, Pose, Shot, Status, Value

Json = dict[str, Any]

TIME: Json = {"type": "object", "properties": {"sec": {"type": "integer"}, "nsec": {"type": "integer"}}}
TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
WHOLE: Json = {"type": "integer"}
NUMBERS: Json = {"type": "array", "items": NUMBER}


def _object(title: str, **properties: Json) -> Json:
    return {"title": title, "type": "object", "properties": properties}


def _numbers(names: str) -> Json:
    return {"type": "object", "properties": dict.fromkeys(names, NUMBER)}


SCHEMAS: dict[str, Json] = {
    schema["title"]: schema
    for schema in (
        _object(
            "foxglove.CompressedImage",
            timestamp=TIME,
            frame_id=TEXT,
            data={"type": "string", "contentEncoding": "base64"},
            format=TEXT,
        ),
        _object(
            "foxglove.FrameTransform",
            timestamp=TIME,
            parent_frame_id=TEXT,
            child_frame_id=TEXT,
            translation=_numbers("xyz"),
            rotation=_numbers("xyzw"),
        ),
        _object("foxglove.Log", timestamp=TIME, level=WHOLE, message=TEXT, name=TEXT, file=TEXT, line=WHOLE),
        _object("pg4da.Arm", timestamp=TIME, q=NUMBERS, width=NUMBER),
        _object("pg4da.Status", timestamp=TIME, id=WHOLE, path=TEXT, state=TEXT, failure={"type": "object"}),
        _object("pg4da.Value", timestamp=TIME, scope=TEXT, key=TEXT, value={}),
    )
}
INFO, ERROR = 2, 4  # of foxglove.Log


def nanoseconds(seconds: float) -> int:
    return max(0, round(seconds * 1e9))


def messages(piece: Piece) -> list[tuple[str, str, Json]]:
    """Topic, schema and content of each message that a piece becomes."""
    seconds, nano = divmod(nanoseconds(piece.time), 10**9)
    stamp = {"timestamp": {"sec": seconds, "nsec": nano}}
    return [(topic, schema, stamp | content) for topic, schema, content in _contents(piece)]


def _contents(piece: Piece) -> list[tuple[str, str, Json]]:
    if isinstance(piece, Shot):
        image = {"frame_id": piece.name, "data": piece.png, "format": "png"}
        return [(f"/{piece.name}", "foxglove.CompressedImage", image)]
    if isinstance(piece, Note):
        level = ERROR if piece.bad else INFO
        told = {"level": level, "message": piece.text, "name": "pg4da", "file": piece.file, "line": piece.line}
        return [("/log", "foxglove.Log", told)]
    if isinstance(piece, Status):
        content = {"id": piece.id, "path": piece.path, "state": piece.state}
        return [("/status", "pg4da.Status", content | ({"failure": piece.failure} if piece.failure else {}))]
    if isinstance(piece, Value):
        return [("/values", "pg4da.Value", {"scope": piece.scope, "key": piece.key, "value": piece.value})]
    return _arm(piece)


def _arm(piece: Pose) -> list[tuple[str, str, Json]]:
    width = {} if piece.width is None else {"width": piece.width}
    found: list[tuple[str, str, Json]] = [(f"/arms/{piece.arm}", "pg4da.Arm", {"q": piece.q, **width})]
    if piece.tool is not None:
        frames = {"parent_frame_id": "world", "child_frame_id": f"{piece.arm}/tool"}
        where = {"translation": dict(zip("xyz", piece.tool[:3], strict=True))}
        turned = {"rotation": dict(zip("xyzw", piece.tool[3:], strict=True))}
        found.append(("/tf", "foxglove.FrameTransform", frames | where | turned))
    return found

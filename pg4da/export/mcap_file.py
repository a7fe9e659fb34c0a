"""A record as an MCAP file, which Foxglove and PlotJuggler open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from mcap.writer import CompressionType, Writer

from pg4da.export.foxglove import SCHEMAS, messages, nanoseconds
from pg4da.export.told import pieces

if TYPE_CHECKING:
    from pg4da.stream.log import Log


def write(log: Log, path: Path) -> int:
    """How many messages were written. Times are the cell's clock, from zero."""
    count = 0
    with path.open("wb") as file:
        writer = Writer(file, compression=CompressionType.ZSTD)
        writer.start(library="pg4da")
        writer.add_metadata("run", {key: str(value) for key, value in (log.last.run or {}).items()})
        channels = _Channels(writer)
        for piece in pieces(log):
            time = nanoseconds(piece.time)
            for topic, schema, content in messages(piece):
                data = json.dumps(content, allow_nan=False).encode()
                writer.add_message(channels.of(topic, schema), log_time=time, publish_time=time, data=data)
                count += 1
        writer.finish()  # type: ignore[no-untyped-call]
    return count


class _Channels:
    """Registers each topic and schema when it is first met."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._schemas: dict[str, int] = {}
        self._channels: dict[str, int] = {}

    def of(self, topic: str, schema: str) -> int:
        if schema not in self._schemas:
            data = json.dumps(SCHEMAS[schema]).encode()
            self._schemas[schema] = self._writer.register_schema(name=schema, encoding="jsonschema", data=data)
        if topic not in self._channels:
            found = self._writer.register_channel(topic=topic, message_encoding="json", schema_id=self._schemas[schema])
            self._channels[topic] = found
        return self._channels[topic]

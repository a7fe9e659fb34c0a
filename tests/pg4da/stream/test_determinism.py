"""Two runs of one seed leave the same record, but for what names the process and the hour."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def lasting(path: Path) -> list[Any]:
    """Without wall-clock times, process and run ids."""
    messages = [json.loads(line) for line in path.read_text().splitlines()]
    for message in messages:
        for volatile in ("started", "pid", "id"):
            message.pop(volatile, None)
        (message.get("result") or {}).pop("wall_time_s", None)
    return messages


def test_a_record_is_a_function_of_the_run(tell: Callable[..., Any], text: str, cell: Any) -> None:
    first = lasting(tell(text, name="first.jsonl").path)
    cell.__init__()
    second = lasting(tell(text, name="second.jsonl").path)
    assert first == second
    assert len(first) > 20

"""One clock: nothing that takes part in a mission reads the wall clock, but for what is listed here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("skills", "policies", "hardware", "sim", "trees", "pg4da/mission", "pg4da/recording", "pg4da/xml")
READERS = {
    "time": {
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "perf_counter_ns",
        "sleep",
        "process_time",
    },
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
ALLOWED = {
    "hardware/wall_clock.py": "the clock of real cells, for all of their drivers",
    "pg4da/mission/watchdog.py": "sees that a tick does not come back",
    "pg4da/mission/executive.py": "reports how long a mission took",
    "pg4da/mission/loop.py": "keeps to real time while a person is waited for",
}


def readings(source: str) -> Iterator[str]:
    """Calls of the wall clock, whatever the module was called on import."""
    tree = ast.parse(source)
    names = {module: module for module in READERS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in READERS}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in READERS:
                    names[alias.asname or alias.name] = alias.name
                elif node.module in READERS and alias.name in READERS[node.module]:
                    yield f"{node.lineno}: from {node.module} import {alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            module = names.get(owner)
            if module is not None and node.attr in READERS[module]:
                yield f"{node.lineno}: {module}.{node.attr}"


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_reads_the_wall_clock_on_its_own(repository: Path, room: str) -> None:
    found = [
        f"{name}:{reading}"
        for path in sorted((repository / room).rglob("*.py"))
        if (name := path.relative_to(repository).as_posix()) not in ALLOWED
        for reading in readings(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize("name", ALLOWED)
def test_no_exception_is_left_over(repository: Path, name: str) -> None:
    assert list(readings((repository / name).read_text()))


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import time\ntime.sleep(1)", 1),
        ("import time as wall\nwall.monotonic()", 1),
        ("from time import monotonic", 1),
        ("import datetime\ndatetime.datetime.now()", 1),
        ("from datetime import datetime as d\nd.now()", 1),
        ("clock.now()", 0),
        ("cell.clock.time", 0),
        ("import time\ntime.strftime('%H')", 0),
    ],
)
def test_the_check_itself(source: str, count: int) -> None:
    assert len(list(readings(source))) == count

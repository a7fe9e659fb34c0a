"""Missions one after the other leave nothing behind: no thread, file, process or port."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from pg4da.run import RunRequest, make_cell, scene_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("emulated")]
UR_PORTS = (29999, 30003, 30004)


def children() -> set[int]:
    """Processes that this one started and that are still there."""
    own = str(os.getpid())
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if fields[1] == own and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_missions_one_after_the_other_in_one_cell(rig: Any) -> None:
    rig.lay_out("cube")
    assert rig.run("home").outcome == "success"
    before = (threading.active_count(), files(), children())
    for _ in range(4):
        result = rig.run("home")
        assert result.outcome == "success", result.failure
    assert threading.active_count() <= before[0]
    assert files() <= before[1]
    assert children() == before[2]


def test_a_cell_that_is_closed_leaves_nothing(tmp_path: Path) -> None:
    scene = tmp_path / "cube.txt"
    scene.write_text("cube.urdf 0 1 0 0 0.45 0.0225 0 0 0\n")
    request = RunRequest(cell="emulated", scene=str(scene))
    found = scene_of(request)
    before = (threading.active_count(), children())
    for _ in range(2):
        cell: Any = make_cell(request, found)
        addresses = (cell.emulator.left, cell.emulator.right)
        cell.close()
        for address in addresses:
            for port in UR_PORTS:
                with socket.socket() as trial:  # free again
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    trial.bind((address, port))
    assert threading.active_count() <= before[0]
    assert len(children() - before[1]) <= 1  # multiprocessing keeps its resource tracker

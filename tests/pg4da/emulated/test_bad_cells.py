"""A device that can't be used: one message with what to do, exit code 2, and nothing has moved."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.cells.files import packaged
from pg4da.commands.main import main
from pg4da.emulating.process import RunningEmulator, running_emulator

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("emulated")]
CUBE = "cube.urdf 0 1 0 0 0.45 0.0225 0 0 0\n"

# device, fault, value, what the message holds
ILL = [
    ("left", "local_mode", None, "arms.left: not in remote control; switch the pendant to remote control"),
    ("right", "wrong_model", "UR10", "is a UR10, not a UR5e; check `address`"),
    ("left", "firmware", "5.23.0", "PolyScope 5.23.0 is newer than what this driver was made for"),
    ("left", "firmware", "3.15.0", "not an e-Series controller"),
    ("right", "protective_stop", None, "arms.right: protective stop; look what it ran into"),
    ("left", "emergency_stop", None, "arms.left: robot emergency stop; release the emergency stop"),
    ("left", "drop", None, "arms.left: no controller answers at"),
    ("left_gripper", "drop", None, "arms.left.gripper: can't connect to"),
    ("right_gripper", "hot", None, "arms.right.gripper: "),
    ("camera", "drop", None, "camera: no connection"),
]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    scene = tmp_path_factory.mktemp("scene") / "cube.txt"
    scene.write_text(CUBE)
    with running_emulator(scene=str(scene), unlock_delay=0.0) as found:
        yield found


@pytest.fixture
def cell(emulator: RunningEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cell file for the running emulator, alone in the current folder."""
    text = packaged()["emulated"].read_text().replace("emulator: own", "emulator: running")
    text = text.replace("127.0.0.2", emulator.left).replace("127.0.0.3", emulator.right)
    text = text.replace("host: 127.0.0.1", f"host: {emulator.host}").replace("5600", str(emulator.camera_port))
    monkeypatch.chdir(tmp_path)
    Path("cell.yaml").write_text(text)
    yield Path("cell.yaml")
    emulator.control.clear()
    for name, address in (("left", emulator.left), ("right", emulator.right)):
        if emulator.control.status()["arms"][name]["robot_mode"] != "RUNNING":
            switch_on(emulator, name, address)


def switch_on(emulator: RunningEmulator, name: str, address: str) -> None:
    """What an emergency stop switched off."""
    with socket.create_connection((address, 29999), 60.0) as line, line.makefile("rw") as dashboard:
        for order in ("power on", "brake release"):
            dashboard.readline()  # a greeting first, then the answer before
            dashboard.write(f"{order}\n")
            dashboard.flush()
        while emulator.control.status()["arms"][name]["robot_mode"] != "RUNNING":
            time.sleep(0.05)


def joints(emulator: RunningEmulator) -> Any:
    arms = emulator.control.status()["arms"]
    return np.array([arms[name]["q"] for name in ("left", "right")])


@pytest.mark.parametrize(("device", "fault", "value", "message"), ILL)
def test_one_message_and_nothing_moved(
    emulator: RunningEmulator, cell: Path, capsys: Any, device: str, fault: str, value: str | None, message: str
) -> None:
    before = joints(emulator)
    emulator.control.inject(device, fault, value)
    assert main(["run", "retrieve", "--cell", str(cell)]) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.err.startswith("error: cell.yaml:")
    assert "Traceback" not in told.err
    assert [path.name for path in Path().iterdir()] == ["cell.yaml"]
    assert np.allclose(joints(emulator), before, atol=1e-4)
    assert main(["doctor", "--cell", str(cell)]) == 1
    assert "do this: " in capsys.readouterr().out


def test_a_wrong_address(emulator: RunningEmulator, cell: Path, capsys: Any) -> None:
    cell.write_text(cell.read_text().replace(f"address: {emulator.left}", "address: 127.9.9.9"))
    assert main(["run", "retrieve", "--cell", str(cell)]) == 2
    assert "arms.left: no controller answers at 127.9.9.9: " in capsys.readouterr().err


def test_arms_behind_each_others_address(emulator: RunningEmulator, cell: Path, capsys: Any) -> None:
    """Both stand at home, where nobody can tell them apart; one that was moved would be noticed by its tool."""
    text = cell.read_text().replace(f"address: {emulator.right}", f"address: {emulator.left}")
    cell.write_text(text)
    assert main(["check", str(cell)]) == 2
    assert f"both arms have the address {emulator.left}" in capsys.readouterr().err


def test_a_port_that_is_taken(emulator: RunningEmulator, capsys: Any) -> None:
    command = ["emulate", "--left", emulator.left, "--right", "127.9.9.8", "--host", "127.9.9.7"]
    assert main(command) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: the left arm can't listen at")
    assert "is another emulator running?" in told
    assert "Traceback" not in told


def test_all_is_well(cell: Path, capsys: Any) -> None:
    assert main(["doctor", "--cell", str(cell)]) == 0
    assert "everything works" in capsys.readouterr().out

"""The sidecar as a child process: what keeps it from starting, how it is lost, and that nothing of it is left."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pg4da.hardware.cell import Progress
from pg4da.hardware.errors import DeviceError
from pg4da.sim.isaacgym.cell import IsaacCell, connect_isaacgym
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.process import VARIABLE, SidecarLost, SidecarProcess

from .conftest import lying

SCENE = lying(("cube", 0.0, 0.5))


def test_no_interpreter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(DeviceError, match="no interpreter is named") as caught:
        connect_isaacgym(IsaacGymConfig(), SCENE)
    assert VARIABLE in caught.value.remedy


def test_the_variable_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere/python3.8")
    with pytest.raises(DeviceError, match=r"/nowhere/python3.8 is no program"):
        connect_isaacgym(IsaacGymConfig(), SCENE)


def test_an_interpreter_without_isaacgym(tmp_path: Path) -> None:
    """This one has none."""
    with pytest.raises(DeviceError, match="No module named 'isaacgym'") as caught:
        connect_isaacgym(IsaacGymConfig(interpreter=sys.executable), SCENE)
    assert "interpreter" in caught.value.remedy


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(DeviceError, match=r"there is no sidecar /nowhere/sidecar\.py"):
        connect_isaacgym(IsaacGymConfig(interpreter=sys.executable, program="/nowhere/sidecar.py"), SCENE)


def test_one_that_does_not_connect(config: IsaacGymConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULT", "silent")
    with pytest.raises(DeviceError, match=r"did not connect in 0\.3 s"):
        SidecarProcess(config.model_copy(update={"start_timeout": 0.3}))


def test_one_of_another_version(config: IsaacGymConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULT", "version")
    with pytest.raises(DeviceError, match="speaks protocol 99, this is 1"):
        SidecarProcess(config)


def test_the_handshake_tells_who_is_there(config: IsaacGymConfig) -> None:
    process = SidecarProcess(config)
    assert process.hello["backend"] == "mujoco"
    assert process.hello["pid"] == process.pid
    folder = process.folder
    process.close()
    process.close()
    assert process.pid == 0
    assert not folder.exists()


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("crash:3", "was lost at .* it ended with -11"),
        ("exit:3", "was lost at .* it ended with 7"),
        ("garbage:3", "not a message of this protocol"),
        ("hang:3", "did not answer step in 1 s"),
    ],
)
def test_a_lost_sidecar_ends_every_command(make_cell: Callable[..., IsaacCell], fault: str, told: str) -> None:
    cell = make_cell(fault, timeout=1.0)
    pid = process_of(cell).pid
    grip = cell.arms["left"].gripper.move(0.1)
    with pytest.raises(SidecarLost, match=told) as caught:
        cell.advance(0.16)
    assert "now comes the fault" in str(caught.value)
    assert grip.progress is Progress.FAULT
    assert "sidecar" in grip.message
    assert cell.problem
    assert not cell.arms["left"].state.dq.any()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(SidecarLost, match="not running"):
        cell.advance(0.008)
    cell.stop()  # the executive does so at the end of every mission


def test_a_refused_step_ends_every_command_too(make_cell: Callable[..., IsaacCell]) -> None:
    cell = make_cell("refuse:3")
    grip = cell.arms["left"].gripper.move(0.1)
    with pytest.raises(DeviceError, match="refused step: RuntimeError: the GPU is on fire"):
        cell.advance(0.16)
    assert grip.progress is Progress.FAULT
    assert "on fire" in cell.problem


def test_it_can_be_started_again(make_cell: Callable[..., IsaacCell], monkeypatch: pytest.MonkeyPatch) -> None:
    cell = make_cell("crash:3")
    cell.arms["left"].gripper.move(0.1)
    with pytest.raises(SidecarLost):
        cell.advance(0.16)
    monkeypatch.setenv("FAULT", "")
    cell.restart()
    assert cell.problem == ""
    again = cell.arms["left"].gripper.move(0.02)
    cell.advance(1.6)
    assert again.progress is Progress.DONE


def test_a_killed_sidecar_is_told(make_cell: Callable[..., IsaacCell]) -> None:
    cell = make_cell()
    os.kill(process_of(cell).pid, signal.SIGKILL)
    with pytest.raises(SidecarLost, match="it ended with -9"):
        cell.advance(0.1)
    with pytest.raises(TimeoutError, match="not running"):
        cell.camera.capture()


def test_what_is_refused_does_not_lose_it(cell: IsaacCell) -> None:
    with pytest.raises(DeviceError, match="refused picture: IndexError"):
        process_of(cell).ask("picture", world=5)
    cell.advance(0.008)


def test_it_does_not_outlive_the_executive(config: IsaacGymConfig, tmp_path: Path) -> None:
    """Not even one that is killed."""
    import subprocess

    code = (
        "import sys, os, signal\n"
        "from pg4da.sim.isaacgym.config import IsaacGymConfig\n"
        "from pg4da.sim.isaacgym.process import SidecarProcess\n"
        f"p = SidecarProcess(IsaacGymConfig(interpreter=sys.executable, program={config.program!r}))\n"
        "print(p.pid, p.folder, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid, folder = run.stdout.split()
    for _ in range(6000):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            break
        threading.Event().wait(0.01)
    else:
        pytest.fail("the sidecar lives on")
    for left in Path(folder).iterdir():
        left.unlink()
    Path(folder).rmdir()


def process_of(cell: IsaacCell) -> SidecarProcess:
    remote = cell._remote
    assert remote is not None
    return remote.process

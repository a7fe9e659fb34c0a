"""The examples run as their guide prints them."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pg4da.emulating.process import running_emulator

Run = Callable[..., subprocess.CompletedProcess[str]]
Printed = Callable[[str], list[str]]
pytestmark = pytest.mark.slow


def test_the_guide_has_them_all(repository: Path, printed: Printed) -> None:
    names = {path.name[:2] for path in (repository / "examples").iterdir() if path.name[:2].isdigit()}
    assert names == {f"{number:02}" for number in range(1, 12)}
    assert all(printed(number) for number in names)


def test_01_a_first_mission(run: Run, printed: Printed) -> None:
    done = run(*printed("01"))
    assert done.returncode == 0, done.stderr
    assert "seen: yes" in done.stdout


def test_02_from_python(run: Run, printed: Printed) -> None:
    done = run(*printed("02"))
    assert done.returncode == 0, done.stderr
    assert "observe: success" in done.stdout
    assert "{'seen': True}" in done.stdout
    wrong = run("python examples/02_run_from_python.py nocolour")
    assert (wrong.returncode, "nocolour" in wrong.stderr, "Traceback" in wrong.stderr) == (2, True, False)


def test_03_a_branch_for_each_failure(run: Run, printed: Printed) -> None:
    done = run(*printed("03"))
    assert done.returncode == 0, done.stderr
    assert "found: red" in done.stdout
    assert "why: target_out_of_workspace" in done.stdout


def test_04_a_skill_of_ones_own(run: Run, printed: Printed) -> None:
    done = run(*printed("04"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("success {'waved': 2}")


def test_05_in_a_pick_and_place_program(run: Run, printed: Printed) -> None:
    done = run(*printed("05"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("motion 1: ")
    assert "success {'held': True" in done.stdout
    assert lines[-1] == "in the bin"


def test_06_threads_and_asyncio(run: Run, printed: Printed) -> None:
    done = run(*printed("06"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "thread: interrupted, the shift is over, at rest: True",
        "asyncio: cancelled, at rest: True",
    ]


def test_07_watching_from_another_machine(
    folder: Path, environment: dict[str, str], run: Run, printed: Printed
) -> None:
    watched, client = printed("07")
    with subprocess.Popen(
        shlex.split(watched), cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = re.search(r"http\S+#token=[\w-]+", process.stdout.readline())
            assert address is not None
            reader = run(client.replace("ADDRESS", address[0]))
            rest = process.stdout.read()
        finally:
            process.kill()
    assert reader.returncode == 0, reader.stderr
    assert re.search(r"^\d+\.\d\d s  motion 1$", reader.stdout, re.MULTILINE), reader.stdout
    assert "ended: success" in reader.stdout
    assert rest.splitlines()[-1] == "success", rest


def test_08_asking_the_operator(folder: Path, environment: dict[str, str], printed: Printed) -> None:
    (command,) = printed("08")
    keyboard, terminal = pty.openpty()
    try:
        with subprocess.Popen(
            shlex.split(command), cwd=folder, env=environment, stdin=terminal, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            told = ""
            for line in process.stdout:
                told += line
                if "1) take it" in line:
                    os.write(keyboard, b"2\n")
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert process.returncode == 0
    assert "The green target is in sight" in told
    assert "answer: leave it" in told


def test_09_testing_a_mission(run: Run, printed: Printed, folder: Path) -> None:
    with_pytest, without = printed("09")
    done = run(with_pytest)
    assert done.returncode == 0, done.stdout
    assert re.search(r"examples/03_recovery.yaml .*100\.0 %", done.stdout)
    assert run(without).returncode == 0
    assert "<testsuites>" in (folder / "junit.xml").read_text()


def test_10_a_package_with_plugins(run: Run, printed: Printed, folder: Path) -> None:
    install, with_policy, with_cell = printed("10")
    offline = f"--quiet --no-deps --no-build-isolation --no-index --target {shlex.quote(str(folder / 'site'))}"
    done = run(f"{sys.executable} -m {install} {offline}")
    assert done.returncode == 0, done.stderr
    done = run(with_policy, PYTHONPATH="site")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the middle of what is seen of the target" in done.stdout
    assert "retrieved: yes" in done.stdout
    done = run(with_cell, PYTHONPATH="site")
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"the cell went through (\d+) periods", done.stderr)[1]) > 10  # type: ignore[index]


NOD = """\
mission: nod
root:
  sequence:
    - check_cell: {}
    - observe: {target: green, outputs: {observation: seen}}
    - decide: {observation: $seen, outputs: {decision: decision}}
    - plan_motion: {decision: $decision, observation: $seen, outputs: {motion: motion, choice: choice}}
    - switch: {on: $choice, cases: {push: {push: {motion: $motion}}, grasp: {grasp: {motion: $motion}}}}
"""


def test_11_a_package_with_a_driver(run: Run, printed: Printed, folder: Path, environment: dict[str, str]) -> None:
    install, emulate, controllers, doctor, dry = printed("11")
    offline = f"--quiet --no-deps --no-build-isolation --no-index --target {shlex.quote(str(folder / 'site'))}"
    done = run(f"{sys.executable} -m {install} {offline}")
    assert done.returncode == 0, done.stderr
    scene = emulate.removeprefix("pg4da emulate --scene ")
    environment = {**environment, "PYTHONPATH": "site"}
    command = [sys.executable, *shlex.split(controllers)[1:-2], "0", "0"]
    with (
        running_emulator(scene=str(folder / scene)) as emulator,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            cell = (folder / "site" / "lab_arm" / "two_arms.yaml").read_text()
            for port in ("7701", "7702"):
                cell = cell.replace(port, process.stdout.readline().strip())
            cell = cell.replace("127.0.0.2", emulator.left).replace("127.0.0.3", emulator.right)
            cell = cell.replace("  kind: socket", f"  kind: socket\n  host: {emulator.host}")
            (folder / "cell.yaml").write_text(cell)
            (folder / "nod.yaml").write_text(NOD)
            examined, looked, moved = (
                run(line.replace("lab_arm:two_arms.yaml", "cell.yaml"), PYTHONPATH="site")
                for line in (doctor, dry, "pg4da run nod.yaml --cell cell.yaml --no-film")
            )
        finally:
            process.kill()
    assert examined.returncode == 0, examined.stdout + examined.stderr
    assert "arms.left (la6)\n  ok     model: LA6" in examined.stdout
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert "nothing was moved" in looked.stdout
    made = "arm_blocked" not in moved.stdout and ("made" in moved.stdout or "nothing_held" in moved.stdout)
    assert made, moved.stdout + moved.stderr  # where it was to go; what it would take isn't in this world


def test_nothing_of_the_package_is_there_without_it(run: Run) -> None:
    done = run("pg4da run retrieve --scene examples/few_blocks.txt --policy first_grasp")
    assert done.returncode == 2
    assert "unknown policy 'first_grasp'" in done.stderr

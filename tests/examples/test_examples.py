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

Run = Callable[..., subprocess.CompletedProcess[str]]
Printed = Callable[[str], list[str]]
pytestmark = pytest.mark.slow


def test_the_guide_has_them_all(repository: Path, printed: Printed) -> None:
    names = {path.name[:2] for path in (repository / "examples").iterdir() if path.name[:2].isdigit()}
    assert names == {f"{number:02}" for number in range(1, 11)}
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


def test_nothing_of_the_package_is_there_without_it(run: Run) -> None:
    done = run("pg4da run retrieve --scene examples/few_blocks.txt --policy first_grasp")
    assert done.returncode == 2
    assert "unknown policy 'first_grasp'" in done.stderr

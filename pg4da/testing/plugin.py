"""The pytest plugin: fixtures, tests in `*.mission-test.yaml`, coverage of missions. Imports nothing before it is used.

With xdist each worker hands what it saw to the one that reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pg4da.testing.cases import Case
    from pg4da.testing.cell import VirtualCell
    from pg4da.testing.mission import MissionTest

ENDING = ".mission-test.yaml"
OUTPUT = "pg4da_mission_coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pg4da", "tests of missions")
    group.addoption("--mission-coverage", action="store_true", help="report outcomes of nodes that were never seen")
    group.addoption("--mission-coverage-min", type=float, metavar="PERCENT", help="fail below this; turns it on")
    group.addoption("--mission-coverage-json", type=Path, metavar="FILE", help="write it as JSON; turns it on")


def pytest_configure(config: pytest.Config) -> None:
    if wanted(config):
        from pg4da.testing import coverage

        coverage.current = coverage.Coverage()


def pytest_unconfigure(config: pytest.Config) -> None:
    if wanted(config):
        from pg4da.testing import coverage

        coverage.current = None


def wanted(config: pytest.Config) -> bool:
    """Whether one of the options asks for coverage."""
    given = (config.getoption("mission_coverage_min"), config.getoption("mission_coverage_json"))
    return bool(config.getoption("mission_coverage")) or any(value is not None for value in given)


@pytest.fixture
def mission() -> Callable[..., MissionTest]:
    """`mission_under_test`: a mission with some of its nodes replaced."""
    from pg4da.testing.mission import mission_under_test

    return mission_under_test


@pytest.fixture
def virtual_cell() -> Iterator[VirtualCell]:
    """A cell in memory, to be given to `mission(…, cell=virtual_cell)`."""
    from pg4da.testing.cell import VirtualCell

    cell = VirtualCell()
    yield cell
    cell.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.name.endswith(ENDING):
        return MissionTestFile.from_parent(parent, path=file_path)
    return None


class MissionTestFile(pytest.File):
    """One `*.mission-test.yaml`."""

    def collect(self) -> Iterator[pytest.Item]:
        from pg4da.errors import BadInput
        from pg4da.testing.cases import read_cases

        try:
            cases = read_cases(self.path)
        except BadInput as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield MissionTestItem.from_parent(self, name=case.name, case=case)


class Unmet(AssertionError):
    """The run was not as the file expects."""


class MissionTestItem(pytest.Item):
    """One test of such a file."""

    def __init__(self, *, case: Case, **named: Any) -> None:
        super().__init__(**named)
        self.case = case

    def runtest(self) -> None:
        problem = self.case.check()
        if problem:
            raise Unmet(problem)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, without a traceback of the kit's own."""
        if isinstance(excinfo.value, AssertionError):
            return f"{self.case.mark}: {self.case.name}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case.mark.line - 1, self.name


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if not wanted(config):
        return
    from pg4da.testing import coverage

    assert coverage.current is not None
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[OUTPUT] = coverage.current.as_json()
        return
    file, least = config.getoption("mission_coverage_json"), config.getoption("mission_coverage_min")
    if file is not None:
        file.write_text(coverage.current.as_json(), encoding="utf-8")
    if least is not None and coverage.current.percent < least and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of xdist has ended."""
    text = getattr(node, "workeroutput", {}).get(OUTPUT)
    if text:
        import json

        from pg4da.testing import coverage

        if coverage.current is not None:
            coverage.current.merge(coverage.Coverage.from_dict(json.loads(text)))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not wanted(config):
        return
    from pg4da.testing import coverage
    from pg4da.testing.coverage_report import report_lines

    assert coverage.current is not None
    terminalreporter.section("mission coverage")
    for line in report_lines(coverage.current):
        terminalreporter.write_line(line)
    least = config.getoption("mission_coverage_min")
    if least is not None and coverage.current.percent < least:
        text = f"FAIL: mission coverage is {coverage.current.percent:.1f} %, less than {least:g} %"
        terminalreporter.write_line(text, red=True)

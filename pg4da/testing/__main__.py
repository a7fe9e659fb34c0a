"""`python -m pg4da.testing FILE…`: tests of missions without pytest."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.testing import coverage
from pg4da.testing.cases import ENDING, Case, read_cases
from pg4da.testing.coverage_report import report_lines
from pg4da.testing.junit import CaseResult, write_junit


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all pass, 1 when one fails or the coverage is too low, 2 for a wrong file."""
    args = _parser().parse_args(arguments)
    coverage.current = coverage.Coverage()
    try:
        results = [run_case(case) for path in find(args.paths) for case in read_cases(path)]
        if args.junit is not None:
            write_junit(args.junit, results)
        if args.coverage_json is not None:
            args.coverage_json.write_text(coverage.current.as_json(), encoding="utf-8")
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    tell(results)
    return ended(results, coverage.current, args.coverage, args.coverage_min)


def find(paths: Sequence[Path]) -> list[Path]:
    """Files as they are, folders searched. Raises BadInput where there are none."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob(f"*{ENDING}")) if path.is_dir() else [path]
        if not inside:
            raise BadInput(f"{path}: holds no *{ENDING}")
        found += inside
    return found


def run_case(case: Case) -> CaseResult:
    """Whatever it does, a result."""
    began, problem, error = time.perf_counter(), "", ""
    try:
        problem = case.check()
    except AssertionError as raised:
        problem = str(raised)
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    return CaseResult(case.name, case.mark.file, case.mark.line, time.perf_counter() - began, problem, error)


def tell(results: Sequence[CaseResult]) -> None:
    """A line for each, what is wrong below it, the count."""
    for result in results:
        print(f"{'passed' if result.passed else 'FAILED'}  {result.file}:{result.line}: {result.name}")
        for line in (result.problem + result.error).splitlines():
            print(f"        {line}")
    failed = sum(not result.passed for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")


def ended(results: Sequence[CaseResult], seen: coverage.Coverage, report: bool, least: float | None) -> int:
    """The exit code, after the report that was asked for."""
    if report or least is not None:
        print("\n".join(report_lines(seen)))
    if least is not None and seen.percent < least:
        print(f"mission coverage is {seen.percent:.1f} %, less than {least:g} %")
        return 1
    return 0 if all(result.passed for result in results) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m pg4da.testing", description=f"Runs the tests of missions in *{ENDING}.", allow_abbrev=False
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="a file of tests, or a folder with some")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    parser.add_argument("--coverage", action="store_true", help="report outcomes of nodes that were never seen")
    parser.add_argument("--coverage-json", type=Path, metavar="FILE", help="write the coverage as JSON")
    parser.add_argument("--coverage-min", type=float, metavar="PERCENT", help="fail below this")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

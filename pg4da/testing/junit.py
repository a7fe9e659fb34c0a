"""Results of tests as JUnit XML, as CI servers read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class CaseResult:
    """One test that was run. seconds: on the wall. problem: why it failed; error: why it could not be judged."""

    name: str
    file: str
    line: int
    seconds: float
    problem: str = ""
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.problem and not self.error


def junit_xml(results: Sequence[CaseResult], suite: str = "missions") -> str:
    """One suite with a case for each result."""
    root = ElementTree.Element("testsuites")
    totals = {
        "name": suite,
        "tests": str(len(results)),
        "failures": str(sum(bool(result.problem) for result in results)),
        "errors": str(sum(bool(result.error) for result in results)),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }
    parent = ElementTree.SubElement(root, "testsuite", totals)
    for result in results:
        _case(parent, result)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def write_junit(path: Path, results: Sequence[CaseResult]) -> None:
    """Raises OSError."""
    path.write_text(junit_xml(results), encoding="utf-8")


def _case(parent: ElementTree.Element, result: CaseResult) -> None:
    about = {"name": printable(result.name), "classname": Path(result.file).name.removesuffix(".yaml")}
    about |= {"file": result.file, "line": str(result.line), "time": f"{result.seconds:.3f}"}
    case = ElementTree.SubElement(parent, "testcase", about)
    for tag, text in (("failure", result.problem), ("error", result.error)):
        if text:
            child = ElementTree.SubElement(case, tag, {"message": printable(text.splitlines()[0])})
            child.text = printable(text)


def printable(text: str) -> str:
    """Without the characters that XML can't hold."""
    return "".join(c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

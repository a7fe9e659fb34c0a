"""Tests in YAML: what they run, and what is wrong with them, by line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pg4da.mission.problems import MissionError
from pg4da.testing.__main__ import main
from pg4da.testing.cases import read_cases
from pg4da.testing.junit import CaseResult, junit_xml

HEAD = "mission: push_grasp\nreplace: {Look: {fail: bad_frame}}\ntests:\n"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(text: str) -> Path:
        path = tmp_path / "a.mission-test.yaml"
        path.write_text(text)
        return path

    return put


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: the file is empty"),
        ("mission: push_gasp\ntests: []", "1:10: mission 'push_gasp' not found; did you mean 'push_grasp'"),
        ("mission: push_grasp", "1:1: a file of tests needs 'tests'"),
        ("mission: push_grasp\ntest: []\ntests: []", "2:1: unknown key 'test'; did you mean 'tests'"),
        ("mission: push_grasp\ntests: {}", "2:8: tests must be a list"),
        (HEAD + "  - test: a\n    wthin: 3", "5:5: unknown key 'wthin'; did you mean 'within'"),
        (HEAD + "  - test: a\n    within: soon", "5:13: within: expected seconds"),
        (HEAD + "  - test: a\n    replace: {Lok: succeed}", "5:15: no node matches 'Lok'; the nearest is"),
        (HEAD + "  - test: a\n    replace: {Look: sucseed}", "5:21: expected a step, got 'sucseed'; did you mean"),
        (
            HEAD + "  - test: a\n    replace: {Look: {fail: x, afer: 1}}",
            "5:31: unknown key 'afer' of fail; did you mean",
        ),
        (HEAD + "  - test: a\n    replace: {Look: {fail: x, phase: now}}", "5:21: fail: unknown phase 'now'"),
        (HEAD + "  - test: a\n    replace: {Look: {succeed: {a: 1}}}", "5:15: 'One motion/A frame may be spoilt/Look'"),
        (HEAD + "  - test: a\n    replace: {Look: []}", "5:21: an empty script"),
        (HEAD + "  - test: a\n    replace: {Look: {succeed: 3}}", "5:21: succeed: expected outputs by name, got 3"),
        (HEAD + "  - test: a\n    replace: {Look: {fail: x, after: never}}", "5:21: "),
        (HEAD + "  - test: a\n    inputs: {colour: red}", "5:14: inputs: the mission has no input 'colour'"),
        (HEAD + "  - test: a\n    expect: {outcome: won}", "5:23: unknown outcome 'won'; valid"),
        (HEAD + "  - test: a\n    expect: {visited: [Lok]}", "5:24: no node matches 'Lok'"),
        (HEAD + "  - test: a\n    expect: {visits: {Look: many}}", "5:29: visits of 'Look': expected a whole number"),
        (HEAD + "  - test: a\n    expect: {outputs: {hold: 1}}", "5:30: the mission has no output 'hold'"),
        (HEAD + "  - test: a\n    expect: {failure: {kode: x}}", "5:24: unknown key 'kode' of failure"),
        (HEAD + "  - test: a\n  - test: a", "5:11: two tests are called 'a'"),
        (HEAD + "  - 7", "4:5: a test must be a mapping, got 7"),
    ],
)
def test_what_is_wrong_with_a_file(write: Write, text: str, message: str) -> None:
    with pytest.raises(MissionError) as raised:
        read_cases(write(text))
    assert f"a.mission-test.yaml:{message}" in str(raised.value)


def test_a_broken_mission_is_told_with_its_own_place(write: Write, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("mission: m\nroot: {sekwence: []}")
    with pytest.raises(MissionError, match=r"m\.yaml:2:8: .*'sekwence'"):
        read_cases(write("mission: m\ntests: [{test: a}]"))


@pytest.mark.parametrize(
    ("expect", "unmet"),
    [
        ("{failure: bad_frame, visits: {Look: 3}, not_visited: [Grasp], max_time: 1}", ""),
        ("{failure: {code: bad_frame, message: scripted, recoverable: true}}", ""),
        ("{failure: lost_grip}", "5:23: 'lost_grip' expected as code of the failure, it was 'bad_frame'"),
        ("{}", "5:13: 'success' expected as outcome, it was 'failure'"),
        ("{failure: bad_frame, visits: {Look: 2}}", "5:49: 2 visits of 'Look' expected, there were 3"),
        ("{failure: bad_frame, visited: [Grasp]}", "5:44: 'Grasp' was never visited"),
        ("{failure: bad_frame, not_visited: [Look]}", "5:48: 'Look' was visited"),
        ("{failure: bad_frame, given: {Look: {target: green}}}", ""),
        ("{failure: bad_frame, given: {Look: {target: red}}}", "5:57: 'red' expected as 'target' given to 'Look'"),
        ("{failure: bad_frame, outputs: {held: true}}", "5:50: True expected as output 'held', it was None"),
    ],
)
def test_what_is_expected(write: Write, expect: str, unmet: str) -> None:
    (case,) = read_cases(write(f"{HEAD}  - test: a\n    expect: {expect}"))
    assert unmet in (told := case.check())
    assert bool(told) is bool(unmet)


def test_a_run_that_takes_too_long(write: Write) -> None:
    text = f"{HEAD}  - test: a\n    replace: {{Look: {{fail: x, after: 5}}}}\n    expect: {{failure: x, max_time: 3}}"
    (case,) = read_cases(write(text))
    assert "6:36: 3.0 seconds at most, it took 15.04" in case.check()


def test_without_pytest(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(f"{HEAD}  - test: good\n    expect: {{failure: bad_frame}}\n  - test: bad\n")
    junit, found = tmp_path / "junit.xml", tmp_path / "coverage.json"
    assert main([str(tmp_path), "--junit", str(junit), "--coverage", "--coverage-json", str(found)]) == 1
    told = capsys.readouterr().out
    assert "passed  " in told
    assert "1 passed, 1 failed" in told
    assert "decide 'Push or grasp': never ran" in told
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "1")
    assert [len(case) for case in suite] == [0, 1]
    assert '"percent"' in found.read_text()
    write(f"{HEAD}  - test: good\n    expect: {{failure: bad_frame}}\n")
    assert main([str(path)]) == 0
    assert main([str(path), "--coverage-min", "90"]) == 1
    assert main([str(path), "--junit", str(tmp_path / "no" / "x.xml")]) == 2
    assert main([str(tmp_path / "no.mission-test.yaml")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_junit_holds_any_text() -> None:
    results = [CaseResult("a <b> & \x00", "f.yaml", 3, 0.5, "it's\n<wrong> \x1b[31m"), CaseResult("c", "f", 1, 0.25)]
    suite = ElementTree.fromstring(junit_xml(results).encode())[0]
    assert suite.attrib["time"] == "0.750"
    assert suite[0].attrib["name"] == "a <b> & \N{REPLACEMENT CHARACTER}"
    assert suite[0][0].text == "it's\n<wrong> \N{REPLACEMENT CHARACTER}[31m"

"""What docs/testing.md shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from runpy import run_path

from pg4da.testing.case_fields import EXPECT_KEYS, STEP_KEYS
from pg4da.testing.cases import ENDING, read_cases


def blocks(repository: Path, language: str) -> list[str]:
    text = (repository / "docs" / "testing.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_yaml_passes(repository: Path, tmp_path: Path) -> None:
    (text,) = blocks(repository, "yaml")
    path = tmp_path / f"shown{ENDING}"
    path.write_text(text)
    cases = read_cases(path)
    assert len(cases) == 3
    assert [case.check() for case in cases] == [""] * 3


def test_the_python_passes(repository: Path, tmp_path: Path) -> None:
    (text,) = blocks(repository, "python")
    path = tmp_path / "shown.py"
    path.write_text(text)
    run_path(str(path))["test_lost_on_the_way"]()


def test_every_word_is_described(repository: Path) -> None:
    text = (repository / "docs" / "testing.md").read_text()
    assert [word for word in (*STEP_KEYS, *EXPECT_KEYS) if f"`{word}" not in text and f"`{{{word}" not in text] == []

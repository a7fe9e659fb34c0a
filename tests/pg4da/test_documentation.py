"""What the mission language's description shows is true."""

from __future__ import annotations

import re
from pathlib import Path

from pg4da.mission.grammar import WORDS
from pg4da.mission.loader import load_spec
from pg4da.skills.registry import SKILLS


def test_the_example_is_a_mission(repository: Path, tmp_path: Path) -> None:
    text = (repository / "trees" / "README.md").read_text()
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    path = tmp_path / "fetch.yaml"
    path.write_text(example[1])
    assert load_spec(str(path), SKILLS).name == "fetch"


def test_every_word_is_described(repository: Path) -> None:
    text = (repository / "trees" / "README.md").read_text()
    assert set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE)) == set(WORDS)

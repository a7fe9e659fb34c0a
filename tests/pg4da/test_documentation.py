"""What the mission language's description shows is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from pg4da.commands.main import make_parser
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


def test_the_commands_of_the_readme_exist(repository: Path) -> None:
    blocks = re.findall(r"^```\n(.*?)^```", (repository / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    commands = re.findall(r"^(?:\$ )?pg4da (.+)$", "\n".join(blocks), re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        assert callable(make_parser().parse_args(shlex.split(command)).run)


def test_links_lead_somewhere(repository: Path) -> None:
    for document in ("README.md", "CONTRIBUTING.md", "trees/README.md"):
        path = repository / document
        for link in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert link.startswith("https://") or (path.parent / link).exists(), f"{document}: {link}"

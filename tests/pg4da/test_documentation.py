"""What the mission language's description shows is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from pg4da.commands.main import make_parser
from pg4da.mission.grammar import WORDS
from pg4da.mission.loader import load_spec
from pg4da.skills.registry import SKILLS


def test_every_mission_in_the_text_is_one(repository: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (repository / "docs" / "missions.md").read_text(), re.DOTALL)
    assert len(blocks) >= 4
    for index, block in enumerate(blocks):
        path = tmp_path / f"block{index}.yaml"
        path.write_text(block)
        assert load_spec(str(path), SKILLS).name in block


def test_every_word_is_described(repository: Path) -> None:
    text = (repository / "docs" / "missions.md").read_text()
    table = text.split("| word | fields | ends |")[1].split("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
    assert set(rows) == set(WORDS)
    for word, grammar in WORDS.items():
        shared = {"memory", "recovery", "wait", "wait_factor", "wait_max", "budget", "on", "abort_on", "attempts"}
        for part in {*grammar.fields, *grammar.slots} - (shared if word in ("fallback", "repeat", "retry") else set()):
            assert f"`{part}" in rows[word] or f"{part}:" in rows[word], f"{part} of {word}"
    for part in ("wait", "wait_factor", "wait_max", "budget", "on", "abort_on", "recovery", "memory: false"):
        assert f"`{part}`" in text


def test_the_commands_of_the_readme_exist(repository: Path) -> None:
    blocks = re.findall(r"^```\n(.*?)^```", (repository / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    commands = re.findall(r"^(?:\$ )?pg4da (.+)$", "\n".join(blocks), re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        assert callable(make_parser().parse_args(shlex.split(command)).run)


def test_links_lead_somewhere(repository: Path) -> None:
    for document in ("README.md", "CONTRIBUTING.md", "trees/README.md", "docs/missions.md"):
        path = repository / document
        for link in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert link.startswith("https://") or (path.parent / link).exists(), f"{document}: {link}"

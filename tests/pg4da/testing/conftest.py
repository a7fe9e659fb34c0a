"""A small mission with a skill of each kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pg4da.skills.skill import Ports, Skill
from pg4da.testing import MissionTest, mission_under_test

MISSION = """\
mission: fetch
inputs:
  part: {type: str, default: bolt}
outputs:
  found: {type: bool}
root:
  finally:
    name: Fetch
    child:
      fallback:
        name: Find it
        children:
          - timeout:
              name: Not for long
              seconds: 5
              child: {look_for: {name: Look, part: $part, outputs: {found: found, place: place}}}
          - sequence:
              name: Ask
              children:
                - look_for: {name: Look again, part: $part, outputs: {found: found}}
                - condition: {name: Found, if: $found}
    always: {tidy: {name: Tidy up}}
"""


class LookFor(Skill):
    """Finds it after a second; fails for a part that it does not know."""

    name = "look_for"
    needs = frozenset({"camera"})

    class Inputs(Ports):
        part: str

    class Outputs(Ports):
        found: bool
        place: Path

    def run(self, inputs: Any) -> Any:
        end = self.context.cell.clock.now() + 1.0
        while self.context.cell.clock.now() < end:
            yield
        return self.Outputs(found=True, place=Path(inputs.part))


class Tidy(Skill):
    name = "tidy"

    def run(self, inputs: Ports) -> Any:
        yield
        return self.Outputs()


SKILLS: dict[str, type[Skill]] = {skill.name: skill for skill in (LookFor, Tidy)}
Fetch = Callable[..., MissionTest]


@pytest.fixture
def fetch(tmp_path: Path) -> Fetch:
    """The mission above with replacements, or another text."""

    def make(replace: Any = None, text: str = MISSION, **named: Any) -> MissionTest:
        path = tmp_path / "fetch.yaml"
        path.write_text(text)
        return mission_under_test(path, named.pop("inputs", None), replace, skills=SKILLS, **named)

    return make

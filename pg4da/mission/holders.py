"""Who needs which arm or the camera, for children that run at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pg4da.mission.problems import Problem
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.skills.skill import Skill


class Needs:
    """Resources that anything below a node holds while it runs; each subtree is looked through once."""

    def __init__(self, skills: Mapping[str, type[Skill]]) -> None:
        self._skills = skills
        self._found: dict[int, frozenset[str]] = {}
        self._kept: list[MissionSpec] = []  # so that an id stays that of one mission

    def of(self, node: NodeSpec) -> frozenset[str]:
        """By the skills' own declarations."""
        needed = self._skills[node.word].needs if node.word in self._skills else frozenset()
        if node.subtree is not None:
            needed |= self._of_mission(node.subtree)
        return needed.union(*map(self.of, node.below()))

    def _of_mission(self, mission: MissionSpec) -> frozenset[str]:
        if id(mission) not in self._found:
            self._kept.append(mission)
            self._found[id(mission)] = self.of(mission.root)
        return self._found[id(mission)]

    def twice(self, parallel: NodeSpec) -> Iterator[Problem]:
        """A problem for each child that needs what an earlier one holds."""
        held: dict[str, str] = {}
        for child in parallel.children:
            for resource in sorted(self.of(child)):
                if resource in held:
                    message = f"'{child.name}' and '{held[resource]}' run at once and both need '{resource}'"
                    yield Problem(child.mark, message)
                held[resource] = child.name

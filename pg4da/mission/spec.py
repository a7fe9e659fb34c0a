"""What a mission file says, after parsing: plain data with places, nothing that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pg4da.mission.declarations import Declaration
from pg4da.mission.expression import Value
from pg4da.mission.problems import Mark


@dataclass(frozen=True)
class NodeSpec:
    """One node. `values` are its fields or input ports, `outputs` maps a port to the key it is written to.

    `slots` are children with a role (child, recovery, always); `children` those in a list. broken: something of it or
    below it could not be read and is left out.
    """

    word: str
    name: str
    mark: Mark
    values: Mapping[str, Value] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    output_marks: Mapping[str, Mark] = field(default_factory=dict)
    key_marks: Mapping[str, Mark] = field(default_factory=dict)
    slots: Mapping[str, NodeSpec] = field(default_factory=dict)
    children: tuple[NodeSpec, ...] = ()
    subtree: MissionSpec | None = None
    broken: bool = False

    def below(self) -> tuple[NodeSpec, ...]:
        """Direct children, in the order in which they are shown."""
        return (*self.children, *self.slots.values())

    def walk(self) -> Iterator[NodeSpec]:
        """This node and everything below it in the same file."""
        yield self
        for child in self.below():
            yield from child.walk()


@dataclass(frozen=True)
class MissionSpec:
    """A whole file. size: nodes, those of subtrees included; height: the longest chain of them."""

    name: str
    file: str
    mark: Mark
    inputs: Mapping[str, Declaration]
    outputs: Mapping[str, Declaration]
    root: NodeSpec
    description: str = ""
    size: int = field(default=1, compare=False)
    height: int = field(default=1, compare=False)

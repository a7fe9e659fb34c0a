"""TreeNodesModel: what BehaviorTree.CPP's XML says about ports, here the contract of each subtree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pg4da.mission.declarations import TYPES
from pg4da.mission.problems import Mark
from pg4da.mission.source import Fields, Scalar, Source
from pg4da.xml.build import mapping, scalar
from pg4da.xml.elements import Element
from pg4da.xml.values import to_source

Refuse = Callable[[Mark, str], None]
_TYPES = {"std::string": "str", "string": "str", "double": "float", "unsigned": "int", "unsigned int": "int"}
LIMITS = ("unit", "min", "max", "choices", "description")


@dataclass
class Model:
    """Ports by name, each with its declaration."""

    inputs: dict[str, dict[str, Source]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Source]] = field(default_factory=dict)

    @classmethod
    def open(cls, inputs: Iterable[str], outputs: Iterable[str], mark: Mark) -> Model:
        """Ports of any type."""
        anything: dict[str, Source] = {"type": scalar("any", mark)}
        return cls(dict.fromkeys(inputs, anything), dict.fromkeys(outputs, anything))

    @classmethod
    def of_mission(cls, source: Source) -> Model:
        """What a mission file declares."""
        parts = [source.entries.get(part) if isinstance(source, Fields) else None for part in ("inputs", "outputs")]
        inputs, outputs = [
            {name: body.entries for name, body in part.entries.items() if isinstance(body, Fields)}
            if isinstance(part, Fields)
            else {}
            for part in parts
        ]
        return cls(inputs, outputs)

    def annotation(self, port: str) -> Any:
        """The type of an input."""
        kind = self.inputs.get(port, {}).get("type")
        return TYPES.get(str(kind.value), Any) if isinstance(kind, Scalar) else Any

    def declarations(self, mark: Mark) -> dict[str, Source]:
        """As the top of a mission file has them."""
        parts = {"inputs": self.inputs, "outputs": self.outputs}
        return {
            part: mapping(mark, {name: mapping(_mark(body, mark), body) for name, body in ports.items()})
            for part, ports in parts.items()
            if ports
        }


def _mark(body: dict[str, Source], otherwise: Mark) -> Mark:
    return body["type"].mark if "type" in body else otherwise


def read_model(element: Element, refuse: Refuse) -> dict[str, Model]:
    """The models of subtrees by ID; those of other nodes say nothing that the skills do not say better."""
    found: dict[str, Model] = {}
    for each in element.children:
        if each.tag == "SubTree":
            model = found.setdefault(each.attributes.get("ID", ""), Model())
            for port in each.children:
                _read_port(port, model, refuse)
    return found


def _read_port(port: Element, model: Model, refuse: Refuse) -> None:
    name = port.attributes.get("name")
    if port.tag not in ("input_port", "output_port", "inout_port") or not name:
        refuse(port.mark, f"<{port.tag[:40]}> is no port" if name else "a port needs a 'name'")
        return
    body = _declaration(port)
    if port.tag != "output_port":
        model.inputs[name] = body
    if port.tag != "input_port":
        model.outputs[name] = {key: value for key, value in body.items() if key != "default"}


def _declaration(port: Element) -> dict[str, Source]:
    kind = port.attributes.get("type", "any")
    kind = _TYPES.get(kind, kind)
    body: dict[str, Source] = {"type": scalar(kind if kind in TYPES else "any", port.marks.get("type", port.mark))}
    for key in ("default", *LIMITS):
        if key in port.attributes:
            annotation = str if key in ("unit", "description") else TYPES.get(kind, Any) if key == "default" else Any
            body[key] = to_source(port.attributes[key], key, annotation, port.marks.get(key, port.mark))
    return body

"""One element of a tree, with everything below it, as a node of a mission file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pg4da.errors import suggest
from pg4da.mission.grammar import WORDS, Word
from pg4da.mission.problems import Mark
from pg4da.mission.source import Fields, Source
from pg4da.skills.skill import Skill
from pg4da.xml.build import items, mapping, node, scalar
from pg4da.xml.elements import Element
from pg4da.xml.model import Model
from pg4da.xml.standard import MAKERS, WITHOUT, NoCounterpart, Standard
from pg4da.xml.values import key_of, to_source

GENERIC = ("Action", "Condition", "Control", "Decorator")
SCRIPTED = ("_skipIf", "_successIf", "_failureIf", "_while", "_onSuccess", "_onFailure", "_onHalted", "_post")
Refuse = Callable[[Mark, str], None]
Ports = Callable[[str], tuple[str, Model]]


class NodeReader:
    """`ports` gives what a subtree is called in a mission file and what goes in and out."""

    def __init__(self, skills: Mapping[str, type[Skill]], ports: Ports, refuse: Refuse) -> None:
        self._skills, self._ports, self._refuse = skills, ports, refuse

    def node(self, element: Element) -> Source | None:
        """None when something was refused."""
        children = [self.node(child) for child in element.children]
        for name, text in element.attributes.items():
            if name in SCRIPTED or (name == "_autoremap" and text.lower() in ("true", "1")):
                hint = "give each port by its name" if name == "_autoremap" else "put a node of its own before it"
                self._refuse(element.marks.get(name, element.mark), f"{name} does not carry over; {hint}")
        if any(child is None for child in children):
            return None
        try:
            return self._convert(element, [child for child in children if child is not None])
        except NoCounterpart as error:
            self._refuse(error.mark, str(error))
            return None

    def _convert(self, element: Element, children: list[Source]) -> Fields:
        tag = element.attributes.get("ID", "") if element.tag in GENERIC else element.tag
        if tag in ("SubTree", "SubTreePlus"):
            return self._subtree(element)
        if tag in WORDS:
            return self._word(tag, element, children)
        if tag in self._skills:
            return self._skill(tag, element)
        if tag in MAKERS:
            return Standard(element, children).convert()
        hint = WITHOUT.get(tag) or suggest(tag, [*MAKERS, *WORDS, *self._skills]).removeprefix("; ") or "no such skill"
        raise NoCounterpart(element.mark, f"<{tag[:40] or element.tag[:40]}> has no counterpart in a mission; {hint}")

    def _skill(self, tag: str, element: Element) -> Fields:
        skill = self._skills[tag]
        body, outputs = self._split(element, skill.Inputs.model_fields, skill.Outputs.model_fields)
        if outputs is not None:
            body["outputs"] = outputs
        return node(tag, element.mark, {**self._name(element), **body}, element.marks)

    def _split(
        self, element: Element, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
    ) -> tuple[dict[str, Source], Fields | None]:
        """Attributes as inputs and as outputs; `port_out` is an output that has an input's name."""
        body: dict[str, Source] = {}
        written: dict[str, Source] = {}
        for name, text in element.attributes.items():
            if name in ("name", "ID") or name.startswith("_"):
                continue
            mark = element.marks.get(name, element.mark)
            port = name.removesuffix("_out") if name not in inputs and name not in outputs else name
            if port in outputs and (port not in inputs or name != port):
                key = key_of(text, port)
                if key is None:
                    raise NoCounterpart(mark, f"the output '{port}' needs a key in braces, got '{text[:40]}'")
                written[port] = scalar(key, mark)
            else:
                annotation = inputs[port].annotation if port in inputs else Any
                body[name] = to_source(text, name, annotation, mark)
        return body, mapping(element.mark, written, element.marks) if written else None

    def _subtree(self, element: Element) -> Fields:
        use = element.attributes.get("ID")
        if not use:
            raise NoCounterpart(element.mark, "SubTree needs the attribute 'ID'")
        said, model = self._ports(use)
        known = {port: _Port(model.annotation(port)) for port in model.inputs}
        body, outputs = self._split(element, known, model.outputs)
        fields: dict[str, Source] = {"use": scalar(said, element.marks.get("ID", element.mark))}
        fields["inputs"] = mapping(element.mark, body, element.marks)
        both = self._both_ways(element, model)
        if outputs is not None or both:
            fields["outputs"] = mapping(element.mark, {**both, **(outputs.entries if outputs else {})})
        return node("subtree", element.mark, {**self._name(element), **fields}, element.marks)

    def _both_ways(self, element: Element, model: Model) -> dict[str, Source]:
        """`{key}` on a port that is an input and an output goes both ways."""
        found: dict[str, Source] = {}
        for name, text in element.attributes.items():
            if name in model.inputs and name in model.outputs and (key := key_of(text, name)) is not None:
                found[name] = scalar(key, element.marks.get(name, element.mark))
        return found

    def _name(self, element: Element) -> dict[str, Source]:
        name = element.attributes.get("name")
        return {} if name is None else {"name": scalar(name, element.marks.get("name", element.mark))}

    def _word(self, tag: str, element: Element, children: list[Source]) -> Fields:
        word = WORDS[tag]
        named = {name: text for name, text in element.attributes.items() if name not in ("ID", "cases")}
        body: dict[str, Source] = {}
        written: dict[str, Source] = {}
        for name, text in named.items():
            mark = element.marks.get(name, element.mark)
            if name.startswith("_"):
                continue
            if name in word.ports:
                written[name] = scalar(key_of(text, name) or text, mark)
            else:
                body[name] = _field(word, name, text, mark)
        if written:
            body["outputs"] = mapping(element.mark, written)
        return node(tag, element.mark, {**body, **self._roles(tag, word, element, children)}, element.marks)

    def _roles(self, tag: str, word: Word, element: Element, children: list[Source]) -> dict[str, Source]:
        if word.many:
            return {"children": items(children, element.mark)}
        roles = [role for role, required in word.slots.items() if required]
        cases = [case.strip() for case in element.attributes.get("cases", "").split(";") if case.strip()]
        optional = [role for role, required in word.slots.items() if not required]
        spare = max(len(children) - len(roles) - len(cases), 0)
        roles += optional[:spare]
        if len(children) != len(roles) + len(cases):
            expected = len(roles) + len(cases)
            raise NoCounterpart(element.mark, f"{tag} has {expected} children here, got {len(children)}")
        body = dict(zip(roles, children, strict=False))
        if word.cases:
            body["cases"] = mapping(element.mark, dict(zip(cases, children[len(roles) :], strict=True)))
        return body


class _Port:
    def __init__(self, annotation: Any) -> None:
        self.annotation = annotation


def _field(word: Word, name: str, text: str, mark: Mark) -> Source:
    rule = word.fields.get(name)
    if rule is not None and (rule.template or rule.annotation is bool) and not rule.static:
        key = key_of(text, name)
        return scalar(f"${key}" if key else text, mark)
    if name == "name" or (rule is not None and rule.writes):
        return scalar(key_of(text, name) or text, mark)
    return to_source(text, name, rule.annotation if rule is not None else Any, mark)

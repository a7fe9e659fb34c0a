"""From a mission file's YAML to its spec, collecting every problem on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pg4da.errors import BadInput, suggest
from pg4da.mission.declaring import Declaring
from pg4da.mission.expression import ExpressionError, Literal, Value, parse_expression
from pg4da.mission.fitting import misfit
from pg4da.mission.grammar import WORDS, Field, Word
from pg4da.mission.problems import Mark, MissionError, Problem
from pg4da.mission.source import Fields, Items, Scalar, Source, describe, plain
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.mission.template import parse_template
from pg4da.skills.skill import Skill

TOP = ("mission", "description", "inputs", "outputs", "root")
FindSubtree = Callable[[str, Mark, int], MissionSpec | None]
MAX_NODES = 10_000  # of a mission with everything in its subtrees
MAX_DEPTH = 100  # nodes below each other


@dataclass
class Parser(Declaring):
    """Parses one file. `find_subtree` loads the file that a subtree names, or reports why it can't.

    depth: how many nodes stand above the one that is read, those of the using files included.
    """

    file: str
    skills: Mapping[str, type[Skill]]
    find_subtree: FindSubtree
    problems: list[Problem] = field(default_factory=list)
    depth: int = 0
    size: int = 0
    deepest: int = 0

    def mission(self, source: Source) -> MissionSpec | None:
        """The whole file; None when there is no root to speak of."""
        top = self._fields(source, "a mission")
        if top is None:
            return None
        self._known(top, TOP, "key")
        name = self._word(top, "mission", required=True)
        inputs, outputs = (self._declarations(top.entries.get(part)) for part in ("inputs", "outputs"))
        root, above = self._required(top, "root", "a mission"), self.depth
        node = self.node(root) if root is not None else None
        if node is None:
            return None
        description = self._word(top, "description")
        height = self.deepest - above
        return MissionSpec(
            name or "mission", self.file, top.mark, inputs, outputs, node, description, self.size, height
        )

    def node(self, source: Source) -> NodeSpec | None:
        """One node: a mapping with exactly one key, a control word or a skill's name."""
        self._count(1, 1, source.mark)
        self.depth += 1
        found = self._node(source)
        self.depth -= 1
        return found

    def _count(self, size: int, height: int, mark: Mark) -> None:
        """Raises MissionError for a tree that is too large."""
        self.size += size
        self.deepest = max(self.deepest, self.depth + height)
        if self.deepest > MAX_DEPTH:
            raise MissionError([*self.problems, Problem(mark, f"more than {MAX_DEPTH} nodes below each other")])
        if self.size > MAX_NODES:
            raise MissionError([*self.problems, Problem(mark, f"a tree of more than {MAX_NODES} nodes")])

    def _node(self, source: Source) -> NodeSpec | None:
        if not isinstance(source, Fields) or len(source.entries) != 1:
            found = f"{len(source.entries)} keys" if isinstance(source, Fields) else describe(source)
            return self._refuse(source.mark, f"a node is a mapping with exactly one key, got {found}")
        word, body = next(iter(source.entries.items()))
        mark = source.keys[word]
        if word in WORDS:
            return self._control(word, WORDS[word], body, mark)
        if word in self.skills:
            try:
                self.skills[word]
            except BadInput as error:  # a plug-in that can't be loaded
                return self._refuse(mark, str(error))
            return self._skill(word, body, mark)
        return self._refuse(mark, f"unknown node '{word}'{suggest(word, [*WORDS, *self.skills])}")

    def _control(self, word: str, grammar: Word, body: Source, mark: Mark) -> NodeSpec | None:
        sound = len(self.problems)
        if grammar.many and isinstance(body, Items):
            values, children = self._defaults(grammar), self._children(body, word)
            return NodeSpec(word, word, mark, values, children=children, broken=len(self.problems) > sound)
        entries = self._fields(body, word)
        if entries is None:
            return None
        own = ["name", *grammar.fields, *grammar.slots] + ["outputs"] * bool(grammar.ports)
        own += ["children"] * grammar.many + ["cases"] * grammar.cases
        if not grammar.open:
            self._known(entries, own, f"key of {word}")
        values = self._open(entries) if grammar.open else self._values(word, grammar, entries)
        marks = dict(entries.keys)
        slots = self._slots(word, grammar, entries)
        if grammar.cases:
            slots.update(self._cases(word, entries, marks))
        children = ()
        if grammar.many and (found := self._required(entries, "children", word)) is not None:
            children = self._children(found, word)
        if word == "subtree":
            return self._subtree(entries, mark, values)
        outputs, output_marks = self._written(word, grammar, entries)
        keys = {key for key, rule in grammar.fields.items() if rule.writes}
        values = {key: value for key, value in values.items() if key not in keys}
        name, broken = self._name(entries, word), len(self.problems) > sound
        return NodeSpec(word, name, mark, values, outputs, output_marks, marks, slots, children, broken=broken)

    def _skill(self, word: str, body: Source, mark: Mark) -> NodeSpec | None:
        if isinstance(body, Scalar) and body.value is None:
            body = Fields(mark)
        entries = self._fields(body, word)
        if entries is None:
            return None
        ports = {key: value for key, value in entries.entries.items() if key not in ("name", "outputs")}
        outputs, marks = self._renaming(entries.entries.get("outputs"), "outputs")
        values = {key: found for key, value in ports.items() if (found := self._value(value)) is not None}
        return NodeSpec(word, self._name(entries, word), mark, values, outputs, marks, entries.keys)

    def _written(self, word: str, grammar: Word, entries: Fields) -> tuple[dict[str, str], dict[str, Mark]]:
        """What a control writes: fields that name a key, and the mapping `outputs` where it has one."""
        renaming = entries.entries.get("outputs") if grammar.ports else None
        outputs, marks = self._renaming(renaming, "outputs")
        for key, rule in grammar.fields.items():
            named = entries.entries.get(key) if rule.writes else None
            if isinstance(named, Scalar) and isinstance(named.value, str):
                outputs[rule.writes], marks[rule.writes] = named.value.removeprefix("$"), named.mark
                self._check_key(outputs[rule.writes], named.mark)
        return outputs, marks

    def _subtree(self, entries: Fields, mark: Mark, fixed: dict[str, Value]) -> NodeSpec:
        given = entries.entries.get("inputs")
        fields = self._fields(given, "inputs") if given is not None else None
        values = {k: v for k, s in (fields.entries if fields else {}).items() if (v := self._value(s)) is not None}
        outputs, marks = self._renaming(entries.entries.get("outputs"), "outputs")
        use = fixed.get("use")
        subtree = None
        if isinstance(use, Literal):
            subtree = self.find_subtree(str(use.value), use.mark, self.depth)
            self._count(*((subtree.size, subtree.height) if subtree is not None else (0, 0)), use.mark)
        keys = fields.keys if fields else {}
        name = subtree.name if subtree is not None and "name" not in entries.entries else self._name(entries, "subtree")
        return NodeSpec("subtree", name, mark, values, outputs, marks, keys, subtree=subtree)

    def _children(self, source: Source, word: str) -> tuple[NodeSpec, ...]:
        if not isinstance(source, Items):
            self._refuse(source.mark, f"the children of {word} are a list, got {describe(source)}")
            return ()
        if not source.items:
            self._refuse(source.mark, f"{word} needs at least one child, got none")
        return tuple(node for item in source.items if (node := self.node(item)) is not None)

    def _slots(self, word: str, grammar: Word, entries: Fields) -> dict[str, NodeSpec]:
        slots = {}
        for role, required in grammar.slots.items():
            source = self._required(entries, role, word) if required else entries.entries.get(role)
            if isinstance(source, Items):
                self._refuse(source.mark, f"{role} of {word} is exactly one node, got a list of {len(source.items)}")
            elif source is not None and (node := self.node(source)) is not None:
                slots[role] = node
        return slots

    def _cases(self, word: str, entries: Fields, marks: dict[str, Mark]) -> dict[str, NodeSpec]:
        """The places of the cases' keys are added to `marks`."""
        source = self._required(entries, "cases", word)
        cases = self._fields(source, "cases") if source is not None else None
        if cases is None:
            return {}
        if not cases.entries:
            self._refuse(cases.mark, f"{word} needs at least one case, got none")
        for key in cases.entries:
            if key in WORDS[word].slots:
                self._refuse(cases.keys[key], f"a case of {word} cannot be called '{key}'")
            marks.setdefault(key, cases.keys[key])
        return {key: node for key, value in cases.entries.items() if (node := self.node(value)) is not None}

    def _values(self, word: str, grammar: Word, entries: Fields) -> dict[str, Value]:
        values = self._defaults(grammar)
        for key, rule in grammar.fields.items():
            source = self._required(entries, key, word) if rule.required else entries.entries.get(key)
            if source is not None and rule.annotation is not dict and (found := self._field(word, key, rule, source)):
                values[key] = found
        return values

    def _field(self, word: str, key: str, rule: Field, source: Source) -> Value | None:
        value = self._field_value(rule, source)
        if isinstance(value, Literal):
            problem = misfit(rule.annotation, value.value)
            if problem:
                return self._refuse(source.mark, f"{key} of {word}: {problem}, got {describe(source)}")
        return value

    def _field_value(self, rule: Field, source: Source) -> Value | None:
        if rule.static:
            items = tuple(item.mark for item in source.items) if isinstance(source, Items) else ()
            return Literal(plain(source), source.mark, items)
        if rule.template and isinstance(source, Scalar) and isinstance(source.value, str):
            return (
                parse_template(source.value, source.mark) if "$" in source.value else Literal(source.value, source.mark)
            )
        return self._value(source, rule.annotation is bool)

    def _open(self, entries: Fields) -> dict[str, Value]:
        pairs = {key: value for key, value in entries.entries.items() if key != "name"}
        if not pairs:
            self._refuse(entries.mark, "set needs at least one key to write")
        for key in pairs:
            self._check_key(key, entries.keys[key])
        return {key: found for key, value in pairs.items() if (found := self._value(value)) is not None}

    def _value(self, source: Source, expression: bool = False) -> Value | None:
        """A literal, or an expression when it is text with a `$` (`$$` in front makes it text) or asked for."""
        if (
            not isinstance(source, Scalar)
            or not isinstance(source.value, str)
            or not (expression or "$" in source.value)
        ):
            return Literal(plain(source), source.mark)
        if source.value.startswith("$$"):
            return Literal(source.value[1:], source.mark)
        try:
            return parse_expression(source.value, source.mark)
        except ExpressionError as error:
            return self._refuse(source.mark, str(error))

    def _renaming(self, source: Source | None, what: str) -> tuple[dict[str, str], dict[str, Mark]]:
        if source is None or (fields := self._fields(source, what)) is None:
            return {}, {}
        renaming = {}
        for port, target in fields.entries.items():
            if isinstance(target, Scalar) and isinstance(target.value, str):
                renaming[port] = target.value.removeprefix("$")
                self._check_key(renaming[port], target.mark)
            else:
                self._refuse(target.mark, f"{what}: '{port}' needs the name of a key, got {describe(target)}")
        return renaming, fields.keys

    def _defaults(self, grammar: Word) -> dict[str, Value]:
        here = Mark(self.file, 1, 1)
        return {k: Literal(f.default, here) for k, f in grammar.fields.items() if f.default is not None}

"""BehaviorTree.CPP's own nodes (and py_trees' names for them) as words of a mission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from pg4da.mission.expression import ExpressionError
from pg4da.mission.problems import Mark
from pg4da.mission.source import Fields, Items, Scalar, Source
from pg4da.xml.build import items, mapping, node, scalar
from pg4da.xml.elements import Element
from pg4da.xml.script import ScriptError, assignments, to_expression
from pg4da.xml.values import key_of, to_source

Body = dict[str, Source]
NO_OTHER_CASE = "no other case"  # the name of the default child that stands for a switch without one

WITHOUT = {
    "SequenceWithMemory": "a sequence here starts afresh after a failure",
    "SequenceStar": "a sequence here starts afresh after a failure",
    "AsyncSequence": "use Sequence",
    "AsyncFallback": "use Fallback",
    "ParallelAll": "use Parallel with success_count and failure_count",
    "IfThenElse": "use a Fallback of Sequences, or Switch2",
    "WhileDoElse": "use guard for the first two children",
    "ManualSelector": "use prompt and switch",
    "RunOnce": "set a key and test it",
    "Precondition": "put a ScriptCondition before it",
    "UnsetBlackboard": "set the key to another value",
    "SubTreePlus": "use SubTree",
    "Decorator": "give the ID of a node that this mission knows",
}


class NoCounterpart(Exception):
    """Something of the XML that a mission does not have."""

    def __init__(self, mark: Mark, message: str) -> None:
        super().__init__(message)
        self.mark = mark


def refuse(mark: Mark, message: str) -> NoReturn:
    raise NoCounterpart(mark, message)


class Standard:
    """Converts one element whose children are converted already. Raises NoCounterpart."""

    def __init__(self, element: Element, children: list[Source]) -> None:
        self._element, self._children, self._mark = element, children, element.mark
        self._used = {"name", "ID"}

    def convert(self) -> Fields:
        """The node."""
        maker = MAKERS[self._element.tag]
        made = maker(self)
        unknown = [name for name in self._element.attributes if name not in self._used and name[0] != "_"]
        if unknown:
            refuse(self._place(unknown[0]), f"attribute '{unknown[0]}' of {self._element.tag} does not carry over")
        return made

    def text(self, name: str, default: str | None = None) -> str:
        """An attribute. Raises NoCounterpart when it is missing."""
        self._used.add(name)
        found = self._element.attributes.get(name, default)
        if found is None:
            refuse(self._mark, f"{self._element.tag} needs the attribute '{name}'")
        return found

    def value(self, name: str, default: str | None = None, annotation: Any = Any) -> Source:
        return to_source(self.text(name, default), name, annotation, self._place(name))

    def _place(self, name: str) -> Mark:
        return self._element.marks.get(name, self._mark)

    def _make(self, word: str, body: Body | None = None, name: bool = True) -> Fields:
        named: Body = {}
        if name and "name" in self._element.attributes:
            named["name"] = scalar(self._element.attributes["name"], self._place("name"))
        return node(word, self._mark, {**named, **(body or {})})

    def _one(self) -> Source:
        if len(self._children) != 1:
            refuse(self._mark, f"{self._element.tag} has exactly one child, got {len(self._children)}")
        return self._children[0]

    def many(self, word: str, memory: bool) -> Fields:
        """py_trees gives a sequence its memory as an attribute, where BehaviorTree.CPP has another name."""
        said = self.text("memory", "true").lower()
        if said not in ("true", "false"):
            refuse(self._place("memory"), f"memory is true or false, got '{said[:40]}'")
        memory = memory and said == "true"
        found: Body = {"children": items(self._children, self._mark)}
        return self._make(word, found if memory else {"memory": scalar(False, self._mark), **found})

    def around(self, word: str, **fields: Source) -> Fields:
        return self._make(word, {**fields, "child": self._one()})

    def parallel(self) -> Fields:
        if self.text("policy", "success_on_all") != "success_on_all":
            refuse(self._place("policy"), "py_trees' Parallel fails with any child then, ours when none can succeed")
        wanted, failures, children = self._number("success_count", -1), self._number("failure_count", 1), self._children
        count = len(children)
        wanted = wanted if wanted >= 0 else count + 1 + wanted
        failures = failures if failures >= 0 else count + 1 + failures
        if failures != count - wanted + 1:
            refuse(self._mark, f"Parallel with success_count {wanted} and failure_count {failures}: here it fails with "
                   f"the {count - wanted + 1}. failure, when success can no longer be reached")  # fmt: skip
        policy = "all" if wanted == count else "any" if wanted == 1 else wanted
        return self._make("parallel", {"policy": scalar(policy, self._mark), "children": items(children, self._mark)})

    def _number(self, name: str, default: int) -> int:
        text = self.text(name, str(default))
        try:
            return int(text[:9])
        except ValueError:
            refuse(self._place(name), f"{name} must be a whole number here, got '{text[:40]}'")

    def seconds(self, name: str) -> Scalar:
        """Milliseconds as seconds."""
        found = self.value(name, annotation=float)
        if not isinstance(found, Scalar) or isinstance(found.value, (str, bool)) or found.value is None:
            refuse(
                self._place(name), f"{name} is in milliseconds, a mission counts in seconds: only a number carries over"
            )
        return scalar(found.value / 1000, found.mark)

    def timeout(self) -> Fields:
        """Milliseconds, or py_trees' seconds."""
        if "duration" in self._element.attributes:
            return self.around("timeout", seconds=self.value("duration"))
        return self.around("timeout", seconds=self.seconds("msec"))

    def repeat(self) -> Fields:
        name = "num_success" if "num_success" in self._element.attributes else "num_cycles"
        return self.around("repeat", times=self.value(name), keep_going=scalar(False, self._mark))

    def delay(self) -> Fields:
        wait = node("wait", self._mark, {"seconds": self.seconds("delay_msec")})
        return self._make("sequence", {"children": items([wait, self._one()], self._mark)})

    def condition(self) -> Fields:
        return self._make("condition", {"if": scalar(self._script(to_expression, "code"), self._place("code"))})

    def _script(self, read: Callable[[str], Any], name: str) -> Any:
        try:
            return read(self.text(name))
        except (ScriptError, ExpressionError) as error:
            refuse(self._place(name), f"{name} of {self._element.tag}: {error}")

    def script(self) -> Fields:
        """One `set`, or several where a later value reads an earlier key."""
        place, steps = self._place("code"), list[Body]()
        for key, text in self._script(assignments, "code"):
            value = to_source(text, key, Any, place) if "$" in text else _literal(text, place)
            if not steps or any(f"${written}" in text for written in steps[-1]) or key in steps[-1]:
                steps.append({})
            steps[-1][key] = value
        if len(steps) == 1:
            return self._make("set", steps[0])
        made: list[Source] = [node("set", place, step) for step in steps]
        return self._make("sequence", {"children": items(made, place)})

    def blackboard(self) -> Fields:
        text = self.text("output_key")
        return self._make("set", {key_of(text, "output_key") or text: self.value("value")}, name=False)

    def switch(self) -> Fields:
        count = int(self._element.tag.removeprefix("Switch"))
        if len(self._children) != count + 1:
            refuse(self._mark, f"{self._element.tag} has {count + 1} children, got {len(self._children)}")
        cases: Body = {self.text(f"case_{n + 1}"): self._children[n] for n in range(count)}
        if self._element.children[-1].attributes.get("name") != NO_OTHER_CASE:
            cases["default"] = self._children[-1]
        return self._make("switch", {"on": self.value("variable"), "cases": mapping(self._mark, cases)})

    def loop(self) -> Fields:
        queue, mark = self.text("queue"), self._place("queue")
        if self.text("if_empty", "SUCCESS") != "SUCCESS":
            refuse(self._place("if_empty"), "a for_each over nothing succeeds")
        kind = Any if self._element.tag != "LoopString" else str
        key = key_of(queue, "queue")
        parts = [to_source(part, "queue", kind, mark) for part in queue.split(";")]
        listed: Source = scalar(f"${key}", mark) if key else Items(parts, mark)
        text = self.text("value")
        return self.around(
            "for_each", items=listed, **{"as": scalar(key_of(text, "value") or text, self._place("value"))}
        )

    def always_failure(self) -> Fields:
        return self._make("give_up", {"code": scalar("always_failure", self._mark)})


def _literal(text: str, mark: Mark) -> Source:
    if text.startswith("'"):
        return Scalar(text[1:-1], mark)
    return to_source(text, "", Any, mark)


MAKERS: dict[str, Callable[[Standard], Fields]] = {
    "Sequence": lambda s: s.many("sequence", memory=True),
    "ReactiveSequence": lambda s: s.many("sequence", memory=False),
    "Fallback": lambda s: s.many("fallback", memory=True),
    "Selector": lambda s: s.many("fallback", memory=True),
    "ReactiveFallback": lambda s: s.many("fallback", memory=False),
    "Parallel": Standard.parallel,
    "Inverter": lambda s: s.around("invert"),
    "ForceSuccess": lambda s: s.around("force_success"),
    "ForceFailure": lambda s: s.around("force_failure"),
    "FailureIsSuccess": lambda s: s.around("force_success"),
    "SuccessIsFailure": lambda s: s.around("force_failure"),
    "Timeout": Standard.timeout,
    "RetryUntilSuccessful": lambda s: s.around("retry", attempts=s.value("num_attempts")),
    "Retry": lambda s: s.around("retry", attempts=s.value("num_failures")),
    "Repeat": Standard.repeat,
    "KeepRunningUntilFailure": lambda s: s.around(
        "repeat", until=scalar(False, s._mark), keep_going=scalar(False, s._mark)
    ),
    "Delay": Standard.delay,
    "Sleep": lambda s: s._make("wait", {"seconds": s.seconds("msec")}),
    "ScriptCondition": Standard.condition,
    "Script": Standard.script,
    "SetBlackboard": Standard.blackboard,
    "AlwaysSuccess": lambda s: s._make("condition", {"if": scalar(True, s._mark)}),
    "AlwaysFailure": Standard.always_failure,
    **{f"Switch{count}": Standard.switch for count in range(2, 7)},
    **{f"Loop{kind}": Standard.loop for kind in ("Int", "Double", "String", "Bool")},
}

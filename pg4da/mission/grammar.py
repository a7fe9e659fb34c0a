"""The control words of a mission file: their fields and their children, as data for the parser, checker and builder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le
from pydantic import StringConstraints

from pg4da.mission.failure import Failure


@dataclass(frozen=True)
class Field:
    """One field of a control. A static field is read when the mission is loaded and takes no `$` reference.

    template: text in which `$key` stands for a value. writes: the field names the key to which the node writes this.
    """

    annotation: Any
    required: bool = False
    static: bool = False
    default: Any = None
    summary: str = ""
    template: bool = False
    writes: str = ""


@dataclass(frozen=True)
class Word:
    """`many`: children in a list. `slots`: children with a role, True where required. `open`: any key is a field.
    `cases`: a mapping from values to children. `outputs`: what it can write to keys, with the type.
    """

    summary: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    many: bool = False
    slots: Mapping[str, bool] = field(default_factory=dict)
    open: bool = False
    cases: bool = False
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ports(self) -> tuple[str, ...]:
        """Outputs that a file names in the mapping `outputs`, as a skill's; the others have a field each."""
        return tuple(port for port in self.outputs if port not in {rule.writes for rule in self.fields.values()})


Count = Annotated[int, Ge(1), Le(1_000_000)]
Seconds = Annotated[float, Gt(0), Le(86_400)]
Factor = Annotated[float, Ge(1), Le(100)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
_MEMORY = {"memory": Field(bool, static=True, default=True, summary="false: start at the first child again every tick")}
_CODES = {
    "on": Field(list[Code], static=True, summary="failure codes that may be tried again; all when not given"),
    "abort_on": Field(list[Code], static=True, summary="failure codes that end it at once"),
}
_WAITS = {
    "wait": Field(Seconds, summary="seconds between two rounds"),
    "wait_factor": Field(Factor, summary="each wait is so many times the one before"),
    "wait_max": Field(Seconds, summary="the longest wait in seconds"),
    "budget": Field(Seconds, summary="no further round begins after so many seconds"),
}
_CHILD = {"child": True}
_AGAIN = {"child": True, "recovery": False}

WORDS: dict[str, Word] = {
    "sequence": Word("children one after another until one fails", _MEMORY, many=True),
    "fallback": Word("children one after another until one succeeds", _MEMORY, many=True),
    "parallel": Word(
        "children at once, until all succeed, or any, or so many",
        {
            "policy": Field(
                Literal["all", "any"] | Count, static=True, default="all", summary="how many must succeed: all, any, 2…"
            )
        },
        many=True,
    ),
    "retry": Word(
        "child again while it fails",
        {"attempts": Field(Count, summary="tries, the first included"), **_WAITS, **_CODES},
        slots=_AGAIN,
    ),
    "repeat": Word(
        "child again until a condition holds",
        {
            "until": Field(bool, summary="asked after each round that succeeded"),
            "times": Field(Count, summary="rounds, failed ones included"),
            "keep_going": Field(bool, static=True, default=True, summary="false: the first failure ends it"),
            **_WAITS,
            **_CODES,
        },
        slots=_AGAIN,
    ),
    "for_each": Word(
        "child for each item of a list",
        {
            "items": Field(list, required=True, summary="a list, or a key that holds one"),
            "as": Field(str, required=True, static=True, writes="item", summary="the key to which the item is written"),
            "index": Field(str, static=True, writes="index", summary="the key to which its number is written, from 0"),
            "limit": Field(Count, default=1000, summary="more items are refused"),
            "keep_going": Field(bool, static=True, default=False, summary="true: go on with the next after a failure"),
        },
        slots=_CHILD,
        outputs={"item": Any, "index": int},
    ),
    "guard": Word(
        "child while a condition holds; stopped when it does not",
        {
            "while": Field(bool, required=True, summary="asked every tick, before the child"),
            "code": Field(Code, static=True, default="guard_failed", summary="the failure code when it does not hold"),
        },
        slots=_CHILD,
    ),
    "catch": Word(
        "child, and a branch for each failure code",
        {"as": Field(str, static=True, writes="failure", summary="the key to which the failure is written")},
        slots=_CHILD,
        cases=True,
        outputs={"failure": Failure},
    ),
    "timeout": Word("child, stopped after so many seconds", {"seconds": Field(Seconds, required=True)}, slots=_CHILD),
    "invert": Word("success for failure, failure for success", slots=_CHILD),
    "force_success": Word("child; success however it ends", slots=_CHILD),
    "force_failure": Word("child; failure however it ends", slots=_CHILD),
    "finally": Word("child, and then always another, whatever happened", slots={"child": True, "always": True}),
    "switch": Word("the child whose case equals a value", {"on": Field(Any, required=True)}, cases=True),
    "condition": Word("success while an expression is true", {"if": Field(bool, required=True)}),
    "set": Word("write values to keys", open=True),
    "wait": Word("let time pass", {"seconds": Field(Seconds, required=True)}),
    "give_up": Word(
        "fail, with a code of the mission's own",
        {
            "code": Field(Code, required=True, static=True),
            "message": Field(str, template=True, summary="why, for people; $key stands for its value"),
            "recoverable": Field(bool, static=True, default=False, summary="whether a retry above may try again"),
        },
    ),
    "prompt": Word(
        "ask the operator",
        {
            "text": Field(str, required=True, template=True, summary="the question; $key stands for its value"),
            "choices": Field(list[str], static=True, default=["ok"], summary="the answers that can be given"),
            "default": Field(str, static=True, summary="the answer when nobody gives one in time"),
            "seconds": Field(Seconds, summary="how long to wait for an answer"),
        },
        outputs={"answer": str},
    ),
    "subtree": Word(
        "another mission file with a scope of its own",
        {
            "use": Field(str, required=True, static=True, summary="a file, a packaged mission, package:path"),
            "inputs": Field(dict, summary="its inputs"),
            "outputs": Field(dict, summary="its outputs, each with the key to which it is written"),
        },
    ),
}

"""The control words of a mission file: their fields and their children, as data for the parser, checker and builder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field as Limits


@dataclass(frozen=True)
class Field:
    """One field of a control. A static field is read when the mission is loaded and takes no `$` reference."""

    annotation: Any
    required: bool = False
    static: bool = False
    default: Any = None


@dataclass(frozen=True)
class Word:
    """`many`: children in a list. `slots`: children with a role, True where required. `open`: any key is a field.
    `cases`: a mapping from values to children.
    """

    summary: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    many: bool = False
    slots: Mapping[str, bool] = field(default_factory=dict)
    open: bool = False
    cases: bool = False


Count = Annotated[int, Limits(ge=1, le=1_000_000)]
Seconds = Annotated[float, Limits(gt=0, le=86_400)]
Factor = Annotated[float, Limits(ge=1, le=100)]
_MEMORY = {"memory": Field(bool, static=True, default=True)}
_CODES = {"on": Field(list[str], static=True), "abort_on": Field(list[str], static=True)}
_WAITS = {"wait": Field(Seconds), "wait_factor": Field(Factor), "wait_max": Field(Seconds), "budget": Field(Seconds)}
_AGAIN = {"child": True, "recovery": False}

WORDS: dict[str, Word] = {
    "sequence": Word("children one after another until one fails", _MEMORY, many=True),
    "fallback": Word("children one after another until one succeeds", _MEMORY, many=True),
    "parallel": Word(
        "children at once; all must succeed, or any",
        {"policy": Field(Literal["all", "any"], static=True, default="all")},
        many=True,
    ),
    "retry": Word("child again while it fails", {"attempts": Field(Count), **_WAITS, **_CODES}, slots=_AGAIN),
    "repeat": Word(
        "child again until a condition holds",
        {
            "until": Field(bool),
            "times": Field(Count),
            "keep_going": Field(bool, static=True, default=True),
            **_WAITS,
            **_CODES,
        },
        slots=_AGAIN,
    ),
    "timeout": Word(
        "child, stopped after so many seconds", {"seconds": Field(Seconds, required=True)}, slots={"child": True}
    ),
    "invert": Word("success for failure", slots={"child": True}),
    "condition": Word("success while an expression is true", {"if": Field(bool, required=True)}),
    "subtree": Word(
        "another mission file with a scope of its own",
        {"use": Field(str, required=True, static=True), "inputs": Field(dict), "outputs": Field(dict)},
    ),
    "switch": Word("the child whose case equals a value", {"on": Field(Any, required=True)}, cases=True),
    "finally": Word("child, and then always another, whatever happened", slots={"child": True, "always": True}),
    "set": Word("write values to keys", open=True),
}

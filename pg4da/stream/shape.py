"""The shape of every message, checked where a record is read: a file can hold anything."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from pg4da.stream.messages import VERSION, Message

State = Literal["R", "S", "F", "I"]
Time = Annotated[FiniteFloat, Field(ge=-1e9, le=1e9)]
Id = Annotated[int, Field(ge=0, le=2**31)]
Status = Annotated[tuple[Id, State], Field(strict=False)]  # a tuple comes as a list
Word = Annotated[str, Field(pattern=r"^\d{1,10}$")]  # a number that is a key


class Shape(BaseModel):
    """Unknown keys are passed over."""

    model_config = ConfigDict(strict=True)


class Failure(Shape):
    code: str
    phase: str
    path: str
    message: str
    recoverable: bool
    causes: list[Failure] = []


class Node(Shape):
    id: Id
    parent: Id
    name: str
    word: str
    path: str
    file: str
    line: int
    text: str


class Arm(Shape):
    q: list[FiniteFloat]
    tool: list[FiniteFloat] | None = Field(None, min_length=7, max_length=7)
    width: FiniteFloat | None = None
    moving: bool = False
    object: bool = False


class Run(Shape):
    t: Time
    version: int = Field(ge=1, le=VERSION)


class Tree(Shape):
    t: Time
    nodes: list[Node]


class Tick(Shape):
    t: Time
    n: int
    s: list[Status] = []
    c: list[Id] = []
    v: dict[Word, dict[str, Any]] = {}
    f: dict[Word, Failure] = {}


class Event(Shape):
    t: Time
    event: str
    data: dict[str, Any]


class Arms(Shape):
    t: Time
    arms: dict[str, Arm]


class Picture(Shape):
    t: Time
    name: str
    of: int
    png: str
    w: int
    h: int


class Prompt(Shape):
    id: str
    text: str
    choices: list[str]


class Control(Shape):
    t: Time
    state: str
    at: int | None
    breakpoints: list[int]
    prompt: Prompt | None


class End(Shape):
    t: Time
    outcome: str | None
    failure: Failure | None
    outputs: dict[str, Any] | None
    result: dict[str, Any] | None


class Key(Shape):
    t: Time
    n: int
    run: Run | None = None
    mission: str | None = None
    tree: list[Node] = []
    s: list[Status]
    times: dict[Word, Annotated[tuple[int, Time, Time | None], Field(strict=False)]]
    v: dict[Word, dict[str, Any]]
    f: dict[Word, Failure]
    failures: list[Annotated[tuple[Time, Id, Failure], Field(strict=False)]]
    counts: dict[str, int]
    arms: dict[str, Arm]
    control: Control | None
    events: list[Event] = []
    end: End | None


SHAPES: dict[str, type[Shape]] = {
    "run": Run,
    "tree": Tree,
    "tick": Tick,
    "event": Event,
    "arms": Arms,
    "picture": Picture,
    "control": Control,
    "key": Key,
    "end": End,
}


def check(message: Message) -> None:
    """Unknown kinds pass. Raises ValueError that says which part is wrong."""
    shape = SHAPES.get(message["k"])
    if shape is None:
        return
    try:
        shape.model_validate(message)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"'{message['k']}' message, {place}: {first['msg']}") from None

"""What a replaced node does: one step a call, the last one again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pg4da.errors import BadInput, suggest
from pg4da.skills.skill import Phase

Kind = Literal["succeed", "fail", "crash", "hang", "real"]


@dataclass(frozen=True)
class Step:
    """One call. after [s]: on the virtual clock, before it ends. Make one with the functions below."""

    kind: Kind
    after: float = 0.0
    outputs: Mapping[str, Any] = field(default_factory=dict)
    code: str = "failed"
    phase: Phase = Phase.EXECUTION
    message: str = ""
    recoverable: bool = True
    error: Exception | None = None
    ignores_stop: bool = False


Script = Step | Sequence[Step]


def succeed(*, after: float = 0.0, **outputs: Any) -> Step:
    """Success after so many virtual seconds; outputs by the names of the node's ports."""
    return Step("succeed", _seconds(after), outputs=outputs)


def fail(
    code: str = "failed", *, phase: str = "execution", message: str = "", recoverable: bool = True, after: float = 0.0
) -> Step:
    """Failure with a code that recovery branches can match. Raises BadInput for an unknown phase."""
    phases = [each.value for each in Phase]
    if phase not in phases:
        raise BadInput(f"fail: unknown phase '{phase}'{suggest(phase, phases)}")
    return Step("fail", _seconds(after), {}, code, Phase(phase), message or "failed as scripted", recoverable)


def crash(error: Exception | str = "crashed as scripted", *, after: float = 0.0) -> Step:
    """A bug: the skill raises. The mission fails with `internal_error`."""
    raised = error if isinstance(error, Exception) else RuntimeError(error)
    return Step("crash", _seconds(after), error=raised)


def hang(*, ignores_stop: bool = False) -> Step:
    """Never ends by itself. With `ignores_stop` it does not end either when it is stopped: it is left behind."""
    return Step("hang", ignores_stop=ignores_stop)


def real() -> Step:
    """The skill itself, in the virtual cell."""
    return Step("real")


def steps_of(script: Script) -> tuple[Step, ...]:
    """As a tuple. Raises BadInput for what is no script."""
    steps = (script,) if isinstance(script, Step) else tuple(script) if isinstance(script, Sequence) else ()
    if not steps or not all(isinstance(step, Step) for step in steps):
        raise BadInput(
            f"replace: expected succeed(), fail(), crash(), hang(), real() or a list of them, got {script!r}"
        )
    return steps


def _seconds(after: float) -> float:
    if not 0 <= after < 1e9:
        raise BadInput(f"after: expected seconds, 0 or more, got {after!r}")
    return float(after)

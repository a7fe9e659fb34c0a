"""A skill that does as a script says; resources, stops and watchdog treat it as any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict

from pg4da.skills.skill import Ports, Skill, SkillFailure, Steps
from pg4da.testing.script import Step

Report = Callable[["Call"], None]


@dataclass(frozen=True)
class Call:
    """One start of a replaced node: when [s on the virtual clock], and with what."""

    path: str
    time: float
    inputs: Mapping[str, Any]


class AnyPorts(Ports):
    """Takes any names and values."""

    model_config = ConfigDict(extra="allow", arbitrary_types_allowed=True, frozen=True)


@dataclass(frozen=True)
class Placeholder:
    """Stands for an output that the script gives no value for, where a test can hardly make one (an observation)."""

    port: str


class Scripted(Skill):
    """Base of the classes that `scripted` makes. `played` counts the calls of its node."""

    Inputs = AnyPorts
    Outputs = AnyPorts
    path: str
    steps: tuple[Step, ...]
    ports: tuple[str, ...]
    original: type[Skill] | None
    report: Report
    played: list[Step]
    _real: Skill | None = None
    _deaf = False

    def run(self, inputs: AnyPorts) -> Steps:
        """The step of this call."""
        step = self.steps[min(len(self.played), len(self.steps) - 1)]
        self.played.append(step)
        values = dict(inputs.model_extra or {})
        clock = self.context.cell.clock
        type(self).report(Call(self.path, clock.now(), values))
        if step.kind == "real":
            return (yield from self._as_it_is(values))
        self._deaf = step.ignores_stop
        end = clock.now() + step.after
        while step.kind == "hang" or clock.now() < end - 1e-9:
            yield
        return self._end(step)

    def stopped(self) -> bool:
        """Never, for a script that ignores being stopped."""
        return not self._deaf and (self._real is None or self._real.stopped())

    def abandon(self) -> None:
        self._deaf = False
        if self._real is not None:
            self._real.abandon()

    def _end(self, step: Step) -> AnyPorts:
        if step.kind == "fail":
            raise SkillFailure(step.code, step.phase, step.message, step.recoverable)
        if step.error is not None:
            raise step.error
        return AnyPorts(**{port: step.outputs.get(port, Placeholder(port)) for port in self.ports})

    def _as_it_is(self, values: Mapping[str, Any]) -> Steps:
        assert self.original is not None
        self._real = self.original(self.context)
        outputs = yield from self._real.run(self.original.Inputs(**values))
        return AnyPorts(**{port: getattr(outputs, port) for port in self.ports})


def scripted(
    word: str, path: str, steps: tuple[Step, ...], ports: tuple[str, ...], original: type[Skill] | None, report: Report
) -> type[Skill]:
    """A skill class for one node. ports: the outputs that the mission wires."""
    fields = {
        "name": word,
        "needs": original.needs if original is not None else frozenset(),
        "guard": original.guard if original is not None else False,
        "step_bound": original.step_bound if original is not None else None,
        "path": path,
        "steps": steps,
        "ports": ports,
        "original": original,
        "report": staticmethod(report),
        "played": [],
    }
    return type("Scripted", (Scripted,), fields)

"""Times the parts of a real mission by wrapping their functions while it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from pg4da.policies.registry import make_policy

Times = dict[str, list[float]]
Part = tuple[Any, str, Any]  # owner, the attribute's name, what stands there instead


@contextmanager
def stopwatch(policy: str = "geometric") -> Iterator[Times]:
    """Seconds of every call inside the block, by part.

    "capture" and "interpret" make up "observe"; then "decide", "plan" and "plan call".
    "plan" is all that it takes to plan one motion, refused candidates included; "plan call" is one of those.
    """
    from pg4da.sim.camera import RayCamera
    from pg4da.skills import observe
    from pg4da.skills.motion.planner import MotionPlanner
    from pg4da.skills.perception.observe import make_observation
    from pg4da.skills.plan import PlanMotion

    times: Times = defaultdict(list)
    decider = type(make_policy(policy))
    parts: list[Part] = [
        (RayCamera, "capture", timed(RayCamera.capture, times["capture"].append)),
        (observe, "make_observation", timed(make_observation, times["interpret"].append)),
        (observe, "look", timed(observe.look, times["observe"].append)),
        (decider, "decide", timed(decider.decide, times["decide"].append)),
        (MotionPlanner, "plan", timed(MotionPlanner.plan, times["plan call"].append)),
        (PlanMotion, "run", timed_steps(PlanMotion.run, times["plan"])),
    ]
    with replaced(parts):
        yield times


@contextmanager
def replaced(parts: Sequence[Part]) -> Iterator[None]:
    """Attributes of modules and classes replaced inside the block."""
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in parts]
    for owner, name, other in parts:
        setattr(owner, name, other)
    try:
        yield
    finally:
        for owner, name, original in before:
            setattr(owner, name, original)


def timed(function: Callable[..., Any], told: Callable[[float], None]) -> Callable[..., Any]:
    """`function`, with the duration of every call told [s], also when it raises."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        start = perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            told(perf_counter() - start)

    return wrapper


def timed_steps(function: Callable[..., Any], into: list[float]) -> Callable[..., Any]:
    """A generator function, with the time spent inside it (not between its steps) appended at its end."""

    def wrapper(*args: Any, **kwargs: Any) -> Generator[None, None, Any]:
        steps, spent = function(*args, **kwargs), 0.0
        try:
            while True:
                start = perf_counter()
                try:
                    next(steps)
                except StopIteration as end:
                    return end.value
                finally:
                    spent += perf_counter() - start
                yield
        finally:
            steps.close()
            into.append(spent)

    return wrapper

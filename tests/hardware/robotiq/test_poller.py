"""When a gripper counts as silent: not because this process stood still."""

from __future__ import annotations

from pg4da.hardware.robotiq_2f140.link import LinkError
from pg4da.hardware.robotiq_2f140.poller import SECOND_LOOK, Poller
from pg4da.hardware.robotiq_2f140.registers import Command, Status

TIMEOUT, TICK = 0.3, 0.008  # s


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time


class Nobody:
    """A link that is never used: what is heard is told to the poller by the test."""

    address = "nowhere"

    def open(self) -> None:
        raise LinkError("nobody there")

    def write(self, command: Command) -> None: ...

    def read(self) -> Status:
        return Status()

    def close(self) -> None: ...


def heard_at(time: float) -> tuple[Poller, Clock]:
    clock = Clock()
    poller = Poller(Nobody(), clock, period=0.02, timeout=TIMEOUT)
    clock.time = time
    poller._heard(Status())
    return poller, clock


def test_a_first_look_after_a_standstill_tells_nothing_and_what_is_heard_then_clears_it() -> None:
    poller, clock = heard_at(1.0)
    clock.time = 2.0  # nothing of this process ran
    assert poller.silence == ""
    clock.time += 0.005
    poller._heard(Status())
    clock.time += SECOND_LOOK
    assert poller.silence == ""
    clock.time = 5.0
    assert poller.silence == ""  # another standstill is another first look


def test_a_second_look_tells_it() -> None:
    poller, clock = heard_at(1.0)
    clock.time = 2.0
    assert poller.silence == ""
    clock.time += SECOND_LOOK / 2
    assert poller.silence == ""
    clock.time += SECOND_LOOK
    assert poller.silence.startswith("no state for 1.0 s")


def test_steady_looks_tell_it_as_soon_as_the_timeout_is_over() -> None:
    poller, clock = heard_at(1.0)
    while not poller.silence:
        clock.time += TICK
        assert clock.time < 2.0
    assert 1.0 + TIMEOUT < clock.time < 1.0 + TIMEOUT + 2 * TICK

"""Work shared by processes: in order, ended with its iterator, deaf to Ctrl-C, honest about a death."""

import os
import signal
import threading
import time

import pytest

from pg4da.sim.training.processes import WorkerDied, in_order


@pytest.fixture(autouse=True)
def importable(monkeypatch, request):
    """The processes find this module's functions."""
    monkeypatch.syspath_prepend(str(request.config.rootpath))


def twice(number):
    time.sleep(0.05 * (number % 2))
    return 2 * number


def forever(number):
    if number:
        time.sleep(600)
    return os.getpid()


def interrupted(number):
    os.kill(os.getpid(), signal.SIGINT)
    return number


def dead(number):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers):
    assert list(in_order(twice, range(5), workers)) == [0, 2, 4, 6, 8]


def test_closing_it_ends_processes_that_are_still_at_work():
    made = in_order(forever, range(4), 2)
    worker = next(made)
    begun = time.monotonic()
    made.close()
    assert time.monotonic() - begun < 30
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_closing_it_with_much_left_says_nothing(monkeypatch):
    """A pool's own thread trips over work that was cancelled before the pool was shut down."""
    said = []
    monkeypatch.setattr(threading, "excepthook", said.append)
    for _ in range(5):
        made = in_order(abs, range(20_000), 2)
        for _ in range(5):
            next(made)
        made.close()
    assert not said


def test_ctrl_c_of_the_terminal_does_not_end_them():
    assert list(in_order(interrupted, range(3), 2)) == [0, 1, 2]


def test_a_process_that_dies_is_told():
    with pytest.raises(WorkerDied, match="one of 2 processes died"):
        list(in_order(dead, range(2), 2))

"""Messages between two processes: whole, in order, never waited for."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from pg4da.hardware.ur5e.channel import UNREAD, Channel, Closed, Message


@pytest.fixture
def ends() -> tuple[Channel, Channel]:
    a, b = socket.socketpair()
    return Channel(a), Channel(b)


def test_messages_arrive_whole_and_in_order(ends) -> None:
    one, other = ends
    rows = np.random.default_rng(0).normal(size=(500, 6))
    one.send(Message("stop", {"why": "so"}))
    one.send(Message("start", {"number": 3, "moment": 1.25}, rows))
    found = other.receive()
    assert [m.kind for m in found] == ["stop", "start"]
    assert found[0].data == {"why": "so"}
    assert found[0].rows is None
    assert np.array_equal(found[1].rows, rows)


def test_numbers_keep_every_bit(ends) -> None:
    ends[0].send(Message("state", {"stamp": 0.1 + 0.2}))
    assert ends[1].receive()[0].data["stamp"] == 0.1 + 0.2


def test_nothing_to_read_is_no_wait(ends) -> None:
    assert ends[1].receive() == []


def test_a_message_larger_than_the_socket_holds_comes_in_pieces(ends) -> None:
    rows = np.ones((60000, 6))
    ends[0].send(Message("start", {}, rows))
    assert ends[0].waiting
    found: list[Message] = []
    for _ in range(1000):
        found += ends[1].receive()
        ends[0].flush()
        if found:
            break
    assert np.array_equal(found[0].rows, rows)


def test_what_may_be_lost_is_dropped_when_nobody_reads_and_nothing_else(ends) -> None:
    state = Message("state", {}, np.zeros((3, 6)))
    for _ in range(20000):
        ends[0].send(state, lossy=True)
    assert len(ends[0]._out) < UNREAD + 1000
    ends[0].send(Message("trouble", {"code": "protective_stop"}))
    found: list[Message] = []
    while ends[0].waiting or not found or found[-1].kind != "trouble":
        found += ends[1].receive()
        ends[0].flush()
    assert len(found) < 10000


def test_an_end_that_is_gone_is_noticed_by_both(ends) -> None:
    ends[0].send(Message("last"))
    ends[0].close()
    assert [m.kind for m in ends[1].receive()] == ["last"]
    with pytest.raises(Closed):
        ends[1].receive()
    with pytest.raises(Closed):
        ends[1].send(Message("stop"))

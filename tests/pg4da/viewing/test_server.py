"""Who may look, who may steer, and that no viewer slows a run."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from pg4da.errors import BadInput
from pg4da.viewing.access import Access, parse_listen
from pg4da.viewing.live import LiveView
from pg4da.viewing.server import CONNECTIONS

LEFT: WeakKeyDictionary[ClientConnection, deque[str]] = WeakKeyDictionary()
RUN = "root: {look: {name: Long look, seconds: 300}}"


@contextmanager
def viewer(port: int, token: str = "", **options: Any) -> Iterator[ClientConnection]:
    address = f"ws://127.0.0.1:{port}/stream"
    with connect(address, max_size=None, proxy=None, compression=None, **options) as connection:
        connection.send(json.dumps({"token": token}))
        yield connection


def heard(connection: ClientConnection, kind: str, wait: float = 10.0) -> dict[str, Any]:
    """The next message of a kind; those before it are passed over."""
    deadline = time.monotonic() + wait
    waiting = LEFT.setdefault(connection, deque())
    while True:
        if not waiting:
            text = connection.recv(timeout=max(0.01, deadline - time.monotonic()))
            waiting.extend(str(text).split("\n"))
        message = json.loads(waiting.popleft())
        if message["k"] == kind:
            return dict(message)


def get(port: int, path: str = "/", host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={} if host is None else {"Host": host})
    return connection.getresponse()


def test_the_page_is_closed_to_everything_foreign(live: Callable[..., Any]) -> None:
    answer = get(live(RUN).port)
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    body = answer.read().decode()
    assert "http" not in body.replace("http-equiv", ""), "the page names another host"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_files_outside_the_page_are_not_served(live: Callable[..., Any]) -> None:
    port = live(RUN).port
    for path in ("/../server.py", "/..%2fserver.py", "//etc/passwd", "/page/index.html", "/index.html/"):
        assert get(port, path).status == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.0.7", "", "[::"]
)
def test_a_foreign_host_is_refused(live: Callable[..., Any], host: str) -> None:
    port = live(RUN).port
    assert get(port, host=host).status == 421
    assert get(port, "/stream", host=host).status == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1234", "[::1]:99", "LOCALHOST:80"])
def test_own_names_are_answered(live: Callable[..., Any], host: str) -> None:
    assert get(live(RUN).port, host=host).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_foreign_origin_is_refused(live: Callable[..., Any], origin: str) -> None:
    run = live(RUN)
    with pytest.raises(InvalidStatus) as refused, viewer(run.port, run.view.server.access.token, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_reading_is_open_here_and_steering_needs_the_token(live: Callable[..., Any]) -> None:
    run = live(RUN).start()
    with viewer(run.port, "wrong") as stranger, viewer(run.port, run.view.server.access.token) as operator:
        assert heard(stranger, "hello")["control"] is False
        assert heard(operator, "hello")["control"] is True
        stranger.send('{"do": "stop"}')
        assert "token" in heard(stranger, "refused")["why"]
        assert not run.control.waiting
        operator.send('{"do": "pause"}')
        while heard(stranger, "control")["state"] != "paused":
            pass


@pytest.mark.parametrize("rest", ['"fly"', '"breakpoint", "node": "1"', '"breakpoint", "node": true', '"stop", "x": 1'])
def test_what_cannot_be_asked_is_refused(live: Callable[..., Any], rest: str) -> None:
    run = live(RUN)
    with viewer(run.port, run.view.server.access.token) as operator:
        operator.send(f'{{"do": {rest}}}')
        assert heard(operator, "refused")["why"]
        assert not run.control.waiting


@pytest.mark.parametrize("data", ["", "[]", "nonsense", "[" * 5000, '{"want": "x"}', b"\xff\xfe", '{"do": 7}'])
def test_nonsense_from_a_viewer_harms_nobody(live: Callable[..., Any], data: str | bytes) -> None:
    run = live(RUN).start()
    with viewer(run.port) as strange:
        strange.send(data)
        with viewer(run.port) as other:
            assert heard(other, "hello")["mode"] == "live"


def test_elsewhere_reading_needs_the_token_too(live: Callable[..., Any]) -> None:
    run = live(RUN, access=Access("0.0.0.0", 0)).start()
    assert get(run.port).status == 200, "the page itself is no secret; it asks for the token"
    with viewer(run.port, "wrong") as stranger, pytest.raises(ConnectionClosed) as closed:
        stranger.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    with viewer(run.port, run.view.server.access.token) as operator:
        assert heard(operator, "hello")["control"] is True
    assert get(run.port, host="192.168.0.7:99").status == 200
    assert get(run.port, host="evil.example").status == 421


def test_a_late_viewer_sees_the_beginning(live: Callable[..., Any]) -> None:
    run = live("root: {sequence: [{say: {text: early}}, {look: {seconds: 300}}]}").start()
    with viewer(run.port) as first:
        heard(first, "event")
    with viewer(run.port) as late:
        assert heard(late, "run")["mission"] == "test"
        assert heard(late, "event")["event"] == "skill_started"


def test_a_viewer_that_reads_nothing_slows_nobody(live: Callable[..., Any]) -> None:
    run = live("root: {repeat: {times: 100000, until: false, child: {set: {a: 1}}}}", pace=0.0)
    deaf = socket.create_connection(("127.0.0.1", run.port))
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    deaf.sendall(
        b"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        b"\x81\x82\0\0\0\0{}"  # a frame with `{}`, then not a single read
    )
    with viewer(run.port) as good:
        run.start()
        first = heard(good, "tick")["n"]
        for _ in range(20):
            assert heard(good, "tick")["n"] >= first
    deaf.close()


def test_the_last_viewer_that_could_steer_stops_the_run_when_it_leaves(live: Callable[..., Any]) -> None:
    run = live(RUN, stop_when_lost=True, grace=0.1).start()
    with viewer(run.port, run.view.server.access.token) as operator:
        heard(operator, "hello")
        with viewer(run.port) as other:
            heard(other, "hello")
    assert run.result().failure.message == "the controlling viewer is lost"


def test_a_taken_port_is_bad_input_or_passed_over(live: Callable[..., Any]) -> None:
    taken = live(RUN).port
    with pytest.raises(BadInput, match=str(taken)):
        LiveView(Access(port=taken)).start()
    with pytest.raises(BadInput, match="cannot listen"):
        LiveView(Access("192.0.2.1", 0)).start()
    first, second = LiveView(Access()), LiveView(Access())
    try:
        first.start()
        second.start()
        assert first.server.port != second.server.port
    finally:
        first.leave()
        second.leave()
    assert not [thread for thread in threading.enumerate() if thread.name == "broadcast"]


@pytest.mark.parametrize("text", ["", ":80", "a/b", "host:99999", "user@host", "[::1", "0.0.0.0:x"])
def test_listen_is_checked(text: str) -> None:
    with pytest.raises(BadInput, match="--listen"):
        parse_listen(text)


def test_listen_is_read() -> None:
    assert (parse_listen("0.0.0.0:9000").host, parse_listen("0.0.0.0:9000").port) == ("0.0.0.0", 9000)
    assert parse_listen("[::1]:9000").host == "::1"
    assert parse_listen(None).open
    assert not parse_listen("robot").open
    with pytest.raises(BadInput, match="two ports"):
        parse_listen("robot:1", 2)
    with pytest.raises(BadInput, match="--port"):
        parse_listen(None, 70000)


def test_what_breaks_the_page_is_told_at_once(live: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Viewers are let go, the run goes on and nothing is raised at its end."""
    from pg4da.viewing.feed import LiveFeed

    run = live(RUN).start()
    told = run.view.subscribe()
    with viewer(run.port) as connection:
        heard(connection, "key")

        def broken(self: Any) -> bool:
            raise ValueError("a bug in the page's server")

        monkeypatch.setattr(LiveFeed, "poll", broken)
        with pytest.raises(ConnectionClosed):
            heard(connection, "end")
    lines = (json.loads(line) for line in iter(lambda: told.get(10.0), None))
    event = next(line for line in lines if line.get("event") == "observer_dropped")
    assert event["data"]["message"] == "the page is served no longer: ValueError: a bug in the page's server"
    with pytest.raises(InvalidStatus, match="503"), viewer(run.port):
        pass
    assert run.executive.tree.status.name == "RUNNING"
    monkeypatch.undo()


def test_idle_connections_do_not_use_up_the_files_of_the_run(live: Callable[..., Any]) -> None:
    """Beyond a bound they are dropped at once; who is there already stays."""
    run = live(RUN)
    with viewer(run.port) as first, ExitStack() as idle:
        heard(first, "hello")
        crowd = [idle.enter_context(socket.create_connection(("127.0.0.1", run.port))) for _ in range(CONNECTIONS + 10)]
        for each in crowd:
            each.settimeout(0.02)
        time.sleep(0.2)
        assert sum(dropped(each) for each in crowd) >= 10
        first.send(json.dumps({"do": "pause"}))
        assert heard(first, "refused")


def dropped(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_token_that_is_no_text(live: Callable[..., Any]) -> None:
    run = live(RUN)
    with viewer(run.port, "\ud800") as connection:
        assert heard(connection, "hello")["control"] is False

"""The socket camera against the emulator's server, with every fault; and against servers that speak nonsense."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from pg4da.hardware.cameras.config import SocketConfig
from pg4da.hardware.cameras.opening import open_camera
from pg4da.hardware.cameras.over_socket import examine_socket
from pg4da.hardware.cameras.source import CameraLost
from pg4da.hardware.cameras.wire import HEAD, MAGIC, VERSION, WireError, encode, receive
from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.emulator.camera import FAULTS, CameraServer
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.wall_clock import WallClock

K = np.array([[100.0, 0.0, 15.5], [0.0, 100.0, 11.5], [0.0, 0.0, 1.0]])


class SmallWorld:
    """The part of hardware.emulator.world.World that the camera server asks for."""

    def __init__(self) -> None:
        self.arms: dict = {}
        self.grippers: dict = {}
        self._start, self.count = time.monotonic(), 0

    def now(self) -> float:
        return time.monotonic() - self._start

    def picture(self) -> CameraFrame:
        self.count += 1
        rgb = np.full((24, 32, 3), 40 + self.count, np.uint8)
        return CameraFrame(rgb, np.full((24, 32), 1.25, np.float32), K, np.eye(4), self.now(), 0)


@pytest.fixture
def server():
    with closing(CameraServer(SmallWorld())) as running:
        yield running


@pytest.fixture
def camera(server):
    with closing(open_camera(SocketConfig(kind="socket", port=server.port), WallClock())) as opened:
        yield opened


def test_pictures_come_through_unchanged(camera):
    first, second = camera.capture(), camera.capture()
    assert first.rgb.shape == (24, 32, 3)
    assert first.rgb.dtype == np.uint8
    assert np.all(first.depth == np.float32(1.25))
    assert np.array_equal(first.K, K)
    assert first.serial == "emulated"
    assert second.sequence == first.sequence + 1
    assert second.rgb[0, 0, 0] == first.rgb[0, 0, 0] + 1


def test_a_picture_is_taken_after_the_call(camera):
    for _ in range(5):
        asked = camera._clock.now()
        assert asked <= camera.capture().stamp <= camera._clock.now()


def test_it_listens_on_loopback_only(server):
    assert server.host == "127.0.0.1"


def test_several_clients_at_once(server):
    seen: list[list[int]] = [[] for _ in range(4)]

    def look(mine: list[int]) -> None:
        with closing(open_camera(SocketConfig(kind="socket", port=server.port), WallClock())) as camera:
            mine.extend(camera.capture().sequence for _ in range(5))

    threads = [threading.Thread(target=look, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert all(mine == sorted(set(mine)) and len(mine) == 5 for mine in seen)
    assert len({number for mine in seen for number in mine}) == 20, "each question has a picture of its own"


def test_a_stall_is_a_timeout_and_passes(server, camera):
    server.inject("stall")
    begun = time.monotonic()
    with pytest.raises(TimeoutError, match=r"within 0\.2 s"):
        camera.capture(timeout=0.2)
    assert time.monotonic() - begun < 2
    server.clear()
    assert camera.capture().sequence > 0


def test_a_drop_is_told_and_passes(server, camera):
    server.inject("drop")
    for _ in range(2):
        with pytest.raises(CameraLost, match=f"camera 127.0.0.1:{server.port}"):
            camera.capture(timeout=0.5)
    server.clear()
    assert camera.capture().rgb.shape == (24, 32, 3)


def test_a_drop_is_noticed_though_no_picture_is_wanted(server, camera):
    camera.capture()
    assert camera.problem == ""
    server.inject("drop")
    end = time.monotonic() + 5
    while not camera.problem and time.monotonic() < end:
        time.sleep(0.005)
    assert "the connection broke" in camera.problem
    server.clear()
    assert camera.problem
    camera.capture()
    assert camera.problem == ""


@pytest.mark.parametrize(("fault", "told"), [("stall", "no sign of life"), ("stale", "frozen")])
def test_silence_and_a_frozen_stream_are_noticed_though_no_picture_is_wanted(server, camera, fault, told):
    camera.capture()
    assert watched(camera, 0.6) == ""
    server.inject(fault)
    assert told in watched(camera, 5.0)
    server.clear()
    assert camera.problem
    camera.capture()
    assert watched(camera, 0.3) == ""


def test_nothing_is_wrong_when_nobody_looked_for_a_while(server, camera):
    camera.capture()
    for _ in range(4):
        assert camera.problem == ""
        time.sleep(0.3)


def test_a_server_that_knows_no_sign_of_life_lives(server, camera, monkeypatch):
    monkeypatch.setattr(server, "_answer", lambda asked: encode({"id": asked["id"], "error": "what?"}))
    assert watched(camera, 0.6) == ""


def watched(camera, seconds: float) -> str:
    """The problem of a camera that is looked after as a cell does; "" when there is none in this time."""
    end = time.monotonic() + seconds
    while not camera.problem and time.monotonic() < end:
        time.sleep(0.008)
    return camera.problem


def test_a_frozen_picture_is_noticed_and_passes(server, camera):
    camera.capture()
    server.inject("stale")
    with pytest.raises(CameraLost, match="frozen"):
        camera.capture()
    server.clear()
    assert camera.capture().sequence > 1


def test_noise(server, camera):
    server.inject("noise", 0.01)
    depth = camera.capture().depth
    valid = depth > 0
    assert 0.9 < valid.mean() < 1.0
    assert 0.005 < depth[valid].std() < 0.02
    server.clear()
    assert np.all(camera.capture().depth == np.float32(1.25))


def test_an_unknown_fault_lists_the_known_ones(server):
    with pytest.raises(ValueError, match=", ".join(FAULTS)):
        server.inject("gremlins")


def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DeviceError, match="pg4da emulate"):
        open_camera(SocketConfig(kind="socket", port=port), WallClock())
    assert not examine_socket(SocketConfig(kind="socket", port=port))[0].well


def test_a_taken_port_is_an_os_error(server):
    with pytest.raises(OSError, match="in use"):
        CameraServer(SmallWorld(), port=server.port)


def test_a_closed_server_leaves_no_thread():
    before = threading.active_count()
    server = CameraServer(SmallWorld())
    with closing(open_camera(SocketConfig(kind="socket", port=server.port), WallClock())) as camera:
        camera.capture()
        server.close()
        server.close()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_doctor_finds_it_well(server):
    assert all(finding.well for finding in examine_socket(SocketConfig(kind="socket", port=server.port)))


def _serve_once(reply: bytes) -> int:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            client, _ = listener.accept()
            with client:
                client.sendall(reply)
                client.settimeout(2)
                try:
                    while client.recv(4096):
                        pass
                except OSError:
                    return

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def _picture(**changes) -> bytes:
    head = {"id": 1, "sequence": 1, "stamp": 1.0, "age": 0.0, "K": K.tolist()} | changes
    rgb, depth = np.zeros((2, 3, 3), np.uint8), np.ones((2, 3), np.float32)
    return encode({"camera": "x"}) + encode(head, {"rgb": rgb, "depth": depth})


@pytest.mark.parametrize(
    ("hello", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no camera server"),
        (HEAD.pack(MAGIC, VERSION + 1, 2) + b"{}", "version 2"),
        (HEAD.pack(MAGIC, VERSION, 1 << 30), "header of"),
        (HEAD.pack(MAGIC, VERSION, 2) + b"[]", "no object"),
        (b"PG", "closed|timed out"),
    ],
)
def test_another_server_is_told_at_the_start(hello, said):
    from pg4da.hardware.cameras import over_socket

    config = SocketConfig(kind="socket", port=_serve_once(hello))
    camera = over_socket.SocketCamera(config, WallClock())
    with closing(camera), pytest.raises(DeviceError, match=said):
        camera.open(0.5)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_picture(error="lens cap"), "lens cap"),
        (_picture(K=[[1, 2], [3, 4]]), "camera matrix"),
        (_picture(K="round"), "camera matrix"),
        (_picture(stamp=None), "'stamp'"),
        (_picture(sequence=True), "'sequence'"),
        (encode({"camera": "x"}) + encode({"id": 1, "sequence": 1, "stamp": 1, "age": 0}), "no colour"),
        (
            encode({"camera": "x"})
            + encode({"id": 1}, {"rgb": np.zeros((2, 3, 3), np.uint8), "depth": np.full((2, 3), np.nan, np.float32)}),
            "values that are none",
        ),
    ],
)
def test_a_bad_answer_is_told(answer, said):
    camera = open_camera(SocketConfig(kind="socket", port=_serve_once(answer)), WallClock())
    with closing(camera), pytest.raises(CameraLost, match=said):
        camera.capture(timeout=1.0)


@pytest.mark.parametrize(
    "told",
    [
        {"name": "rgb", "dtype": "object", "shape": [1]},
        {"name": "rgb", "dtype": "uint8", "shape": [-1]},
        {"name": "rgb", "dtype": "float32", "shape": [1 << 20, 1 << 20]},
        {"name": "rgb", "dtype": "uint8", "shape": "x"},
        7,
    ],
)
def test_arrays_that_no_camera_sends(told):
    text = json.dumps({"arrays": [told]}).encode()
    left, right = socket.socketpair()
    left.sendall(struct.pack(">4sBI", MAGIC, VERSION, len(text)) + text)
    with left, right, pytest.raises(WireError):
        receive(right)


def test_a_server_that_trickles_does_not_hold_a_capture():
    listener = socket.create_server(("127.0.0.1", 0))

    def trickle() -> None:
        with listener, listener.accept()[0] as client:
            client.sendall(encode({"camera": "slow"}))
            try:
                for byte in _picture():
                    client.sendall(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                return

    threading.Thread(target=trickle, daemon=True).start()
    config = SocketConfig(kind="socket", port=listener.getsockname()[1])
    begun = time.monotonic()
    with closing(open_camera(config, WallClock())) as camera, pytest.raises(TimeoutError):
        camera.capture(timeout=0.3)
    assert time.monotonic() - begun < 3

"""Messages survive the wire; what is no message is refused."""

from __future__ import annotations

import ast
import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pg4da.sim.isaacgym import sidecar

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    a, b = socket.socketpair()
    a.settimeout(5.0)
    b.settimeout(5.0)
    with a, b:
        yield a, b


values = st.sampled_from(["u1", "<i4", "<f4", "<f8"]).flatmap(
    lambda dtype: arrays(dtype, array_shapes(max_dims=3, max_side=5, min_side=0))
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8), values, max_size=4), st.text(max_size=20))
def test_a_message_survives_the_wire(sent: dict[str, Any], word: str) -> None:
    a, b = socket.socketpair()
    with a, b:
        threading.Thread(target=sidecar.send, args=(a, {"op": word}, sent)).start()
        header, found = sidecar.receive(b)
    assert header == {"op": word}
    assert list(found) == list(sent)
    for name, value in sent.items():
        assert found[name].dtype == value.dtype
        assert found[name].shape == value.shape
        assert found[name].tobytes() == value.tobytes()


def message(header: dict[str, Any], blob: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return sidecar.MAGIC + struct.pack(">I", len(text)) + text + blob


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        sidecar.MAGIC + b"\xff\xff\xff\xff",
        message({"arrays": [["a", "O", [2]]]}),
        message({"arrays": [["a", "|u1", [-1]]]}),
        message({"arrays": [["a", "|u1", ["2"]]]}),
        message({"arrays": [["a", "<f8", [1 << 20, 1 << 20]]]}),
        message({"arrays": [["a"]]}),
        sidecar.MAGIC + struct.pack(">I", 3) + b"{{{",
    ],
)
def test_what_is_no_message_is_refused(pair: Pair, data: bytes) -> None:
    pair[0].sendall(data)
    with pytest.raises(ValueError, match=r".+"):
        sidecar.receive(pair[1])


@pytest.mark.parametrize("data", [b"", b"PG4D", message({"arrays": [["a", "|u1", [9]]]}, b"1234")])
def test_an_end_in_the_middle(pair: Pair, data: bytes) -> None:
    pair[0].sendall(data)
    pair[0].close()
    with pytest.raises(sidecar.Closed):
        sidecar.receive(pair[1])


class Toy(sidecar.World):
    backend = "toy"
    closed = False

    def build(self, description: dict[str, Any]) -> Any:
        return {"time": 0.0}, {"q": np.full((1, 2), description["start"])}

    def close(self) -> None:
        self.closed = True


def served(pair: Pair) -> tuple[Toy, threading.Thread]:
    toy = Toy()
    thread = threading.Thread(target=sidecar.serve, args=(pair[0], toy))
    thread.start()
    return toy, thread


def ask(conn: socket.socket, header: dict[str, Any], **sent: Any) -> Any:
    sidecar.send(conn, header, sent)
    return sidecar.receive(conn)


def test_a_conversation(pair: Pair) -> None:
    toy, thread = served(pair)
    hello, _ = sidecar.receive(pair[1])
    assert hello["protocol"] == sidecar.PROTOCOL
    assert hello["backend"] == "toy"
    sidecar.send(pair[1], {"op": "hello", "protocol": sidecar.PROTOCOL})
    header, found = ask(pair[1], {"op": "build", "description": {"start": 2.5}})
    assert header == {"time": 0.0}
    assert found["q"].tolist() == [[2.5, 2.5]]
    for bad in ({"op": "dance"}, {"op": "step"}, {"op": "build"}, {"op": "rest", "steps": "many"}, {}):
        header, _ = ask(pair[1], bad)
        assert header["error"].split(":")[0] in ("ValueError", "KeyError"), bad
    assert ask(pair[1], {"op": "objects"})[0]["error"].startswith("NotImplementedError")
    assert ask(pair[1], {"op": "close"})[0] == {}
    thread.join(5.0)
    assert toy.closed


def test_it_ends_when_the_executive_goes(pair: Pair) -> None:
    toy, thread = served(pair)
    sidecar.receive(pair[1])
    pair[1].close()
    thread.join(5.0)
    assert not thread.is_alive()
    assert toy.closed


SOURCE = Path(str(sidecar.__file__)).read_text()


def test_the_file_runs_on_python_3_6() -> None:
    ast.parse(SOURCE, feature_version=(3, 6))
    with pytest.raises(SyntaxError):  # the check itself
        ast.parse("if (n := 3): pass", feature_version=(3, 6))
    assert "from __future__ import annotations" not in SOURCE  # 3.7


def test_the_file_imports_nothing_but_isaacgym_torch_numpy_and_the_library() -> None:
    tops = set()
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            tops.add((node.module or "").split(".")[0])
    assert tops - set(sys.stdlib_module_names) == {"isaacgym", "torch", "numpy"}


def test_isaacgym_is_imported_before_torch() -> None:
    assert 0 < SOURCE.index("from isaacgym import") < SOURCE.index("import torch")

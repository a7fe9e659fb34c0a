"""The page: its files, the state, the picture; for this machine only."""

from __future__ import annotations

import http.client
import json
from contextlib import closing

import pytest

from pg4da.calibrating.page_server import PageServer, ViewLine
from pg4da.errors import BadInput
from pg4da.viewing.access import Access


@pytest.fixture
def page():
    with closing(PageServer(Access(port=0))) as server:
        yield server


def get(page, path, **headers):
    port = int(page.address.rstrip("/").rpartition(":")[2])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers


def test_page_and_its_parts(page):
    status, body, headers = get(page, "/")
    assert status == 200
    assert b"main.js" in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert all(get(page, f"/{name}")[0] == 200 for name in ("main.js", "style.css"))


def test_state_and_picture(page):
    assert get(page, "/picture.jpg")[0] == 404
    page.state.views = [ViewLine(1, 24, 0.1)]
    page.show(b"jpeg")
    state = json.loads(get(page, "/state.json")[1])
    assert state["views"] == [{"number": 1, "corners": 24, "error": 0.1, "outlier": False}]
    assert state["picture"] == 1
    assert get(page, "/picture.jpg?1")[1] == b"jpeg"


def test_another_sites_name_is_refused(page):
    assert get(page, "/state.json", Host="evil.example")[0] == 421


def test_nothing_else_is_served(page):
    assert get(page, "/../camera.py")[0] == 404
    assert get(page, "/camera.py")[0] == 404


def test_a_taken_port_is_told(page):
    port = int(page.address.rstrip("/").rpartition(":")[2])
    with pytest.raises(BadInput, match="cannot listen"):
        PageServer(Access(port=port))

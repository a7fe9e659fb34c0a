"""Pictures drawn beside a run."""

from __future__ import annotations

import base64
import io
import threading
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pg4da.stream.painter import WAITING, Painter
from pg4da.stream.shape import check

HEAD = {"k": "picture", "t": 1.0, "name": "camera", "of": 1}


@pytest.fixture
def painter() -> Any:
    found = Painter()
    yield found
    found.close()


def picture() -> Any:
    image = np.zeros((4, 6, 3), np.uint8)
    image[..., 0] = 200
    return image


def test_a_picture_becomes_a_message(painter: Painter) -> None:
    painter.paint(HEAD, picture)
    painter.wait(10.0)
    [(message, _)] = list(painter.take())
    check(message)
    with Image.open(io.BytesIO(base64.b64decode(message["png"]))) as image:
        assert image.size == (message["w"], message["h"]) == (6, 4)
        assert image.getpixel((0, 0)) == (200, 0, 0)
    assert list(painter.take()) == []


def test_one_that_cannot_be_drawn_is_told_and_the_next_is_drawn(painter: Painter) -> None:
    def broken() -> Any:
        raise ValueError("no such colour")

    painter.paint(HEAD, broken)
    painter.paint(HEAD, picture)
    painter.wait(10.0)
    first, second = (message for message, _ in painter.take())
    check(first)
    assert first["event"] == "picture_failed"
    assert "no such colour" in first["data"]["message"]
    assert second["k"] == "picture"


def test_when_too_many_wait_the_oldest_is_left_out(painter: Painter) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow() -> Any:
        begun.set()
        go.wait(10.0)
        return picture()

    painter.paint({**HEAD, "of": 0}, slow)
    begun.wait(10.0)
    for of in range(1, WAITING + 4):
        painter.paint({**HEAD, "of": of}, picture)
    go.set()
    painter.wait(10.0)
    assert [message["of"] for message, _ in painter.take()] == [0, *range(4, WAITING + 4)]
    assert painter.dropped == 3


def test_closing_ends_the_thread(painter: Painter) -> None:
    painter.paint(HEAD, picture)
    painter.close()
    assert "pictures" not in [thread.name for thread in threading.enumerate()]

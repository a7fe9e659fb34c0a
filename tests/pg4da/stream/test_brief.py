"""Any value as a small piece of JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pg4da.stream.brief import brief
from pg4da.stream.messages import decode, encode


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Pair:
    a: Any
    b: Any


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.123456789, 0.12346),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (10**20, "1e+20"),
        (10**400, "a huge number"),
        (np.float32(0.5), 0.5),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.zeros((224, 224), np.float32), {"array": [224, 224], "dtype": "float32"}),
        (np.array([np.nan]), ["nan"]),
        (Colour.RED, "red"),
        (Path("a/b"), "a/b"),
        (Pair(1, (2, 3)), {"type": "Pair", "a": 1, "b": [2, 3]}),
        ({1: {"x"}}, {"1": ["x"]}),
        (list(range(40)), [*range(32), "… 8 more"]),
        (lambda: None, "(function)"),
    ],
)
def test_values(value: Any, expected: Any) -> None:
    assert brief(value) == expected


def test_long_text_is_cut() -> None:
    assert len(brief("x" * 10_000)) == 2001


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert decode(encode({"k": "event", "v": brief("\ud800a")}))["v"] == "?a"


def test_what_contains_itself_ends() -> None:
    knot: list[Any] = []
    knot.extend([knot] * 20)
    assert len(json.dumps(brief(knot))) < 20_000


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=60) | st.dictionaries(st.text() | st.integers(), inner, max_size=60),
)


@given(PLAIN)
def test_anything_plain_can_be_written_and_stays_small(value: Any) -> None:
    line = encode({"k": "tick", "v": brief(value)})
    assert len(line) < 100_000
    assert decode(line)["k"] == "tick"

"""Which nodes a pattern means."""

from __future__ import annotations

import pytest

from pg4da.testing.patterns import matches, nearest

PATH = "Retrieve/Round 1/Place/Into the bin"


@pytest.mark.parametrize(
    "pattern",
    [
        "Into the bin",
        "Into*",
        "**/Into the bin",
        "Retrieve/**",
        "Retrieve/*/Place/*",
        "Retrieve/**/Into the ???",
        "**/Place/**",
        "/Retrieve/Round [12]/Place/Into the bin",
        "**",
        "*bin",
    ],
)
def test_meant(pattern: str) -> None:
    assert matches(pattern, PATH)


@pytest.mark.parametrize(
    "pattern",
    ["Place", "Place/Into the bin", "Retrieve/*", "Retrieve/*/Into the bin", "into the bin", "Retrieve", "*/*"],
)
def test_not_meant(pattern: str) -> None:
    assert not matches(pattern, PATH)


def test_two_stars_stand_for_no_level_too() -> None:
    assert matches("Retrieve/**/Round 1", "Retrieve/Round 1")
    assert matches("**/Retrieve", "Retrieve")


@pytest.mark.parametrize("name", ["a.b", "a+b", "(a)", "a^$", "ä ö"])
def test_names_are_no_regular_expressions(name: str) -> None:
    assert matches(f"x/{name}", f"x/{name}")
    assert not matches("a.b", "axb")


def test_the_nearest() -> None:
    assert nearest("Into teh bin", ["Retrieve", PATH, "Retrieve/Round 1"]) == PATH
    assert nearest("x", []) == ""

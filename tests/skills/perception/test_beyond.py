"""The target beside the workspace."""

from __future__ import annotations

from typing import Any

import pytest

from pg4da.policies.types import MapGrid
from pg4da.skills.perception import beyond
from pg4da.skills.perception.beyond import centre_in_view
from pg4da.skills.perception.heightmap import project

GREEN = (0.1, 0.7, 0.2)
SIZE = (0.045, 0.045, 0.045)


@pytest.mark.parametrize("place", [(0.58, 0.5), (0.6, 0.2), (0.1, 0.4)])
def test_found_inside_and_beside_the_map(photograph: Any, box: Any, place: tuple[float, float]) -> None:
    frame = photograph([box(place, SIZE, GREEN), box((0.0, 0.5), SIZE)])
    found = centre_in_view(frame, MapGrid(), "green")
    assert found == pytest.approx(place, abs=0.01)


def test_no_map_is_made_where_its_colour_is_nowhere(photograph: Any, box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    maps: list[object] = []

    def counted(*args: Any, **options: Any) -> Any:
        maps.append(args)
        return project(*args, **options)

    monkeypatch.setattr(beyond, "project", counted)
    frame = photograph([box((0.58, 0.5), SIZE, (0.2, 0.3, 0.8))])
    assert centre_in_view(frame, MapGrid(), "green") is None
    assert not maps
    assert centre_in_view(frame, MapGrid(), "blue") is not None
    assert len(maps) == 1

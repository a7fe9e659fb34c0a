"""`KEY=VALUE`, on the command line and in files of targets."""

from __future__ import annotations

from collections.abc import Iterable

from pg4da.errors import BadInput


def read_pairs(pairs: Iterable[str], where: str) -> dict[str, str]:
    """Raises BadInput that begins with `where` for what is no pair, or a key given twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise BadInput(f"{where}: '{pair}': expected KEY=VALUE")
        if key in found:
            raise BadInput(f"{where}: '{key}' is given twice")
        found[key] = value
    return found

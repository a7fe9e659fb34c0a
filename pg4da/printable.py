"""Text from mission files, records and other machines, before it goes to a terminal."""

from __future__ import annotations

REPLACED = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, keep: str = "") -> str:
    """Without anything that a terminal would obey, or that can't be encoded; but for the characters in `keep`."""
    return text if text.isprintable() else "".join(c if c in keep or c.isprintable() else REPLACED for c in text)

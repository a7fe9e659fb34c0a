"""Path patterns as in .gitignore: which nodes of a mission are meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from fnmatch import translate
from functools import cache


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    anchored = "/" in pattern
    parts = pattern.strip("/").split("/")
    text = "" if anchored else "(?:.*/)?"
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            text += ".*" if last else "(?:.*/)?"
        else:
            text += _segment(part) + ("" if last else "/")
    return re.compile(text, re.DOTALL)


def _segment(part: str) -> str:
    """One name: `*`, `?` and `[abc]` never reach over a slash."""
    body = translate(part).removeprefix("(?s:").removesuffix(")\\z").removesuffix(")\\Z")
    return f"(?:{body.replace('.*', '[^/]*')})" if "*" in part else f"(?:{body})"


def matches(pattern: str, path: str) -> bool:
    """Whether a node's path is meant.

    A pattern without a slash names a node anywhere; one with a slash counts from the root; `**` stands for any number
    of levels, `*` for anything within one name.
    """
    return _regex(pattern).fullmatch(path) is not None


def nearest(pattern: str, paths: Iterable[str]) -> str:
    """The path that is most like what was meant; empty when there is none."""
    wanted = pattern.strip("/").split("/")[-1].lower()

    def likeness(path: str) -> tuple[float, float]:
        name = path.split("/")[-1].lower()
        return SequenceMatcher(None, wanted, name).ratio(), SequenceMatcher(None, pattern, path).ratio()

    return max(paths, key=likeness, default="")

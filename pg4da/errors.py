"""What a user did wrong: one exception type, printed as one message, exit code 2."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 60  # characters of a word that may be a slip of another
MOST = 300  # choices among which the nearest is looked for


class BadInput(Exception):
    """A file, an option or a value that cannot be used; the message says which, where and what would be valid."""


def suggest(word: str, choices: Iterable[str]) -> str:
    """The end of a message: the nearest choice, or all of them when they are few."""
    known = sorted(set(choices))
    if not known:
        return ""
    near = get_close_matches(word, known, n=1, cutoff=0.6) if len(word) <= LONGEST and len(known) <= MOST else []
    hint = f"; did you mean '{near[0]}'?" if near else ""
    if len(known) > 24:
        return hint
    return f"{hint}{' Valid' if hint else '; valid'}: {', '.join(known)}"

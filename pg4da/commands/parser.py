"""The parser of the command line: options in full only, and mistakes told like every other bad input."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from pg4da.errors import BadInput, suggest


class Parser(argparse.ArgumentParser):
    """Raises BadInput where argparse would print its usage and leave.

    Abbreviations are off: `--target red` would otherwise be read as `--target-line red`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message} (see `{self.prog} --help`)")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Nothing unknown is passed over; a command's own parser tells which options it has. Raises BadInput."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unexpected '{unknown[0]}'{self._valid(unknown[0])}")
        return found, unknown

    def _valid(self, word: str) -> str:
        if not word.startswith("-"):
            return ""
        options = [text for action in self._actions for text in action.option_strings if text.startswith("--")]
        inputs = "; an input of the mission is given as --set KEY=VALUE" if "--set" in options else ""
        return suggest(word, options) + inputs

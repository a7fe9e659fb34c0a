"""What is wrong with a scene, and where."""

from __future__ import annotations

from pathlib import Path


class SceneError(ValueError):
    """A scene that can't be used. `path` is its file or name; `line`, `column` count from 1, None where none applies.

    The text reads `file:line:column: message`.
    """

    def __init__(self, path: Path | str, line: int | None, column: int | None, message: str) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}")
        self.path = Path(path)
        self.line = line
        self.column = column
        self.message = message


class UnknownScene(SceneError):
    """No scene of the library and no file has this name."""

"""Collected views on disk, so that an interrupted calibration goes on: one small file and one picture a view."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pg4da.errors import BadInput
from pg4da.hardware.calibration.board import Board
from pg4da.hardware.calibration.detection import Sighting
from pg4da.hardware.calibration.views import Setup, View

SETUP, RESULT, FORMAT = "setup.json", "result.json", 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Setup(_Strict):
    format: int = Field(ge=FORMAT, le=FORMAT)
    cell: str
    arm: str
    board: tuple[int, int, float, float]
    K: list[list[float]]
    size: tuple[int, int]


class _View(_Strict):
    T_world_tool: list[list[float]]
    ids: list[int]
    pixels: list[list[float]]


class Store:
    """A folder for the views of one arm's board."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def unfinished(self) -> bool:
        return (self.folder / SETUP).exists() and not (self.folder / RESULT).exists()

    def begin(self, cell: str, arm: str, setup: Setup) -> None:
        """A new one. Raises BadInput when it can't be written."""
        board = setup.board
        head = _Setup(
            format=FORMAT,
            cell=cell,
            arm=arm,
            board=(board.columns, board.rows, board.square, board.marker),
            K=setup.K.tolist(),
            size=setup.size,
        )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / SETUP).write_text(head.model_dump_json() + "\n")
        except OSError as error:
            raise BadInput(f"{self.folder}: {error.strerror}") from error

    def add(self, view: View, picture: NDArray[np.uint8]) -> None:
        """A view is complete once its .json is there. Raises OSError."""
        stem = self.folder / f"{view.number:03d}"
        _, data = cv2.imencode(".png", np.ascontiguousarray(picture[:, :, ::-1]))
        stem.with_suffix(".png").write_bytes(data.tobytes())
        body = _View(
            T_world_tool=view.T_world_tool.tolist(), ids=view.seen.ids.tolist(), pixels=view.seen.pixels.tolist()
        )
        stem.with_suffix(".json").write_text(body.model_dump_json())

    def finish(self, result: dict[str, Any]) -> None:
        """What came of it; the views are not used again. Raises OSError."""
        (self.folder / RESULT).write_text(json.dumps(result, indent=1) + "\n")

    def load(self, cell: str, arm: str, setup: Setup) -> list[View]:
        """The views so far. Raises BadInput for those of another cell, arm, board or lens, and for spoilt files."""
        head = self._read(SETUP, _Setup)
        board = Board(*head.board)
        same = {"cell": head.cell == cell, "arm": head.arm == arm, "board": board == setup.board}
        same["camera"] = tuple(head.size) == setup.size and np.allclose(head.K, setup.K, rtol=1e-6)
        others = [what for what, fits in same.items() if not fits]
        if others:
            raise BadInput(f"{self.folder}: its views are of another {', '.join(others)}; --fresh begins anew")
        names = sorted(path.name for path in self.folder.glob("[0-9]*.json"))
        views = [self._view(name, setup) for name in names]
        return [view for view in views if view is not None]

    def _view(self, name: str, setup: Setup) -> View | None:
        body = self._read(name, _View)
        T, ids = np.array(body.T_world_tool), np.array(body.ids, np.intp)
        pixels = np.array(body.pixels, float)
        n = len(setup.board.corners)
        if T.shape != (4, 4) or pixels.shape != (len(ids), 2) or not ((ids >= 0) & (ids < n)).all():
            raise BadInput(f"{self.folder / name}: is no view")
        return View.of(int(name.removesuffix(".json")), T, Sighting(ids, pixels), setup.board, setup.K)

    def _read(self, name: str, model: type[Any]) -> Any:
        path = self.folder / name
        try:
            return model.model_validate_json(path.read_bytes())
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}; --fresh begins anew") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise BadInput(f"{path}: {first['msg']}; --fresh begins anew") from error


def latest(root: Path, arm: str) -> Store | None:
    """The newest unfinished one of an arm."""
    found = [Store(folder) for folder in sorted(root.glob(f"{arm}-[0-9]*")) if folder.is_dir()]
    return next((store for store in reversed(found) if store.unfinished), None)


def fresh(root: Path, arm: str) -> Store:
    """A folder that is not there yet."""
    numbers = [int(folder.name.rpartition("-")[2]) for folder in root.glob(f"{arm}-[0-9]*") if _numbered(folder)]
    return Store(root / f"{arm}-{max(numbers, default=0) + 1}")


def _numbered(folder: Path) -> bool:
    return folder.name.rpartition("-")[2].isdecimal()


def next_number(views: Sequence[View]) -> int:
    return max((view.number for view in views), default=0) + 1

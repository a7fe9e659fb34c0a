"""Makes the pictures of the README anew, from one run of the default mission: python docs/make_pictures.py"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image

from pg4da.run import RunRequest, run_mission
from pg4da.sim.scenes.catalogue import names, picture

IMAGES = Path(__file__).parent / "images"
TILE = (320, 240)


def make_run_pictures() -> None:
    """The film, the first decision and the end of a mission."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = run_mission(RunRequest(out=folder))
        print(f"{result.outcome} after {result.motions} motions")
        for found, kept in (("film.gif", "film.gif"), ("decision_01.png", "decision.png"), ("after.png", "after.png")):
            shutil.copyfile(folder / found, IMAGES / kept)


def make_overview() -> None:
    """The first scene of each case side by side."""
    cases = sorted({name.split("/")[0] for name in names()})
    first = [next(name for name in names() if name.startswith(case)) for case in cases]
    sheet = Image.new("RGB", (TILE[0] * len(first), TILE[1]), "white")
    for column, name in enumerate(first):
        with Image.open(picture(name)) as tile:
            sheet.paste(tile.convert("RGB").resize(TILE, Image.Resampling.LANCZOS), (column * TILE[0], 0))
    sheet.save(IMAGES / "scenes.png", optimize=True)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    make_overview()
    make_run_pictures()

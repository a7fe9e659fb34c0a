"""The scenes that come with the project, by name."""

from __future__ import annotations

import difflib
from functools import lru_cache
from importlib import resources
from pathlib import Path

from pg4da.sim.scenes.errors import UnknownScene
from pg4da.sim.scenes.reader import read_scene
from pg4da.sim.scenes.scene import Scene

DEFAULT = "case2-dense_clutter/dense1"
HELD_OUT = "held-out"


def library() -> Path:
    """The folder that holds a folder a case."""
    return Path(str(resources.files("pg4da.sim.scenes") / "library"))


def held_out() -> Path:
    """The folder of scenes with things of a household, which nothing is trained or tuned on."""
    return Path(str(resources.files("pg4da.sim.scenes") / HELD_OUT))


def sets() -> dict[str, Path]:
    """Folders of scenes by the words that `pg4da evaluate --scenes` takes for them."""
    return {"library": library(), HELD_OUT: held_out()}


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """All names, sorted, as "case2-dense_clutter/dense1"."""
    files = sorted(library().glob("*/*.txt"))
    return tuple(f"{file.parent.name}/{file.stem}" for file in files)


def find(name_or_path: str) -> Path:
    """The file of a scene, by name ("case2-dense_clutter/dense1", "dense1" or "held-out/mug1") or by path.

    Raises UnknownScene, which lists the names and the nearest.
    """
    for name in names():
        if name_or_path in (name, name.split("/")[1]):
            return library() / f"{name}.txt"
    word = name_or_path.removeprefix(f"{HELD_OUT}/")
    if word != name_or_path and "/" not in word and "\0" not in word and (held_out() / f"{word}.txt").is_file():
        return held_out() / f"{word}.txt"
    path = Path(name_or_path)
    if "\0" not in name_or_path and path.is_file():
        return path
    raise UnknownScene(f"scene '{name_or_path}'", None, None, _unknown(name_or_path))


def picture(name: str) -> Path:
    """The PNG picture beside a scene of the library. Raises UnknownScene."""
    return find(name).with_suffix(".png")


def default_scene() -> Scene:
    """What `pg4da run` takes when told nothing: a dense one."""
    return read_scene(find(DEFAULT))


def _unknown(name: str) -> str:
    choices = [*names(), *(n.split("/")[1] for n in names())]
    near = difflib.get_close_matches(name.removesuffix(".txt"), choices, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"no such scene or file{f'{hint} Valid' if hint else '; valid'}: {', '.join(names())}"

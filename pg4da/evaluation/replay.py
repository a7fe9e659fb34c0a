"""One episode of an evaluation again, from the same start, with a picture of every decision and a film."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput, suggest
from pg4da.evaluation.episode import Episode, EpisodeResult

if TYPE_CHECKING:
    from pg4da.evaluation.settings import Settings
    from pg4da.mission.events import Observer


def replay(out: Path, key: str, *, as_json: bool, observers: tuple[Observer, ...] = ()) -> int:
    """Run the episode `key` ("case/scene#trial") of the evaluation in `out`. Returns 0 when it completes, else 1."""
    from pg4da.evaluation.settings import code_version
    from pg4da.evaluation.worker import play

    settings, episode, before = recorded(out, key)
    version = code_version()
    if before.version != version:
        print(f"note: recorded with version {before.version}, this is {version}", file=sys.stderr)
    folder = out / "replays" / key.replace("/", "__").replace("#", "__")
    result, _ = play(settings, version, episode, observers, record=folder)
    told = "completed" if result.completed else f"{result.cause} ({result.phase}): {result.message}"
    print(f"{key}: {told}\nbefore: {before.cause or 'completed'}\npictures and film: {folder}", file=sys.stderr)
    if as_json:
        print(json.dumps(result.to_json(), allow_nan=False))
    return 0 if result.completed else 1


def recorded(out: Path, key: str) -> tuple[Settings, Episode, EpisodeResult]:
    """What the folder says about an episode. Raises BadInput."""
    from pg4da.evaluation.settings import Settings

    try:
        header: dict[str, Any] = json.loads((out / "settings.json").read_text())
        lines = (out / "episodes.jsonl").read_text().splitlines()
        results = {r.key: r for r in (EpisodeResult.from_json(json.loads(line)) for line in lines)}
    except (OSError, ValueError) as error:
        raise BadInput(f"{out}: not the folder of an evaluation: {error}") from error
    if key not in results:
        raise BadInput(f"--replay: no episode '{key}' in {out}{suggest(key, results)}")
    header.pop("scenes", None)
    found = results[key]
    return Settings(**header), Episode(found.scene, found.case, found.path, found.trial, found.seed), found

"""`pg4da evaluate` from its arguments to its files, with the episodes themselves faked."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pg4da.commands import evaluate
from pg4da.commands.main import main
from pg4da.evaluation.episode import Episode, EpisodeResult, broken
from pg4da.evaluation.executor import InProcess

SCENE = "cube.urdf 0 1 0 0 0.5 0.0225 0 0 0\ncube.urdf 1 0 0 0.1 0.5 0.0225 0 0 0"
Play = Callable[[Episode], EpisodeResult]


def even_trials_complete(episode: Episode) -> EpisodeResult:
    failed = broken(episode, "geometric", "0", "lost", "it fell")
    done = replace(
        failed, completed=True, cause="", message="", motions=2, pushes=1, grasp_attempts=1, grasp_successes=1
    )
    return failed if episode.trial % 2 else replace(done, arm_motions=3)


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    folder = tmp_path / "scenes"
    for case, name in (("case1-clutter", "a"), ("case2-dense_clutter", "b")):
        (folder / case).mkdir(parents=True)
        (folder / case / f"{name}.txt").write_text(SCENE)
    return folder


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[Play], None]:
    """Put a function in the place of the worker processes."""

    def put(function: Play) -> None:
        def executor(args: argparse.Namespace, settings: Any) -> InProcess:
            return InProcess(function)

        monkeypatch.setattr(evaluate, "make_executor", executor)

    put(even_trials_complete)
    return put


@pytest.mark.usefixtures("play")
def test_json_has_the_promised_shape(scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    code = main(["evaluate", "--scenes", str(scenes), "--trials", "4", "--seed", "7", "--out", str(out), "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert list(printed) == ["policy", "scenes", "cases", "total"]
    assert [(s["scene"], s["case"], s["trials"]) for s in printed["scenes"]] == [
        ("case1-clutter/a", "case1-clutter", 4),
        ("case2-dense_clutter/b", "case2-dense_clutter", 4),
    ]
    assert (printed["total"]["trials"], printed["total"]["C"], printed["total"]["GS"]) == (8, 50.0, 100.0)
    assert (printed["total"]["MN"], printed["total"]["arm_motions"]) == (2.0, 3.0)
    assert json.loads((out / "results.json").read_text()) == printed
    assert (out / "report.html").is_file()
    assert len((out / "episodes.jsonl").read_text().splitlines()) == 8


@pytest.mark.usefixtures("play")
def test_table_shows_ours_beside_the_papers(scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--scenes", str(scenes), "--trials", "2", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    for words in ("case1-clutter", "paper: PG4DA", "99.75", "paper: VPG", "50.00 ± 50.00", "all episodes"):
        assert words in told.out
    assert "case1-clutter/a#1 (seed" in told.err


def test_every_policy_starts_the_same(scenes: Path, tmp_path: Path, play: Callable[[Play], None]) -> None:
    def seeds(out: Path, folder: Path) -> dict[str, int]:
        main(["evaluate", "--scenes", str(folder), "--trials", "3", "--seed", "7", "--out", str(out)])
        lines = [json.loads(line) for line in (out / "episodes.jsonl").read_text().splitlines()]
        return {f"{line['scene']}#{line['trial']}": line["seed"] for line in lines}

    whole, part = seeds(tmp_path / "whole", scenes), seeds(tmp_path / "part", scenes / "case1-clutter")
    assert part == {key: seed for key, seed in whole.items() if key.startswith("case1")}
    assert len(set(whole.values())) == 6


def test_interrupted_then_resumed(scenes: Path, tmp_path: Path, play: Callable[[Play], None]) -> None:
    arguments = ["evaluate", "--scenes", str(scenes), "--trials", "3", "--out", str(tmp_path / "out")]
    ran: list[str] = []

    def interrupted(episode: Episode) -> EpisodeResult:
        if len(ran) == 4:
            raise KeyboardInterrupt
        ran.append(episode.key)
        return even_trials_complete(episode)

    play(interrupted)
    assert main(arguments) == 130
    assert json.loads((tmp_path / "out" / "results.json").read_text())["total"]["trials"] == 4
    play(lambda episode: ran.append(episode.key) or even_trials_complete(episode))  # type: ignore[func-returns-value]
    assert main(arguments) == 0
    assert len(ran) == len(set(ran)) == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scenes", "{scenes}", "--policy", "geometrik"], "geometrik"),
        (["--scenes", "{scenes}/nowhere"], "no such file or folder"),
        (["--scenes", "{empty}"], "holds no scene"),
        (["--scenes", "{broken}"], "bad.txt:2"),
        (["--scenes", "{scenes}", "--mission", "trees/retreive.yaml"], "retrieve"),
        (["--scenes", "{scenes}", "--timestep", "1"], "--timestep"),
        (["--scenes", "{scenes}", "--objects", "{scenes}/nowhere"], "--objects"),
        ([], "--scenes is missing"),
    ],
)
def test_bad_input_writes_nothing(
    arguments: list[str], words: str, scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "bad.txt").write_text(SCENE.replace("0.1 0.5", "0.1 half"))
    places = {"scenes": scenes, "empty": tmp_path / "empty", "broken": tmp_path / "broken"}
    code = main(["evaluate", *(word.format(**places) for word in arguments), "--out", str(tmp_path / "out")])
    told = capsys.readouterr()
    assert code == 2
    assert told.err.startswith("error: ")
    assert words in told.err
    assert told.out == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("play")
def test_other_settings_for_the_same_folder(scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", "--scenes", str(scenes), "--trials", "1", "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    assert main([*arguments, "--camera-noise"]) == 2
    assert "camera_noise: False, now True" in capsys.readouterr().err


@pytest.mark.usefixtures("play")
def test_two_scenes_of_one_name_are_refused(scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "more" / "case1-clutter"
    other.mkdir(parents=True)
    (other / "a.txt").write_text(SCENE)
    assert main(["evaluate", "--scenes", str(scenes), str(other), "--out", str(tmp_path / "out")]) == 2
    assert "both called case1-clutter/a" in capsys.readouterr().err


def test_replay_wants_an_episode_of_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--replay", "a/b#0", "--out", str(tmp_path / "nowhere")]) == 2
    assert "not the folder of an evaluation" in capsys.readouterr().err

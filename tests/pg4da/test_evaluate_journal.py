"""What is done stays done; what differs is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pg4da.errors import BadInput
from pg4da.evaluation.episode import Episode, EpisodeResult, broken
from pg4da.evaluation.evaluate import finished, run_missing, write_results
from pg4da.evaluation.executor import InProcess
from pg4da.evaluation.journal import Journal, differences

HEADER = {"policy": "geometric", "seed": 1, "scenes": {"case1-clutter/a": "0123"}}
EPISODES = [Episode("case1-clutter/a", "case1-clutter", "/a.txt", trial, 10 + trial) for trial in range(4)]


def lost(episode: Episode) -> EpisodeResult:
    return broken(episode, "geometric", "0", "lost", f"trial {episode.trial}")


def run(out: Path, episodes: list[Episode]) -> list[str]:
    """Run what is missing; the keys that were run."""
    ran: list[str] = []
    with Journal(out, HEADER) as journal:
        run_missing(episodes, InProcess(lost), journal, lambda result: ran.append(result.key))
    return ran


def test_done_episodes_are_not_run_again(tmp_path: Path) -> None:
    assert run(tmp_path, EPISODES[:2]) == ["case1-clutter/a#0", "case1-clutter/a#1"]
    assert run(tmp_path, EPISODES) == ["case1-clutter/a#2", "case1-clutter/a#3"]
    with Journal(tmp_path, HEADER) as journal:
        assert finished(EPISODES, journal) == [lost(e) for e in EPISODES]


def test_a_line_cut_short_is_run_again(tmp_path: Path) -> None:
    run(tmp_path, EPISODES[:3])
    journal = tmp_path / "episodes.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    assert run(tmp_path, EPISODES[:3]) == ["case1-clutter/a#2"]
    assert len([json.loads(line) for line in journal.read_text().splitlines()]) == 3


def test_an_interruption_keeps_what_came_in(tmp_path: Path) -> None:
    def interrupted(episode: Episode) -> EpisodeResult:
        if episode.trial == 2:
            raise KeyboardInterrupt
        return lost(episode)

    with Journal(tmp_path, HEADER) as journal, pytest.raises(KeyboardInterrupt):
        run_missing(EPISODES, InProcess(interrupted), journal, lambda result: None)
    assert run(tmp_path, EPISODES) == ["case1-clutter/a#2", "case1-clutter/a#3"]


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    run(tmp_path, EPISODES[:1])
    other = {**HEADER, "seed": 2, "scenes": {"case1-clutter/a": "4567"}}
    with pytest.raises(BadInput, match=r"scenes\.case1-clutter/a: '0123', now '4567'; seed: 1, now 2"):
        Journal(tmp_path, other).__enter__()
    assert len((tmp_path / "episodes.jsonl").read_text().splitlines()) == 1


def test_two_writers_are_refused(tmp_path: Path) -> None:
    with Journal(tmp_path, HEADER), pytest.raises(BadInput, match="another evaluation"):
        Journal(tmp_path, HEADER).__enter__()


def test_a_spoilt_journal_is_refused_with_its_line(tmp_path: Path) -> None:
    run(tmp_path, EPISODES[:2])
    journal = tmp_path / "episodes.jsonl"
    journal.write_text(journal.read_text().replace('"trial": 1', '"trail": 1'))
    with pytest.raises(BadInput, match=r"episodes\.jsonl:2: .*'trail', 'trial'"):
        Journal(tmp_path, HEADER).__enter__()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        Journal(tmp_path / "file" / "out", HEADER).__enter__()


def test_differences_names_missing_keys() -> None:
    assert differences({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {}}) == ["b.c: 2, now None"]


def test_results_and_report_are_written(tmp_path: Path) -> None:
    (tmp_path / "failures").mkdir()
    (tmp_path / "failures" / "x.jpg").write_bytes(b"picture")
    done = [EpisodeResult(**{**lost(EPISODES[0]).to_json(), "picture": "failures/x.jpg", "message": "<no> & none"})]
    results = write_results("geometric", done, HEADER, tmp_path)
    assert json.loads((tmp_path / "results.json").read_text()) == json.loads(json.dumps(results))
    page = (tmp_path / "report.html").read_text()
    assert "data:image/jpeg;base64,cGljdHVyZQ==" in page
    assert "&lt;no&gt; &amp; none" in page
    assert f"pg4da evaluate --replay case1-clutter/a#0 --out {tmp_path}" in page
    assert "http" not in page  # nothing is loaded from anywhere

"""A record on the page: the whole time line, scrubbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pg4da.stream.log import Log
from pg4da.viewing.access import Access
from pg4da.viewing.replay import replay_server

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
NODES = [("Whole", "sequence", 0), ("First", "look", 1), ("Second", "push", 1), ("Third", "grasp", 1)]


def messages() -> Iterator[dict[str, Any]]:
    """Three skills of ten seconds each; the last one fails. A picture with each."""
    yield {"k": "run", "t": 0.0, "version": 1, "mission": "recorded", "cell": "fake", "id": "a"}
    yield {"k": "tree", "t": 0.0, "nodes": [node(*each) for each in enumerate(NODES, 1)]}
    yield {"k": "tick", "t": 0.0, "n": 0, "s": [[1, "R"]]}
    for number in (2, 3, 4):
        start = 10.0 * (number - 2)
        yield {"k": "tick", "t": start, "n": 1, "s": [[number, "R"]], "v": {"0": {"step": number}}}
        yield {"k": "event", "t": start, "event": "note", "data": {"text": f"step {number}"}}
        yield {"k": "picture", "t": start, "name": "camera", "of": number, "png": PNG, "w": 1, "h": 1}
        for tenth in range(1, 100):
            yield {"k": "arms", "t": start + tenth / 10, "arms": {"left": {"q": [0.0], "width": tenth / 1000}}}
        if number < 4:
            yield {"k": "tick", "t": start + 10, "n": 2, "s": [[number, "S"]]}
    why = {
        "code": "slipped",
        "phase": "execution",
        "path": "Whole/Third",
        "message": "it slid out",
        "recoverable": True,
    }
    yield {"k": "tick", "t": 30.0, "n": 3, "s": [[4, "F"], [1, "F"]], "f": {"4": why, "1": why}}
    yield {"k": "end", "t": 30.0, "outcome": "failure", "failure": why, "outputs": {}, "result": {}}


def node(number: int, told: tuple[str, str, int]) -> dict[str, Any]:
    name, word, parent = told
    path = "Whole" if not parent else f"Whole/{name}"
    return {"id": number, "parent": parent, "name": name, "word": word, "path": path, "file": "a.yaml", "line": number,
            "text": ""}  # fmt: skip


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "run.pg4da.jsonl"
    path.write_text("".join(json.dumps(message, separators=(",", ":")) + "\n" for message in messages()))
    return path


@pytest.fixture
def page(record: Path) -> Iterator[str]:
    server = replay_server(Log.open(record), Access(port=0))
    server.start()
    yield server.address
    server.close()


def scrub(browser: Any, time: float) -> None:
    browser.run(
        f"{{ const s = document.querySelector('#scrub'); s.value = {time}; s.dispatchEvent(new Event('input')); }}"
    )


def test_scrubbing_a_record(page: str, browser: Any) -> None:
    browser.open(page)
    browser.until("document.querySelector('#badge').textContent === 'record: failure'")
    assert "it slid out" in browser.text("#now .failed.final")
    assert browser.run("Number(document.querySelector('#scrub').max)") == 30.0
    browser.click("#tab-values")
    for time, name, step in ((14.0, "Second", 3), (4.0, "First", 2), (25.0, "Third", 4)):
        scrub(browser, time)
        browser.until(f"document.querySelector('#now .tip')?.textContent === '{name}'")
        browser.until(f"document.querySelector('.entry .value')?.textContent === '{step}'")
        assert "Why it failed" not in browser.text("#now")
    scrub(browser, 14.05)
    browser.until("document.querySelector('.grip .value').textContent.startsWith('40 mm')")
    browser.until("document.querySelector('figure.camera img').src.startsWith('data:image/png')")
    assert browser.run("document.querySelector('#controls').hidden"), "there is nothing to steer in a record"
    assert browser.run("document.querySelector('#live').hidden")
    assert browser.problems() == []


def test_playing_a_record(page: str, browser: Any) -> None:
    browser.open(page)
    browser.until("document.querySelector('#badge').textContent === 'record: failure'")
    browser.run("document.querySelector('#speed').value = '16'")
    browser.click("#play")
    browser.until("document.querySelector('#now .tip')?.textContent === 'First'")
    browser.until("document.querySelector('#now .tip')?.textContent === 'Third'")
    browser.until("document.querySelector('#play').textContent === 'Play'")


def test_an_event_leads_to_its_moment(page: str, browser: Any) -> None:
    browser.open(page)
    browser.until("document.querySelector('#events').innerText.includes('step 3')")
    browser.run("[...document.querySelectorAll('.event')].find(e => e.innerText.includes('step 3')).click()")
    browser.until("document.querySelector('#now .tip')?.textContent === 'Second'")


def test_the_command_serves_the_page_until_ctrl_c(record: Path, browser: Any) -> None:
    code = "import sys; from pg4da.commands.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-u", "-c", code, "replay", str(record), "--page", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
        browser.open(address)
        browser.until("document.querySelector('#badge').textContent === 'record: failure'")
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_nothing_can_be_asked_of_a_record(page: str, module: Callable[[str], Any]) -> None:
    from websockets.sync.client import connect

    with connect(page.replace("http", "ws") + "stream", proxy=None, max_size=None) as connection:
        connection.send("{}")
        assert json.loads(str(connection.recv(timeout=10)).split("\n")[0])["control"] is False
        connection.send('{"do": "stop"}')
        while "nothing to steer" not in str(connection.recv(timeout=10)):
            pass

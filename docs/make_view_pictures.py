"""Makes the pictures of docs/watching.md anew: python docs/make_view_pictures.py (needs Chromium)"""

from __future__ import annotations

import importlib.util
import re
import tempfile
import threading
import time
from io import StringIO
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console

from pg4da.mission.control import Control
from pg4da.run import RunRequest, run_mission
from pg4da.viewing.access import Access
from pg4da.viewing.live import LiveView
from pg4da.viewing.terminal import TerminalView

HERE = Path(__file__).parent
IMAGES = HERE / "images"
WAIT = 120.0  # s
MOVING = "/^(push|grasp)$/.test(document.querySelector('#now .tip').textContent)"
AGAIN = "/motions.[1-9]/s.test(document.querySelector('#counters').innerText)"


def browser_module() -> Any:
    """The tests' own driver of Chromium."""
    place = HERE.parent / "tests/pg4da/viewing/browser.py"
    spec = importlib.util.spec_from_file_location("browser", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_pictures(browser: Any) -> None:
    """One run; the page in its second motion, the terminal at the same moment."""
    control = Control()
    view = LiveView(Access(port=0), control)
    view.start()
    lines = view.subscribe()
    terminal = TerminalView()
    with tempfile.TemporaryDirectory() as folder:
        request = RunRequest(seed=1, out=Path(folder), film=False)
        run = threading.Thread(target=run_mission, args=(request, (), (view,), control), daemon=True)
        browser.open(view.server.link)
        run.start()
        browser.until(f"{AGAIN} && {MOVING}", WAIT)
        control.request("pause")
        browser.until("document.querySelector('#badge').textContent === 'paused'", WAIT)
        time.sleep(1.0)
        while (line := lines.get(0.2)) is not None and not paused(terminal):
            terminal.take(line)
        browser.picture(IMAGES / "page.png")
        control.request("stop")
        run.join()
    view.leave()
    take_terminal(terminal, browser)
    for name in ("page.png", "terminal.png"):
        shrink(IMAGES / name)


def paused(terminal: TerminalView) -> bool:
    return (terminal.state.control or {}).get("state") == "paused"


def take_terminal(terminal: TerminalView, browser: Any) -> None:
    """The view at 100x30, drawn by rich as SVG, taken by the browser."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "terminal.svg"
        console = Console(record=True, width=100, height=30, file=StringIO(), color_system="truecolor")
        console.print(terminal)
        svg = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="pg4da run --watch"), flags=re.DOTALL)
        path.write_text(svg)
        browser.call("Page.navigate", url=path.as_uri())
        time.sleep(1.0)
        width, height = (float(value) for value in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
        browser.size(round(width), round(height))
        time.sleep(0.5)
        browser.picture(IMAGES / "terminal.png")


def shrink(path: Path) -> None:
    """Without what the browser adds."""
    with Image.open(path) as picture:
        picture.convert("RGB").save(path, optimize=True)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    driver = browser_module()
    program = driver.find_chromium()
    if program is None:
        raise SystemExit("no Chromium: apt-get install chromium")
    opened = driver.Browser(program)
    try:
        make_pictures(opened)
    finally:
        opened.close()

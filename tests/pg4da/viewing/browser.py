"""Headless Chromium driven over its DevTools protocol: just enough to look at a page and use it."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
START = 60.0  # s for the browser to come up
WAIT = 20.0  # s for something to appear in the page


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """One browser with one page. Close it."""

    def __init__(self, program: str, width: int = 1400, height: int = 900) -> None:
        self._stack = ExitStack()
        self._folder = tempfile.mkdtemp(prefix="pg4da-browser-")
        log = open(Path(self._folder, "errors.txt"), "w")  # noqa: SIM115 - the stack closes it
        self._stack.enter_context(log)
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"]
        flags += ["--disable-extensions", "--no-proxy-server", "--hide-scrollbars=false"]
        flags += [f"--window-size={width},{height}", f"--user-data-dir={self._folder}", "--remote-debugging-port=0"]
        command = [program, *flags, "about:blank"]
        self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []
        try:
            self._socket = self._attach()
        except BaseException:
            self.close()
            raise
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.size(width, height)

    def _attach(self) -> ClientConnection:
        port_file, deadline = Path(self._folder, "DevToolsActivePort"), time.monotonic() + START
        while not port_file.exists() or not port_file.read_text().count("\n"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"Chromium did not start: {Path(self._folder, 'errors.txt').read_text()[-2000:]}")
            time.sleep(0.05)
        port = port_file.read_text().split()[0]
        import urllib.request

        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=START) as answer:
            page = next(each for each in json.load(answer) if each["type"] == "page")
        return self._stack.enter_context(connect(page["webSocketDebuggerUrl"], max_size=None, proxy=None))

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Raises RuntimeError with the browser's message."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60.0))
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return dict(message["result"])
            self.events.append(message)

    def open(self, address: str) -> None:
        """Always a fresh page, also when only what follows the `#` differs."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)
        self.until(f"location.origin === new URL({json.dumps(address)}).origin && document.readyState === 'complete'")

    def size(self, width: int, height: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def dark(self, on: bool = True) -> None:
        features = [{"name": "prefers-color-scheme", "value": "dark" if on else "light"}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def run(self, script: str) -> Any:
        """The value of an expression in the page. Raises RuntimeError for an exception there."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"])[:600])
        return found["result"].get("value")

    def until(self, script: str, wait: float = WAIT) -> Any:
        """The value of an expression as soon as it is true; what it names may come later. Raises TimeoutError."""
        deadline = time.monotonic() + wait
        tried = f"try {{ const v = {script}; return v instanceof Element || v; }} catch {{ return null; }}"
        while True:
            value = self.run(f"(() => {{ {tried} }})()")
            if value:
                return value
            if time.monotonic() > deadline:
                page = self.run("document.body.innerText.slice(0, 1500)")
                raise TimeoutError(f"never came true: {script}\n{self.problems()}\n{page}")
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def click(self, selector: str) -> None:
        """A real mouse click in the middle of the element."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        if box is None:
            raise RuntimeError(f"nothing to click: {selector}")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def key(self, key: str, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, text=text if kind == "keyDown" else "")

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def problems(self) -> list[str]:
        """Errors that the page logged or threw so far."""
        self.run("1")
        found = []
        for event in self.events:
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(event["params"]["exceptionDetails"].get("exception", {}).get("description"))[:500])
            if event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
                found.append(event["params"]["entry"]["text"])
        return found

    def requests(self) -> list[str]:
        """Every address that the page asked for something, the stream included."""
        sent = [event["params"] for event in self.events if event["method"] == "Network.requestWillBeSent"]
        addresses = [each["request"]["url"] for each in sent]
        return addresses + [e["params"]["url"] for e in self.events if e["method"] == "Network.webSocketCreated"]

    def hosts(self) -> set[str]:
        return {address.split("/")[2] for address in self.requests() if "://" in address}

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stack.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def in_ci() -> bool:
    """Where a missing browser is a failure."""
    return bool(os.environ.get("CI") or os.environ.get("PG4DA_CI"))

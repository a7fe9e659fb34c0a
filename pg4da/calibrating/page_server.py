"""The page of a calibration: the camera's picture with what is seen in it, and how far things are. Nothing to steer."""

from __future__ import annotations

import json
import mimetypes
import threading
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from pg4da.errors import BadInput
from pg4da.hardware.wall_clock import monotonic
from pg4da.viewing.access import Access
from pg4da.viewing.files import POLICY

PORTS_TRIED = 20
LATELY = 3.0  # s
PATIENCE = 5.0  # s for a request


@dataclass(frozen=True)
class ViewLine:
    """error [px]; outlier: it does not fit the others."""

    number: int
    corners: int
    error: float
    outlier: bool = False


@dataclass
class State:
    """What the page shows; picture: a number that grows with each."""

    doing: str = ""
    wanted: int = 0
    views: list[ViewLine] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    outcome: str = ""
    picture: int = 0


class PageServer:
    """On loopback. `access.port` None takes the usual port or one after it."""

    def __init__(self, access: Access) -> None:
        """Raises BadInput when the port can't be had."""
        self.state, self._jpeg, self._asked = State(), b"", -LATELY
        self._files = _read_page()
        self._access = access
        self._server = _bind(access, self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="calibration page", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/"

    @property
    def watched(self) -> bool:
        """Whether a browser has asked for something lately."""
        return monotonic() - self._asked < LATELY

    def show(self, jpeg: bytes) -> None:
        """The next picture."""
        self._jpeg = jpeg
        self.state.picture += 1

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, path: str, host: str | None) -> tuple[int, str, bytes]:
        if not self._access.allows_host(host):
            return 421, "text/plain", b"this name is not one of this machine's\n"
        name = path.split("?", 1)[0]
        if name == "/state.json":
            self._asked = monotonic()
            return 200, "application/json", json.dumps(asdict(self.state)).encode()
        if name == "/picture.jpg" and self._jpeg:
            return 200, "image/jpeg", self._jpeg
        if name in self._files:
            return 200, *self._files[name]
        return 404, "text/plain", b"no such page\n"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self

        class Handler(BaseHTTPRequestHandler):
            timeout = PATIENCE

            def do_GET(self) -> None:
                status, kind, body = page._answer(self.path, self.headers.get("Host"))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", POLICY.format(stream=""))
                self.send_header("X-Content-Type-Options", "nosniff")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """The terminal is for the calibration."""

        return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went in the middle of an answer is nobody's trouble."""


def _bind(access: Access, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    from pg4da.viewing.access import PORT

    first = PORT if access.port is None else access.port
    ports = range(first, first + PORTS_TRIED) if access.port is None else (first,)
    for port in ports:
        try:
            return _Quiet((access.host, port), handler)
        except OSError as error:
            trouble = error
    raise BadInput(f"cannot listen on {access.host}:{first}: {trouble.strerror or trouble}")


def _read_page() -> dict[str, tuple[str, bytes]]:
    found: dict[str, tuple[str, bytes]] = {}
    for file in files("pg4da.calibrating").joinpath("page").iterdir():
        kind = "text/javascript" if file.name.endswith(".js") else mimetypes.guess_type(file.name)[0]
        found[f"/{file.name}"] = (f"{kind or 'application/octet-stream'}; charset=utf-8", file.read_bytes())
    found["/"] = found["/index.html"]
    return found

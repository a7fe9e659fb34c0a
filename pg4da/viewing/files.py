"""The page's own files, read once, and what is said about them to the browser."""

from __future__ import annotations

import mimetypes
import re
from importlib.resources import files

from websockets.datastructures import Headers
from websockets.http11 import Response

# Nothing from elsewhere, nothing inline; `data:` are the pictures that came through the stream. Older browsers do not
# count the stream among 'self'.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{stream}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HOST = re.compile(r"[\w.:\[\]-]+", re.ASCII)
TYPES = {".js": "text/javascript", ".svg": "image/svg+xml"}


def read_page() -> dict[str, tuple[str, bytes]]:
    """Each path with its type and content."""
    found: dict[str, tuple[str, bytes]] = {}
    for file in files("pg4da.viewing").joinpath("page").iterdir():
        ending = file.name[file.name.rfind(".") :]
        kind = TYPES.get(ending) or mimetypes.types_map.get(ending, "application/octet-stream")
        found[f"/{file.name}"] = (f"{kind}; charset=utf-8", file.read_bytes())
    found["/"] = found["/index.html"]
    return found


def response(
    status: int, reason: str, body: bytes, kind: str = "text/plain; charset=utf-8", host: str = ""
) -> Response:
    """An answer that no browser keeps, guesses about or shows in a frame. host: what the browser calls this server."""
    stream = f" ws://{host}" if HOST.fullmatch(host) else ""
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": POLICY.format(stream=stream),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    return Response(status, reason, headers, body)

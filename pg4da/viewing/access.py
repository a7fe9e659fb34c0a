"""Who may look and who may steer: addresses, the token, and the checks of a request's Host and Origin.

A page of another site that is open in the operator's browser can send requests to this machine. It can't fake `Origin`,
so `/stream` takes only our own page; and a name that was rebound to 127.0.0.1 shows in `Host`, so only addresses and
this machine's own names are answered there.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pg4da.errors import BadInput

LOOPBACK = "127.0.0.1"
PORT = 8765


@dataclass(frozen=True)
class Access:
    """Where a server listens and what it asks for. Off loopback, reading needs the token as well.

    port: 0 takes any free one; None takes PORT or the next free one after it.
    """

    host: str = LOOPBACK
    port: int | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def open(self) -> bool:
        """Whether anybody who can reach the server may look."""
        return is_loopback(self.host)

    def knows(self, token: str) -> bool:
        """Compared in a time that tells nothing."""
        return hmac.compare_digest(token.encode(errors="replace"), self.token.encode())

    def allows_host(self, header: str | None) -> bool:
        """Whether a `Host` header names this server: an address, or a name of this machine."""
        name = host_of(header or "")
        if not name:
            return False
        if is_loopback(name):
            return True
        if self.open:
            return False
        own = socket.gethostname().lower()
        return is_address(name) or name in {self.host.lower(), own, f"{own}.local"}

    def allows_origin(self, origin: str | None, host: str | None) -> bool:
        """Programs send no `Origin`; a browser's must be the page that came from here."""
        return origin is None or origin.lower() == f"http://{(host or '').lower()}"


def parse_listen(text: str | None, port: int | None = None) -> Access:
    """`HOST`, `HOST:PORT` or `[IPV6]:PORT`; None is loopback. Raises BadInput."""
    if text is None:
        return Access(port=_port(port))
    try:
        parts = urlsplit(f"//{text}")
        host, given = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"--listen {text}: {error}") from None
    if not host or parts.path or parts.query or parts.username:
        raise BadInput(f"--listen {text}: expected HOST or HOST:PORT, such as 0.0.0.0 or 192.168.1.5:{PORT}")
    if given is not None and port is not None and given != port:
        raise BadInput(f"--listen {text} and --port {port} name two ports")
    return Access(host, _port(port if given is None else given))


def _port(port: int | None) -> int | None:
    if port is not None and not 0 <= port <= 65535:
        raise BadInput(f"--port {port}: must be between 0 and 65535")
    return port


def host_of(header: str) -> str:
    """The name in a `Host` header without its port, lower case; empty when it is none."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    return name == "localhost" or (is_address(name) and ipaddress.ip_address(name).is_loopback)

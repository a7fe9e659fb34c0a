"""Pretended controllers of LA6 arms, to try the driver with: `python -m lab_arm.controller PORT…`, 0 for a free one."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
import time
from typing import Any

import numpy as np

from lab_arm.driver import HOME


class Joints:
    """Six joints that are where they were told to be last; their speed is that of the set points."""

    def __init__(self) -> None:
        self._q, self._dq, self._since = np.array(HOME), np.zeros(6), time.monotonic()

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        now = time.monotonic()
        q = np.array(asked.get("q", self._q), float)
        self._dq = (q - self._q) / max(now - self._since, 1e-3)
        self._q, self._since = q, now
        return {"model": "LA6", "q": self._q.tolist(), "dq": self._dq.tolist()}


class Session(socketserver.StreamRequestHandler):
    """One client, until it hangs up."""

    def handle(self) -> None:
        joints: Joints = self.server.joints  # type: ignore[attr-defined]
        for line in self.rfile:
            self.wfile.write(json.dumps(joints.answer(json.loads(line))).encode() + b"\n")


class Controller(socketserver.ThreadingTCPServer):
    """One arm's controller."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Session)
        self.joints = Joints()


def main(ports: list[str]) -> None:
    controllers = [Controller(int(port)) for port in ports]
    for controller in controllers:
        threading.Thread(target=controller.serve_forever, daemon=True).start()
        print(controller.server_address[1], flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])

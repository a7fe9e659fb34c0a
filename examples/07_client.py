"""Reads the stream of a run on another machine: the same messages as in a record, one JSON object each.

python examples/07_client.py ADDRESS
"""

from __future__ import annotations

import sys

from pg4da.errors import BadInput
from pg4da.stream.messages import Message, decode
from pg4da.viewing.client import Client, parse_address


class Reader:
    """Keeps the names of the nodes and prints each that has failed, what is noted, and how it ends."""

    def __init__(self) -> None:
        self.paths: dict[int, str] = {}
        self.ticks = 0

    def take(self, message: Message) -> bool:
        """Whether that was the end."""
        kind = message["k"]
        if kind == "tree":
            self.paths = {node["id"]: node["path"] for node in message["nodes"]}
        elif kind == "key":  # where a viewer that comes late starts
            self.paths = {node["id"]: node["path"] for node in message.get("tree") or ()}
        elif kind == "tick":
            self.ticks += 1
            for number, failure in message.get("f", {}).items():
                print(f"{message['t']:.2f} s  {self.paths[int(number)]}: {failure['code']}")
        elif kind == "event" and message["event"] == "motion_started":
            print(f"{message['t']:.2f} s  motion {message['data']['index']}")
        end = message if kind == "end" else message.get("end")
        if end:
            print(f"ended: {end['outcome']}, after {self.ticks} changes")
        return bool(end)


def main(address: str = "") -> int:
    """0 at the end of the run, 2 for a wrong address or token."""
    try:
        client = Client(parse_address(address))
        reader = Reader()
        while True:
            line = client.get(1.0)
            if line is not None and reader.take(decode(line)):
                return 0
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

"""A run that other machines watch. Prints what to do there, waits for the first viewer, then starts.

python examples/07_watched_run.py [--listen HOST[:PORT]]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from pg4da.mission.control import Control
from pg4da.run import RunRequest, run_mission
from pg4da.viewing.access import parse_listen
from pg4da.viewing.live import LiveView

SCENE = Path(__file__).with_name("few_blocks.txt")
CLIENT = Path(__file__).with_name("07_client.py")


def main() -> int:
    """0 when the mission succeeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1", metavar="HOST[:PORT]", help="0.0.0.0: for other machines too")
    args = parser.parse_args()
    control = Control()
    view = LiveView(parse_listen(args.listen, None), control)
    view.start()
    try:
        for link in view.server.links:
            print(f"watch in a browser:   {link}")
            print(f"watch in a terminal:  pg4da watch '{link}'")
            print(f"or read the stream:   python {CLIENT.name} '{link}'", flush=True)
        while not control.attended:  # nobody with the token is there yet
            time.sleep(0.1)
        result = run_mission(RunRequest("push_grasp", scene=str(SCENE)), sinks=(view,), control=control)
    finally:
        view.leave()
    print(result.outcome)
    return 0 if result.outcome == "success" else 1


if __name__ == "__main__":
    raise SystemExit(main())

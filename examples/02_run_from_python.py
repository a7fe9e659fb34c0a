"""Run a mission from Python: `pg4da run` as a function.

python examples/02_run_from_python.py [TARGET]
"""

from __future__ import annotations

import sys
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.mission.events import Event, Listener
from pg4da.run import RunRequest, run_mission

MISSION = Path(__file__).with_name("01_first_mission.yaml")
SCENE = Path(__file__).with_name("few_blocks.txt")


class Printer(Listener):
    """An observer: it is told everything that happens, and can't break the run."""

    def on_event(self, event: Event) -> None:
        if event.kind == "skill_finished":
            print(f"{event.time:.2f} s  {event.data['skill']}: {event.data['state']}")


def main(target: str = "green") -> int:
    """0 when the mission succeeds, 2 for a colour that is none."""
    request = RunRequest(str(MISSION), scene=str(SCENE), settings={"target": target})
    try:
        result = run_mission(request, observers=(Printer(),))
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{result.outcome} in {result.sim_time_s:.1f} s of cell time: {dict(result.outputs)}")
    return 0 if result.outcome == "success" else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

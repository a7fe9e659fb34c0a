"""`pg4da run`: one mission, each step told as it happens."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.commands.watching import add_options
from pg4da.errors import BadInput

if TYPE_CHECKING:
    from rich.console import Console

    from pg4da.run import RunRequest, RunResult

EXIT_CODES = {"success": 0, "failure": 1, "safety_stop": 3, "interrupted": 130}


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "run",
        help="run a mission",
        description="Runs a mission in a cell and saves pictures, a film and a record. "
        "Exit code: 0 done, 1 the mission failed, 2 bad input, 3 a safety stop, 130 interrupted.",
    )
    parser.add_argument("mission", metavar="MISSION", help="a mission file, or the name of one that comes with pg4da")
    parser.add_argument("--cell", default="sim", metavar="NAME", help="sim (default) or sim-grippers")
    parser.add_argument("--scene", metavar="NAME|FILE", help="see `pg4da scenes list`; a dense scene by default")
    parser.add_argument("--policy", default="geometric", metavar="NAME")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="an input of the mission")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: runs/MISSION-SCENE-seedN")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the record here too; see `pg4da replay`")
    parser.add_argument("--no-film", action="store_true", help="pictures only")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object; steps go to stderr")
    parser.add_argument("--objects", type=Path, metavar="DIR", help="folder of household objects and meshes")
    parser.add_argument("--target-line", type=int, metavar="N", help="line of the target, for scenes that name none")
    parser.add_argument("--camera-noise", action="store_true", help="noise and dropouts in the camera's depth")
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Raises BadInput before anything is written."""
    from rich.console import Console

    from pg4da.commands.watching import stay, watched
    from pg4da.run import run_mission

    request = request_of(args)
    console = Console(stderr=args.json, highlight=False)
    with watched(args, console) as watching:
        with watching.shown():
            result = run_mission(request, watching.observers, watching.sinks, watching.control)
        show(result, request, console)
        if args.json:
            print(json.dumps(result.as_json(), allow_nan=False))
        stay(args, console)
    return EXIT_CODES[result.outcome]


def request_of(args: argparse.Namespace) -> RunRequest:
    """Raises BadInput for an option that can't be read."""
    from pg4da.run import RunRequest

    if args.seed < 0:
        raise BadInput(f"--seed {args.seed}: must not be negative")
    return RunRequest(
        mission=args.mission,
        cell=args.cell,
        scene=args.scene,
        policy=args.policy,
        seed=args.seed,
        settings=settings_of(args.set),
        out=args.out or default_out(args.mission, args.scene, args.seed),
        record=args.record,
        film=not args.no_film,
        objects_dir=args.objects,
        target_line=args.target_line,
        camera_noise=args.camera_noise,
    )


def settings_of(pairs: list[str]) -> dict[str, str]:
    """`key=value` pairs. Raises BadInput."""
    settings: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise BadInput(f"--set {pair}: expected KEY=VALUE")
        if key in settings:
            raise BadInput(f"--set {pair}: '{key}' is given twice")
        settings[key] = value
    return settings


def default_out(mission: str, scene: str | None, seed: int) -> Path:
    """A folder named after what is run."""
    return Path("runs") / f"{Path(mission).stem}-{Path(scene).stem if scene else 'default'}-seed{seed}"


def show(result: RunResult, request: RunRequest, console: Console) -> None:
    """How it ended, why if it failed, and where the pictures are."""
    colour = "green" if result.outcome == "success" else "red"
    console.print(
        f"[bold {colour}]{result.outcome.replace('_', ' ')}[/] after {count(result.motions, 'motion')}: "
        f"{count(result.pushes, 'push', 'es')} and {count(result.grasp_attempts, 'grasp')} "
        f"({result.grasp_successes} held the target); {count(result.arm_motions, 'arm motion')}",
        soft_wrap=True,
    )
    if result.failure:
        why = result.failure
        console.print(f"why: {why.message} ({why.code}, {why.phase})", markup=False, soft_wrap=True, style="red")
        console.print(f"where: {why.path}", markup=False, soft_wrap=True)
    for name, value in result.outputs.items():
        console.print(
            f"{name}: {'yes' if value is True else 'no' if value is False else value}", markup=False, soft_wrap=True
        )
    speed = result.sim_time_s / result.wall_time_s if result.wall_time_s else 0.0
    console.print(f"{result.sim_time_s:.1f} s of cell time in {result.wall_time_s:.1f} s ({speed:.1f} times real time)")
    console.print(f"pictures{', film' if request.film else ''} and record: {request.out}", markup=False, soft_wrap=True)


def count(number: int, word: str, ending: str = "s") -> str:
    """A number with its word in the right form."""
    return f"{number} {word}" if number == 1 else f"{number} {word}{ending}"

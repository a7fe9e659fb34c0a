"""`pg4da run`: one mission, or several one after the other, each step told as it happens."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.commands.confirming import confirm
from pg4da.commands.pairs import read_pairs
from pg4da.commands.targets import Task, read_targets
from pg4da.commands.watching import add_options
from pg4da.errors import BadInput
from pg4da.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from pg4da.run import RunRequest, RunResult

EXIT_CODES = {"success": 0, "failure": 1, "safety_stop": 3, "interrupted": 130}
WORST = (0, 1, 130, 3)  # from good to bad
FIRST_RUN = 0.1  # share of the speed
SUMMED = ("motions", "pushes", "grasp_attempts", "arm_motions", "sim_time_s", "wall_time_s")


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "run",
        help="run missions",
        description="Runs a mission in a cell and saves pictures, a film and a record; several one after the other, "
        "in the same cell. Exit code: 0 done, 1 the mission failed, 2 bad input, 3 a safety stop, 130 interrupted; "
        "of several the worst.",
    )
    parser.add_argument(
        "missions", nargs="+", metavar="MISSION", help="a mission file, or the name of one that comes with pg4da"
    )
    parser.add_argument("--targets", type=Path, metavar="FILE", help="run once for each line: a colour, or KEY=VALUE …")
    parser.add_argument("--keep-going", action="store_true", help="go on with the next mission after one that failed")
    parser.add_argument(
        "--cell",
        default="sim",
        metavar="NAME|FILE",
        help="sim (default), sim-grippers, emulated, isaacgym, a cell file of real robots, or a plug-in's",
    )
    parser.add_argument("--scene", metavar="NAME|FILE", help="see `pg4da scenes list`; a dense scene by default")
    parser.add_argument("--policy", default="pg4da", metavar="NAME")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="weights for the policy, see `pg4da train`")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="an input of the mission")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="default: runs/MISSION-SCENE-seedN, and but for sim -CELL-TIME"
    )
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the record here too; see `pg4da replay`")
    parser.add_argument("--no-film", action="store_true", help="pictures only")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object; steps go to stderr")
    parser.add_argument("--objects", type=Path, metavar="DIR", help="folder of household objects and meshes")
    parser.add_argument("--target-line", type=int, metavar="N", help="line of the target, for scenes that name none")
    parser.add_argument("--camera-noise", action="store_true", help="noise and dropouts in the camera's depth")
    robots = parser.add_argument_group("robots")
    robots.add_argument("--dry-run", action="store_true", help="look, decide, plan, check and show; move nothing")
    robots.add_argument("--first-run", action="store_true", help="at a tenth of the speed, and asks before it moves")
    robots.add_argument("--yes", action="store_true", help="don't ask before real robots move")
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Raises BadInput before anything is written."""
    from rich.console import Console

    from pg4da.commands.answers import TerminalAnswers, keyboard, leaving
    from pg4da.commands.watching import stay, watched
    from pg4da.mission.control import Control
    from pg4da.mission.interrupts import like_ctrl_c
    from pg4da.session import leave, run_missions

    requests = requests_of(args)
    console = Console(stderr=args.json, highlight=False)
    if args.dry_run:
        from pg4da.commands.dry import show_dry_run

        return show_dry_run(requests, console, args.json)
    confirm(requests[0], console, args)
    with like_ctrl_c(), watched(args, console) as watching:
        control = watching.control or Control()
        control.attended = sys.stdin.isatty()
        answers = TerminalAnswers(console, control, watching.line)
        with keyboard(answers) as restore, watching.shown():
            observers, lost = (*watching.observers, answers), leaving(restore, leave)
            results = run_missions(requests, observers, watching.sinks, control, args.keep_going, lost)
        for result in results:
            show(result, console, len(requests) > 1)
        told_in(requests, len(results), console)
        if args.json:
            print(json.dumps(as_json(results, len(requests)), allow_nan=False))
        stay(args, console)
    return max((EXIT_CODES[result.outcome] for result in results), key=WORST.index)


def requests_of(args: argparse.Namespace) -> list[RunRequest]:
    """A mission after the other; with targets, all missions for each. Raises BadInput."""
    one = request_of(args)
    out = args.out or default_out(args.missions, args.scene, args.seed, args.cell)
    tasks = read_targets(args.targets) if args.targets is not None else [Task({}, one.settings_from)]
    return [
        replace(one, mission=mission, out=out, settings={**one.settings, **task.settings}, settings_from=task.where)
        for task in tasks
        for mission in args.missions
    ]


def as_json(results: list[RunResult], wanted: int) -> dict[str, Any]:
    """One mission as it is; several as their sum, with each in `missions`."""
    each = [result.as_json() for result in results]
    if wanted == 1:
        return each[0]
    worst = max(results, key=lambda result: WORST.index(EXIT_CODES[result.outcome]))
    sums = {key: round(sum(one[key] for one in each), 3) for key in SUMMED}
    named = [{"mission": result.mission, **one} for result, one in zip(results, each, strict=True)]
    whole = {"outcome": worst.outcome, **sums, "seed": results[0].seed, "failure": worst.as_json()["failure"]}
    return {**whole, "missions": named, "not_run": wanted - len(results)}


def request_of(args: argparse.Namespace) -> RunRequest:
    """Raises BadInput for an option that can't be read."""
    from pg4da.run import RunRequest

    if args.seed < 0:
        raise BadInput(f"--seed {args.seed}: must not be negative")
    return RunRequest(
        mission=args.missions[0],
        cell=args.cell,
        scene=args.scene,
        policy=args.policy,
        weights=args.weights,
        seed=args.seed,
        settings=read_pairs(args.set, "--set"),
        record=args.record,
        film=not args.no_film,
        objects_dir=args.objects,
        target_line=args.target_line,
        camera_noise=args.camera_noise,
        slow=FIRST_RUN if args.first_run else 1.0,
    )


def default_out(missions: list[str], scene: str | None, seed: int, cell: str, now: datetime | None = None) -> Path:
    """A folder named after what is run; and when, but in `sim`, where the same run again would be the same."""
    name = "+".join(dict.fromkeys(Path(mission).stem for mission in missions))
    folder = Path("runs") / f"{name[:60]}-{Path(scene).stem if scene else 'default'}-seed{seed}"
    if cell == "sim":
        return folder
    return folder.with_name(f"{folder.name}-{Path(cell).stem}-{now or datetime.now():%Y%m%d-%H%M%S}")


def show(result: RunResult, console: Console, named: bool = False) -> None:
    """How it ended, and why if it failed."""
    colour = "green" if result.outcome == "success" else "red"
    if named:
        console.print(printable(f"{result.mission}: "), end="", markup=False)
    console.print(
        f"[bold {colour}]{result.outcome.replace('_', ' ')}[/] after {count(result.motions, 'motion')}: "
        f"{count(result.pushes, 'push', 'es')} and {count(result.grasp_attempts, 'grasp')} "
        f"({result.grasp_successes} held the target); {count(result.arm_motions, 'arm motion')}",
        soft_wrap=True,
    )
    if result.failure:
        why = result.failure
        text = printable(f"why: {why.message} ({why.code}, {why.phase})", "\n")
        console.print(text, markup=False, soft_wrap=True, style="red")
        console.print(printable(f"where: {why.path}"), markup=False, soft_wrap=True)
    for name, value in result.outputs.items():
        text = f"{name}: {'yes' if value is True else 'no' if value is False else value}"
        console.print(printable(text, "\n"), markup=False, soft_wrap=True)
    speed = result.sim_time_s / result.wall_time_s if result.wall_time_s else 0.0
    console.print(f"{result.sim_time_s:.1f} s of cell time in {result.wall_time_s:.1f} s ({speed:.1f} times real time)")


def told_in(requests: list[RunRequest], ran: int, console: Console) -> None:
    """What was not run, and where pictures and record are."""
    if ran < len(requests):
        console.print(f"{count(len(requests) - ran, 'mission')} not run", style="red")
    out = requests[0].out
    film = ", film" if out is not None and (out / "film.gif").is_file() else ""
    console.print(f"pictures{film} and record: {requests[0].out}", markup=False, soft_wrap=True)


def count(number: int, word: str, ending: str = "s") -> str:
    """A number with its word in the right form."""
    return f"{number} {word}" if number == 1 else f"{number} {word}{ending}"

"""`pg4da evaluate`: the real mission on many scenes, measured as the paper does."""

from __future__ import annotations

import argparse
import json
import signal
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.evaluation.executor import Executor
    from pg4da.evaluation.settings import Settings

INTERRUPTED = 130


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "evaluate",
        help="measure a policy on many scenes",
        description="Runs the mission on every scene, several jittered trials each, and reports C, GS and MN a case. "
        "Given again with the same --out, it goes on where it stopped.",
    )
    parser.add_argument("--scenes", nargs="+", metavar="DIR|FILE", help="scene files, or folders that hold some")
    parser.add_argument("--policy", default="pg4da", metavar="NAME")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="weights for the policy, see `pg4da train`")
    parser.add_argument("--trials", type=positive, default=20, metavar="N", help="trials a scene (default 20)")
    parser.add_argument("--workers", type=positive, default=1, metavar="W", help="processes (default 1)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="of all trials, whatever the policy (default 0)"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder of the results")
    parser.add_argument("--json", action="store_true", help="print the results as one JSON object")
    parser.add_argument("--mission", default="trees/retrieve.yaml", metavar="FILE")
    parser.add_argument(
        "--cell", default="sim", metavar="NAME|FILE", help="sim (default), sim-grippers, emulated, or a file of such"
    )
    parser.add_argument("--objects", type=Path, metavar="DIR", help="folder of household_objects and meshes")
    parser.add_argument(
        "--target-line", type=positive, metavar="N", help="line of the target, for files that name none"
    )
    parser.add_argument("--camera-noise", action="store_true", help="noise and dropouts in the camera's depth")
    parser.add_argument("--timestep", type=float, metavar="S", help="of the physics [s]")
    parser.add_argument("--time-limit", type=float, default=900.0, metavar="S", help="wall time of an episode [s]")
    parser.add_argument(
        "--replay", metavar="SCENE#TRIAL", help="run one episode of --out again, with pictures and film"
    )
    parser.set_defaults(run=run)


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not a positive number")
    return value


def run(args: argparse.Namespace) -> int:
    """Raises BadInput before anything is written; 0 done, 130 interrupted."""
    if args.replay:
        from pg4da.evaluation.replay import replay

        return replay(args.out, args.replay, as_json=args.json)
    if not args.scenes:
        raise BadInput("evaluate: --scenes is missing: name scene files, or folders that hold some")
    from pg4da.evaluation.checks import check_settings
    from pg4da.evaluation.scenes import check_scenes, find_scenes

    settings = settings_of(args)
    scenes = find_scenes(args.scenes)
    check_settings(settings)
    check_scenes(scenes, settings)
    header = {**settings.to_json(), "scenes": {scene.name: scene.digest for scene in scenes}}
    return evaluate(args, settings, scenes, header)


def settings_of(args: argparse.Namespace) -> Settings:
    from pg4da.evaluation.settings import Settings, digest

    return Settings(
        policy=args.policy,
        weights=str(args.weights.resolve()) if args.weights else None,
        weights_digest=digest(args.weights) if args.weights else None,
        mission=args.mission,
        cell=args.cell,
        seed=args.seed,
        objects_dir=str(args.objects.resolve()) if args.objects else None,
        target_line=args.target_line,
        camera_noise=args.camera_noise,
        timestep=args.timestep,
    )


def evaluate(args: argparse.Namespace, settings: Settings, scenes: Any, header: dict[str, Any]) -> int:
    """Run what is missing and report all that is done, also when interrupted."""
    from pg4da.evaluation.evaluate import finished, run_missing, write_results
    from pg4da.evaluation.journal import Journal
    from pg4da.evaluation.progress import Progress
    from pg4da.evaluation.scenes import plan_episodes

    episodes = plan_episodes(scenes, args.trials, args.seed)
    with Journal(args.out, header) as journal:
        signal.signal(signal.SIGTERM, interrupt)
        code = 0
        try:
            with Progress(len(episodes), finished(episodes, journal)) as progress:
                run_missing(episodes, make_executor(args, settings), journal, progress.add)
        except KeyboardInterrupt:
            code = INTERRUPTED
        results = write_results(settings.policy, finished(episodes, journal), header, args.out)
    show(results, args, code)
    return code


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def make_executor(args: argparse.Namespace, settings: Settings) -> Executor:
    """The seam: another executor can be put in here."""
    from pg4da.evaluation.processes import Processes
    from pg4da.evaluation.settings import code_version
    from pg4da.evaluation.worker import run_episode

    version = code_version()
    task = partial(run_episode, settings, version, str(args.out))
    return Processes(task, args.workers, settings.policy, version, args.time_limit)


def show(results: dict[str, Any], args: argparse.Namespace, code: int) -> None:
    """The table on standard output, or the JSON there and the rest on standard error."""
    from rich.console import Console

    from pg4da.evaluation.table import results_table

    errors = Console(stderr=True)
    if args.json:
        print(json.dumps(results, allow_nan=False))
    else:
        Console(width=max(Console().width, 150)).print(results_table(results))
    if code == INTERRUPTED:
        errors.print(f"interrupted after {results['total']['trials']} episodes; the same command goes on from here")
    errors.print(f"report: {args.out / 'report.html'}", highlight=False, soft_wrap=True)

"""`pg4da train`: the learned policies, stage by stage or from nothing to the end."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.training.config import TrainingConfig

STAGES = ("avn", "grasp", "push-grasp", "ablations", "ranking", "all")
FAILED, INTERRUPTED = 1, 130


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help="train the learned policies",
        description="Trains a stage in a folder: avn, the angle-view network; grasp, then push-grasp, the paper's "
        "policy by PPO; ablations, the paper's four ways to train it; ranking, the policy pg4da; all, one after the "
        "other. Ctrl-C saves; --resume goes on. Many processes: torchrun --nproc-per-node N --no-python pg4da train",
    )
    parser.add_argument("stage", choices=STAGES, metavar="STAGE", help=", ".join(STAGES))
    parser.add_argument("--config", type=Path, metavar="FILE", help="a training file; --print-config shows all of one")
    parser.add_argument("--out", type=Path, default=Path("runs/training"), metavar="DIR", help="default: runs/training")
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the training file's")
    parser.add_argument("--resume", action="store_true", help="go on where the training in --out stopped")
    parser.add_argument("--print-config", action="store_true", help="print the settings as a training file, and end")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Raises BadInput before anything is written; 0 done, 1 the training failed, 130 stopped and saved."""
    try:
        config = config_of(args)
        if args.print_config:
            print(as_yaml(config), end="")
            return 0
        return train(args, config)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("torch", "safetensors", "gymnasium"):
            raise BadInput(f"training needs {error.name}: pip install 'pg4da[train]'") from None
        raise


def config_of(args: argparse.Namespace) -> TrainingConfig:
    """The settings: of --config, else those stored in --out, else the defaults. Raises BadInput."""
    from pg4da.training.config import TrainingConfig
    from pg4da.training.reading import read_config
    from pg4da.training.stages import stored_settings

    if args.seed is not None and not 0 <= args.seed < 2**31:
        raise BadInput(f"--seed {args.seed}: expected 0 to {2**31 - 1}")
    stored = stored_settings(args.out)
    if args.resume:
        if args.config is not None or args.seed is not None:
            raise BadInput("--resume goes on with the settings that it began with: leave --config and --seed out")
        if stored is None:
            raise BadInput(f"--resume: {args.out} holds no training to go on with")
        return stored
    config = read_config(args.config) if args.config is not None else stored or TrainingConfig()
    return config if args.seed is None else config.model_copy(update={"seed": args.seed})


def train(args: argparse.Namespace, config: TrainingConfig) -> int:
    """Run the stage in this process, or in the group of processes that torchrun started."""
    import sys

    from pg4da.policies.avn.errors import WeightsError
    from pg4da.policies.ppo.group import joined
    from pg4da.policies.ppo.pool import WorkerFailed
    from pg4da.recording.folder import check_writable
    from pg4da.sim.training.processes import WorkerDied
    from pg4da.sim.warp.worlds import WorldsError
    from pg4da.training.running import run_stage
    from pg4da.training.stages import Run
    from pg4da.training.stopping import asked_to_stop

    check_writable(args.out)
    with joined() as group, asked_to_stop() as stop:
        try:
            finished = run_stage(args.stage, Run(config, args.out, group, args.resume, stop))
        except WeightsError as error:
            raise BadInput(str(error)) from error
        except (WorkerFailed, WorkerDied, WorldsError, FloatingPointError) as error:
            print(f"the training failed: {error}", file=sys.stderr)
            return FAILED
    if group.first:
        print(f"in {args.out}: weights, curves, examples, report.html", file=sys.stderr)
    return 0 if finished else INTERRUPTED


def as_yaml(config: TrainingConfig) -> str:
    """A training file that says all of it."""
    import yaml

    text: str = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)
    return text

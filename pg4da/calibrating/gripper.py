"""`pg4da calibrate gripper`: the fingers of one gripper close and open, and its ends go into the cell file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pg4da.calibrating.saving import save
from pg4da.calibrating.subject import Chosen, choose
from pg4da.cells.spec import GripperSpec, RobotsSpec
from pg4da.errors import BadInput
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.wall_clock import WallClock

if TYPE_CHECKING:
    from pg4da.hardware.robotiq_2f140.calibrate import EndsFound

FAILED = 1
KIND = "robotiq_2f140"


def calibrate_ends(args: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Raises BadInput before anything moves. No arm is connected: only the fingers move."""
    chosen = choose(args.cell, args.arm)
    spec = _spec(chosen, args.arm)
    if chosen.real and not args.yes and not _agreed(args.arm):
        say("nothing has moved")
        return FAILED
    from pg4da.hardware.robotiq_2f140.calibrate import CalibrationError

    try:
        found = _measure(chosen, spec, args)
    except (CalibrationError, DeviceError) as error:
        say(f"no result: {error}")
        return FAILED
    _tell(args, found, chosen)
    if not args.no_save and chosen.saved is not None:
        place = ("arms", args.arm, "gripper")
        ends = (("position_open", found.ends.opened), ("position_closed", found.ends.closed))
        backup = save(chosen.saved, [((*place, key), value) for key, value in ends])
        say(f"written into {chosen.saved}; as it was: {backup}")
    return 0


def _spec(chosen: Chosen, arm: str) -> GripperSpec:
    if not isinstance(chosen.spec, RobotsSpec):
        raise BadInput(f"the cell '{chosen.name}' is simulated: its grippers have no ends to find")
    gripper = chosen.spec.arms[arm].gripper
    if gripper.kind != KIND:
        raise BadInput(f"{gripper.source.mark}: a gripper of the kind '{gripper.kind}' has no ends to find")
    return gripper


def _agreed(arm: str) -> bool:
    if not sys.stdin.isatty():
        raise BadInput("fingers would move and nobody can be asked here: add --yes when nothing is between them")
    print(f"The fingers of the {arm} gripper close and open fully. Is nothing between them? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _measure(chosen: Chosen, spec: GripperSpec, args: argparse.Namespace) -> EndsFound:
    from pg4da.hardware.robotiq_2f140.calibrate import calibrate_gripper

    assert isinstance(chosen.spec, RobotsSpec)
    with ExitStack() as stack:
        if chosen.spec.top.emulator == "own":
            from pg4da.cells.emulator import at_addresses
            from pg4da.emulating.process import running_emulator

            emulator = stack.enter_context(running_emulator())
            spec = at_addresses(chosen.spec, emulator).arms[args.arm].gripper
        gripper = spec.driver.connect(spec.config, WallClock())
        stack.callback(gripper.close)  # type: ignore[attr-defined]
        return calibrate_gripper(gripper, args.rounds)  # type: ignore[arg-type]


def _tell(args: argparse.Namespace, found: EndsFound, chosen: Chosen) -> None:
    if args.json:
        ends = {"position_open": found.ends.opened, "position_closed": found.ends.closed}
        print(json.dumps(ends | {"opened": found.opened, "closed": found.closed}))
        return
    print(f"open at {found.ends.opened} counts (rounds: {', '.join(map(str, found.opened))})")
    print(f"closed at {found.ends.closed} counts (rounds: {', '.join(map(str, found.closed))})")

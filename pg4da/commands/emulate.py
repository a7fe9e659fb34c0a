"""`pg4da emulate`: the controllers, grippers and camera of a real cell, emulated over one simulated world."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.emulating.serving import Request
    from pg4da.hardware.emulator.emulation import Emulation
    from pg4da.hardware.emulator.faults import Fault

READY = "emulating; Ctrl-C ends it"


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "emulate",
        help="emulate the controllers, grippers and camera of a real cell",
        description="Two UR5e controllers (RTDE, dashboard, programs), two 2F-140 grippers and a camera, served at "
        "loopback addresses over one simulated world in real time. Faults are FAULT[=VALUE]@DEVICE:AFTER_S, such as "
        "protective_stop@left:5 or lag=0.1@right:0; `--tell 'inject left protective_stop'` makes one in an emulator "
        "that runs.",
    )
    parser.add_argument("--scene", metavar="NAME|FILE", help="see `pg4da scenes list`; a dense scene by default")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--left", default="127.0.0.2", metavar="ADDR", help="of the left arm and its gripper")
    parser.add_argument("--right", default="127.0.0.3", metavar="ADDR", help="of the right arm and its gripper")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDR", help="of the camera and the control port")
    parser.add_argument("--camera-port", type=int, default=5600, metavar="N")
    parser.add_argument("--control-port", type=int, default=5601, metavar="N", help="where faults are asked for")
    parser.add_argument("--inject", action="append", default=[], metavar="FAULT@DEVICE:AFTER_S")
    parser.add_argument("--tell", metavar="COMMAND", help="send a command to a running emulator, print its answer")
    parser.add_argument("--list-faults", action="store_true", help="print what can be injected, and leave")
    parser.add_argument("--objects", type=Path, metavar="DIR", help="folder of household objects and meshes")
    parser.add_argument("--target-line", type=int, metavar="N", help="line of the target, for scenes that name none")
    parser.add_argument("--camera-noise", action="store_true", help="noise and dropouts in the camera's depth")
    parser.add_argument(
        "--board", choices=("left", "right", "table"), help="put a calibration board into this gripper, or on the table"
    )
    parser.add_argument(
        "--unlock-delay", type=float, default=5.0, metavar="S", help="before a protective stop can be unlocked"
    )
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0, also after Ctrl-C. Raises BadInput."""
    if args.list_faults:
        return list_faults()
    if args.tell is not None:
        return tell(args.tell, args.host, args.control_port)
    request = request_of(args)
    from pg4da.emulating.serving import serve

    serve(request, show, lambda text: print(text, file=sys.stderr, flush=True))
    return 0


def request_of(args: argparse.Namespace) -> Request:
    """Raises BadInput for an option that can't be used."""
    from pg4da.emulating.serving import Request
    from pg4da.hardware.emulator.addresses import Addresses
    from pg4da.run import check_objects

    if args.seed < 0:
        raise BadInput(f"--seed {args.seed}: must not be negative")
    if not 0.0 <= args.unlock_delay <= 3600.0:
        raise BadInput(f"--unlock-delay {args.unlock_delay:g}: must be 0 to 3600 s")
    for name in ("left", "right", "host"):
        check_address(name, getattr(args, name))
    if args.left == args.right:
        raise BadInput(f"--right {args.right}: both arms can't have one address; a UR's ports are fixed")
    for name in ("camera_port", "control_port"):
        if not 1 <= getattr(args, name) <= 65535:
            raise BadInput(f"--{name.replace('_', '-')} {getattr(args, name)}: must be 1 to 65535")
    if args.camera_port == args.control_port:
        raise BadInput(f"--control-port {args.control_port}: is the camera's")
    check_objects(args.objects)
    return Request(
        scene=args.scene,
        seed=args.seed,
        addresses=Addresses(args.left, args.right, args.host, args.camera_port, args.control_port),
        faults=read_faults(args.inject),
        objects_dir=args.objects,
        target_line=args.target_line,
        camera_noise=args.camera_noise,
        board=args.board,
        unlock_delay=args.unlock_delay,
        with_parent=args.with_parent,
    )


def check_address(name: str, text: str) -> None:
    """Nothing of this is for a network: an emulated robot obeys everyone. Raises BadInput."""
    import ipaddress

    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        raise BadInput(f"--{name} {text}: is no IPv4 address, such as 127.0.0.2") from None
    if not address.is_loopback:
        raise BadInput(f"--{name} {text}: must be a loopback address, 127.x.y.z")


def read_faults(texts: list[str]) -> tuple[Fault, ...]:
    """Raises BadInput."""
    from pg4da.hardware.emulator.emulation import KINDS
    from pg4da.hardware.emulator.faults import read_fault

    try:
        return tuple(read_fault(text, KINDS) for text in texts)
    except ValueError as error:
        raise BadInput(f"--inject: {error}") from error


def show(emulation: Emulation) -> None:
    """What listens where."""
    from pg4da.hardware.emulator.ur5e.station import Station

    for name, station in emulation.stations.items():
        assert isinstance(station, Station)
        ports = ", ".join(f"{what} {port}" for port, what in station.ports.items())
        print(f"{name} arm       {station.link.address}: {ports}")
        gripper = emulation.grippers[name]
        served = ", ".join(f"{kind} {port}" for kind, port in gripper.ports.items())
        print(f"{name} gripper   {station.link.address}: {served}; serial {gripper.path}")
    a = emulation.addresses
    print(f"camera         {a.host}:{a.camera_port}")
    print(f"control        {a.host}:{a.control_port}")
    print(READY, flush=True)


def list_faults() -> int:
    """Every fault with what it does."""
    from pg4da.hardware.emulator.devices import CAMERA_FAULTS, GRIPPER_FAULTS
    from pg4da.hardware.emulator.faults import ARM_FAULTS

    groups = {"left, right": ARM_FAULTS, "left_gripper, right_gripper": GRIPPER_FAULTS, "camera": CAMERA_FAULTS}
    for devices, kinds in groups.items():
        print(f"{devices}:")
        for name, kind in kinds.items():
            value = f"={kind.default}" if kind.unit else ""
            print(f"  {name + value:20} {kind.says}{f' [{kind.unit}]' if kind.unit else ''}")
    return 0


def tell(text: str, host: str, port: int) -> int:
    """Raises BadInput when nobody listens or the command is refused."""
    from pg4da.hardware.emulator.client import EmulatorClient, EmulatorRefused, read_command

    try:
        command = read_command(text)
    except ValueError as error:
        raise BadInput(f"--tell: {error}") from error
    try:
        with EmulatorClient(host, port) as client:
            print(json.dumps(client.ask(command)))
    except EmulatorRefused as error:
        raise BadInput(f"--tell '{text}': {error}") from error
    except OSError as error:
        raise BadInput(f"--tell: no emulator answers at {host}:{port} ({error}); start one: pg4da emulate") from error
    return 0

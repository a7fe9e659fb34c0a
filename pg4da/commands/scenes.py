"""`pg4da scenes`: list them, show one as a picture, make new ones."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.sim.scenes.scene import Scene


def add_parser(subparsers: Any) -> None:
    """Register the command with its three parts."""
    parser: argparse.ArgumentParser = subparsers.add_parser("scenes", help="list, show or generate scenes")
    parts = parser.add_subparsers(metavar="list|show|generate", required=True)
    listing = parts.add_parser("list", help="names of the scenes that come with pg4da")
    listing.set_defaults(run=list_scenes)
    showing = parts.add_parser("show", help="what lies in a scene, and a picture of it")
    showing.add_argument("scene", metavar="NAME|FILE")
    showing.add_argument("--out", type=Path, metavar="PNG", help="save a picture here")
    showing.add_argument("--objects", type=Path, metavar="DIR", help="folder of household objects and meshes")
    showing.add_argument("--target-line", type=int, metavar="N", help="line of the target, for files that name none")
    showing.set_defaults(run=show)
    making = parts.add_parser("generate", help="make a scene of one of the paper's five cases")
    making.add_argument("case", metavar="CASE", help="such as case2-dense_clutter")
    making.add_argument("--seed", type=int, default=0, metavar="N")
    making.add_argument("--target", metavar="SHAPE", help="shape of the target; any by default")
    making.add_argument("--out", type=Path, metavar="FILE", help="write the scene here instead of printing it")
    making.set_defaults(run=generate)


def list_scenes(args: argparse.Namespace) -> int:
    """One name a line."""
    from pg4da.sim.scenes.catalogue import names

    print("\n".join(names()))
    return 0


def show(args: argparse.Namespace) -> int:
    """Objects on standard output, the picture in a file. Raises BadInput."""
    from rich.console import Console
    from rich.table import Table

    from pg4da.run import RunRequest, check_objects, find_scene

    if args.out:
        check_target_file(args.out)
    check_objects(args.objects)
    request = RunRequest(scene=args.scene, objects_dir=args.objects, target_line=args.target_line)
    scene = find_scene(request)
    table = Table("", "shape", "x", "y", "z", title=f"{scene.case}/{scene.name}, settled; metres")
    for index, item in enumerate(scene.objects):
        mark = "target" if index == scene.target else ""
        table.add_row(mark, Path(item.shape).name, *(f"{value:z.3f}" for value in item.position))
    Console().print(table)
    if args.out:
        save_view(scene, args)
        print(f"picture: {args.out}")
    return 0


def save_view(scene: Scene, args: argparse.Namespace) -> None:
    """The camera's view beside the view of the whole cell."""
    import numpy as np

    from pg4da.recording.recorder import save_png
    from pg4da.run import told_as_bad_input
    from pg4da.sim.cell import MujocoCell

    with told_as_bad_input():
        cell = MujocoCell(scene, objects_dir=args.objects)
    try:
        save_png(args.out, np.hstack([cell.camera.capture().rgb, cell.picture()]))
    finally:
        cell.close()


def generate(args: argparse.Namespace) -> int:
    """Print or write one scene. Raises BadInput for an unknown case or shape."""
    from pg4da.run import told_as_bad_input
    from pg4da.sim.scenes.generator import generate as make
    from pg4da.sim.scenes.writer import scene_text

    if args.seed < 0:
        raise BadInput(f"--seed {args.seed}: must not be negative")
    if args.out:
        check_target_file(args.out)
    with told_as_bad_input():
        scene = make(args.case, args.seed, args.target)
    text = scene_text(scene)
    if args.out is None:
        print(text, end="")
        return 0
    from pg4da.recording.folder import write_whole

    write_whole(args.out, lambda path: path.write_text(text, encoding="utf-8"))
    print(args.out)
    return 0


def check_target_file(path: Path) -> None:
    """Raises BadInput when a file can't be written at `path`."""
    from pg4da.recording.folder import check_writable

    check_writable(path.absolute().parent)
    if path.is_dir():
        raise BadInput(f"--out {path}: is a folder, not a file")
    if not path.absolute().parent.is_dir():
        raise BadInput(f"--out {path}: the folder {path.parent} does not exist")

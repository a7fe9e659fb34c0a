"""`pg4da calibrate`: print the board, find the camera's pose, find the ends of a gripper."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.calibrating.camera import Wishes
    from pg4da.calibrating.page_server import PageServer
    from pg4da.calibrating.report import Report
    from pg4da.calibrating.subject import Chosen
    from pg4da.hardware.calibration.board import Board

FAILED, INTERRUPTED = 1, 130
MOST_VIEWS = 60


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "calibrate",
        help="find where the camera is, and a gripper's ends",
        description="Begin with `pg4da calibrate board`. Exit code: 0 done, 1 no result, 2 bad input, 130 interrupted; "
        "what was collected by then is kept, and the same command goes on.",
    )
    kinds = parser.add_subparsers(metavar="WHAT", required=True)
    _board_options(kinds.add_parser("board", help="print the board that the camera is calibrated with"))
    _camera_options(kinds.add_parser("camera", help="find the camera's pose with the board in a gripper"))
    _check_options(kinds.add_parser("check", help="see whether the camera is where the cell file says"))
    _gripper_options(kinds.add_parser("gripper", help="find where a gripper's fingers are fully open and closed"))


def _board_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("board.pdf"), metavar="FILE", help="PDF or PNG; board.pdf")
    parser.add_argument("--paper", default="a4", metavar="PAPER", help="a4, letter or a3; a4")
    parser.set_defaults(run=run_board)


def _camera_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cell", required=True, metavar="NAME|FILE", help="the pose is written into this file")
    parser.add_argument("--arm", default="left", choices=("left", "right"), help="which holds the board; left")
    parser.add_argument("--views", type=int, default=18, metavar="N", help="how many; 15 to 20 are good")
    parser.add_argument("--paper", default="a4", metavar="PAPER", help="what the board was printed on; a4")
    parser.add_argument("--square", type=float, metavar="M", help="what one square of the board measures [m]")
    parser.add_argument("--by-hand", action="store_true", help="move the arm yourself, in freedrive")
    parser.add_argument("--fresh", action="store_true", help="leave views of an interrupted calibration aside")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where views are kept; calibration-CELL")
    parser.add_argument("--no-save", action="store_true", help="leave the cell file as it is")
    parser.add_argument("--no-page", action="store_true", help="serve no page")
    parser.add_argument("--port", type=int, metavar="N", help="of the page, on this machine")
    _common(parser)
    parser.set_defaults(run=run_camera)


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cell", required=True, metavar="NAME|FILE", help="whose camera")
    parser.add_argument("--arm", choices=("left", "right"), help="whose fingertips go over the board; none moves")
    parser.add_argument("--paper", default="a4", metavar="PAPER", help="what the board was printed on; a4")
    parser.add_argument("--square", type=float, metavar="M", help="what one square of the board measures [m]")
    parser.add_argument("--thickness", type=float, default=0.003, metavar="M", help="of the board [m]; 0.003")
    _common(parser)
    parser.set_defaults(run=run_check, by_hand=False)


def _gripper_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cell", required=True, metavar="NAME|FILE", help="the ends are written into this file")
    parser.add_argument("--arm", required=True, choices=("left", "right"), help="whose gripper")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often it closes and opens; 3")
    parser.add_argument("--no-save", action="store_true", help="leave the cell file as it is")
    _common(parser)
    parser.set_defaults(run=run_gripper)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="ask nothing: what moves has free way, results are saved")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run_board(args: argparse.Namespace) -> int:
    """Raises BadInput."""
    from pg4da.calibrating.printing import BOARDS, print_board

    print_board(args.out, args.paper)
    print(f"{args.out}: print it at 100 %; one square must measure {1000 * BOARDS[args.paper].square:g} mm")
    return 0


def run_camera(args: argparse.Namespace) -> int:
    """Raises BadInput before anything moves."""
    from pg4da.calibrating.camera import Calibration, GivenUp, printed
    from pg4da.calibrating.subject import choose, opened
    from pg4da.hardware.errors import DeviceError

    chosen = choose(args.cell, args.arm)
    wishes = _wishes(args, chosen)
    _check_answers(args, chosen)
    _check_saving(args, chosen)
    page = _page(args)
    try:
        with opened(chosen, args.arm) as subject:
            work = Calibration(chosen, subject, wishes, _teller(args), _asker(args, chosen), page)
            report, _ = work.run()
            saved = _save(args, chosen, work, report)
        _tell(args, report, printed(report, saved))
    except (GivenUp, DeviceError) as error:
        print(f"no result: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted; the views so far are kept, and the same command goes on", file=sys.stderr)
        return INTERRUPTED
    finally:
        if page is not None:
            page.close()
    return 0


def run_check(args: argparse.Namespace) -> int:
    """0 as it should be, 1 not. Raises BadInput before anything moves."""
    from pg4da.calibrating.camera import GivenUp
    from pg4da.calibrating.subject import choose, opened
    from pg4da.calibrating.touch import Check
    from pg4da.hardware.errors import DeviceError

    chosen = choose(args.cell, args.arm or "left")
    board = _board(args)
    if not 0.0 <= args.thickness <= 0.1:
        raise BadInput(f"--thickness {args.thickness:g}: must be 0 to 0.1 m")
    if args.arm is not None:
        _check_answers(args, chosen)
    try:
        with opened(chosen, "table") as subject:
            check = Check(chosen, subject, board, args.thickness, _teller(args), _asker(args, chosen))
            found = check.run(args.arm)
    except (GivenUp, DeviceError) as error:
        print(f"no result: {error}", file=sys.stderr)
        return FAILED
    if args.json:
        print(json.dumps(found))
    return FAILED if found["faults"] else 0


def run_gripper(args: argparse.Namespace) -> int:
    """Raises BadInput before anything moves."""
    from pg4da.calibrating.gripper import calibrate_ends

    if not 1 <= args.rounds <= 20:
        raise BadInput(f"--rounds {args.rounds}: must be 1 to 20")
    return calibrate_ends(args, _teller(args))


def _wishes(args: argparse.Namespace, chosen: Chosen) -> Wishes:
    from pg4da.calibrating.camera import Wishes
    from pg4da.hardware.calibration.hand_eye import FEWEST_VIEWS

    if not FEWEST_VIEWS <= args.views <= MOST_VIEWS:
        raise BadInput(f"--views {args.views}: must be {FEWEST_VIEWS} to {MOST_VIEWS}")
    root = args.keep or Path(f"calibration-{chosen.name}")
    return Wishes(args.arm, args.views, _board(args), args.by_hand, args.fresh, root)


def _board(args: argparse.Namespace) -> Board:
    from pg4da.calibrating.printing import BOARDS
    from pg4da.errors import suggest
    from pg4da.hardware.calibration.board import Board

    if args.paper not in BOARDS:
        raise BadInput(f"--paper {args.paper}: unknown{suggest(args.paper, BOARDS)}")
    board = BOARDS[args.paper]
    if args.square is not None:
        if not 0.8 * board.square < args.square < 1.25 * board.square:
            raise BadInput(
                f"--square {args.square:g}: on {args.paper} they measure about {board.square:g} m; in metres?"
            )
        board = Board(board.columns, board.rows, args.square, board.marker * args.square / board.square)
    return board


def _check_answers(args: argparse.Namespace, chosen: Chosen) -> None:
    if args.by_hand and args.yes:
        raise BadInput("--by-hand asks at every view: leave --yes out")
    if args.by_hand and not chosen.real:
        raise BadInput("--by-hand: nobody can take hold of a simulated arm")
    if (chosen.real or args.by_hand) and not args.yes and not sys.stdin.isatty():
        raise BadInput("an arm would move and nobody can be asked here: add --yes when its way is free")


def _check_saving(args: argparse.Namespace, chosen: Chosen) -> None:
    """What can't be written is told before anything moves."""
    from pg4da.calibrating.camera import writable

    if args.no_save or chosen.saved is None:
        return
    if not writable(chosen.saved):
        raise BadInput(f"{chosen.saved}: can't be written; --no-save only prints the pose")


def _page(args: argparse.Namespace) -> PageServer | None:
    if args.no_page:
        if args.port is not None:
            raise BadInput("--port: there is no page with --no-page")
        return None
    from pg4da.calibrating.page_server import PageServer
    from pg4da.viewing.access import parse_listen

    page = PageServer(parse_listen(None, args.port))
    print(f"watch at {page.address}", file=sys.stderr)
    return page


def _save(args: argparse.Namespace, chosen: Chosen, work: Any, report: Report) -> Path | None:
    if args.no_save or chosen.saved is None:
        return None
    question = f"Write this pose into {chosen.saved}?"
    if not args.yes and sys.stdin.isatty():
        print("\n".join(report.lines()), file=sys.stderr)
        if not _yes(question):
            return None
    backup: Path = work.save(report)
    print(f"written into {chosen.saved}; as it was: {backup}", file=sys.stderr)
    return chosen.saved


def _tell(args: argparse.Namespace, report: Report, found: dict[str, Any]) -> None:
    if args.json:
        print(json.dumps(found))
        return
    print("\n".join(report.lines()))
    if found["saved"] is None:
        print(f"not written anywhere; pose: {json.dumps(found['pose'])}")


def _teller(args: argparse.Namespace) -> Any:
    return lambda line: print(line, file=sys.stderr, flush=True)


def _asker(args: argparse.Namespace, chosen: Chosen) -> Any:
    if args.yes or not (chosen.real or args.by_hand):
        return lambda question: True
    return _yes


def _yes(question: str) -> bool:
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")

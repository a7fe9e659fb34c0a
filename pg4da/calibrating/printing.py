"""The board on paper at true scale, with a ruler to see that the printer kept it."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pg4da.errors import BadInput, suggest
from pg4da.hardware.calibration.board import Board

DPI = 600
INCH = 25.4  # mm
PAPERS = {"a4": (297.0, 210.0), "letter": (279.4, 215.9), "a3": (420.0, 297.0)}  # mm, lying
BOARDS = {"a4": Board(), "letter": Board(), "a3": Board(square=0.055, marker=0.041)}
TOP, LETTERS = 7.0, 4.2  # mm
RULER = {"a4": 200, "letter": 200, "a3": 300}  # mm


def print_board(path: Path, paper: str) -> None:
    """Write a PDF or PNG. Raises BadInput."""
    if paper not in PAPERS:
        raise BadInput(f"--paper {paper}: unknown{suggest(paper, PAPERS)}")
    if path.suffix.lower() not in (".pdf", ".png"):
        raise BadInput(f"--out {path}: must end in .pdf or .png")
    try:
        sheet(paper).save(path, resolution=DPI, dpi=(DPI, DPI))
    except OSError as error:
        raise BadInput(f"--out {path}: {error.strerror or error}") from error


def sheet(paper: str) -> Image.Image:
    """The whole page, black and white."""
    board, (width, height) = BOARDS[paper], PAPERS[paper]
    page = Image.new("L", (_px(width), _px(height)), 255)
    picture = Image.fromarray(board.picture(1000 * DPI / INCH))
    left, top = (page.width - picture.width) // 2, _px(TOP)
    page.paste(picture, (left, top))
    pen = ImageDraw.Draw(page)
    below = TOP + 1000 * board.size[1]
    _ruler(pen, (width - RULER[paper]) / 2, below + 5.0, RULER[paper])
    told = (
        f"PG4DA {board.columns}x{board.rows}, squares of {1000 * board.square:g} mm. Print at 100 %, measure the "
        "ruler; give --square what one square measures. Glue it flat on something stiff."
    )
    font = ImageFont.load_default(_px(0.75 * LETTERS))
    pen.text((page.width / 2, _px(below + 18.0)), told, 0, font=font, anchor="ma")
    return page.convert("1", dither=Image.Dither.NONE)


def _ruler(pen: ImageDraw.ImageDraw, left: float, top: float, length: int) -> None:
    """Every millimetre a line from `top` [mm] down, longer at 5 and 10."""
    font = ImageFont.load_default(_px(LETTERS * 0.7))
    line = _px(0.15)
    pen.line((_px(left), _px(top), _px(left + length), _px(top)), 0, line)
    for mm in range(length + 1):
        long = 5.0 if mm % 10 == 0 else 3.5 if mm % 5 == 0 else 2.0
        pen.line((_px(left + mm), _px(top), _px(left + mm), _px(top + long)), 0, line)
        if mm % 10 == 0:
            unit = " mm" if mm == length else ""
            pen.text((_px(left + mm), _px(top + long + 0.8)), f"{mm}{unit}", 0, font=font, anchor="ma")


def _px(mm: float) -> int:
    return round(mm * DPI / INCH)

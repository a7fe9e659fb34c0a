"""The paper's simulation tables (RA-L 2025) to stand beside ours: 100 trials a scene, 4 scenes a case."""

from __future__ import annotations

import re
from typing import NamedTuple


class PaperRow(NamedTuple):
    """C and GS in per cent, MN in motions."""

    method: str
    C: float
    GS: float
    MN: float


ROWS: dict[int, tuple[PaperRow, ...]] = {
    1: (
        PaperRow("PG4DA", 99.75, 93.08, 2.79),
        PaperRow("single-arm", 99.25, 90.55, 2.93),
        PaperRow("SPG", 98.75, 69.90, 6.07),
        PaperRow("EPG", 96.00, 58.55, 6.48),
        PaperRow("VPG", 91.50, 47.76, 7.27),
    ),
    2: (
        PaperRow("PG4DA", 98.51, 83.70, 4.05),
        PaperRow("single-arm", 98.00, 81.34, 4.74),
        PaperRow("SPG", 89.50, 57.22, 11.60),
        PaperRow("EPG", 87.75, 52.07, 13.41),
        PaperRow("VPG", 83.00, 44.91, 13.85),
    ),
    3: (
        PaperRow("PG4DA", 98.50, 84.64, 5.71),
        PaperRow("single-arm", 98.25, 83.77, 5.64),
        PaperRow("SPG", 86.00, 58.86, 16.83),
        PaperRow("EPG", 84.50, 50.26, 16.13),
    ),
    4: (
        PaperRow("PG4DA", 97.00, 81.25, 6.09),
        PaperRow("single-arm", 96.50, 79.42, 6.48),
        PaperRow("SPG", 91.00, 52.98, 29.96),
        PaperRow("EPG", 85.00, 47.98, 30.92),
    ),
    5: (
        PaperRow("PG4DA", 98.75, 78.49, 6.05),
        PaperRow("single-arm", 98.80, 73.07, 5.05),
        PaperRow("SPG", 97.25, 67.17, 14.40),
        PaperRow("EPG", 91.25, 55.58, 13.03),
    ),
}


def paper_rows(case: str) -> tuple[PaperRow, ...]:
    """The paper's rows for a case folder such as "case2-dense_clutter"; none for a folder of another name."""
    found = re.match(r"case(\d+)(?!\d)", case)
    return ROWS.get(int(found.group(1)), ()) if found else ()

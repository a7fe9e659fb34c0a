"""Coverage as lines for a terminal."""

from __future__ import annotations

from pg4da.testing.coverage import Coverage, percent_of


def report_lines(coverage: Coverage) -> list[str]:
    """A row for each file; below it every outcome that was never seen, with its place."""
    files = coverage.by_file()
    width = max([len("all"), *map(len, files)])
    lines = [f"{'mission':{width}}  nodes  outcomes  seen"]
    for file, points in files.items():
        lines.append(_row(file, width, points))
        for (_, line, column), point in points.items():
            if point.missing:
                name = "" if point.name == point.word else f" '{point.name}'"
                never = "never ran" if not point.seen else f"never {' or '.join(point.missing)}"
                lines.append(f"  {file}:{line}:{column}: {point.word}{name}: {never}")
    if len(files) > 1:
        lines.append(_row("all", width, coverage.points))
    return lines


def _row(name: str, width: int, points: object) -> str:
    assert isinstance(points, dict)
    wanted = sum(len(point.wanted) for point in points.values())
    return f"{name:{width}}  {len(points):5}  {wanted:8}  {percent_of(points.values()):5.1f} %"

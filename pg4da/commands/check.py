"""`pg4da check`: everything wrong with mission and cell files, without a cell; their schemas, trees, and XML."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from pg4da.errors import BadInput
from pg4da.printable import printable

if TYPE_CHECKING:
    from pg4da.cells.spec import CellSpec
    from pg4da.mission.problems import Problem
    from pg4da.mission.spec import MissionSpec

BAD_INPUT = 2


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "check",
        help="check mission and cell files",
        description="Reports every problem of mission files with their subtrees, and of cell files. Exit code: 0 all "
        "is well, 2 it is not.",
    )
    parser.add_argument("missions", nargs="*", metavar="FILE", help="YAML, or XML of BehaviorTree.CPP 4")
    parser.add_argument("--tree", action="store_true", help="show the tree, subtrees included")
    parser.add_argument("--json", action="store_true", help="print the problems as one JSON object")
    parser.add_argument("--schema", action="store_true", help="print a JSON Schema of missions for editors")
    parser.add_argument("--cell-schema", action="store_true", help="print a JSON Schema of cell files for editors")
    parser.add_argument("--cell-template", action="store_true", help="print a cell file to begin with")
    parser.add_argument("--xml", action="store_true", help="print the mission as XML for Groot2")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Raises BadInput with the problems of all files, unless they are printed as JSON."""
    printed = (args.schema, args.cell_schema, args.cell_template)
    if sum((args.tree, args.json, args.xml, *printed)) > 1:
        raise BadInput("one of --tree, --json, --schema, --cell-schema, --cell-template, --xml at a time")
    if any(printed):
        return _print(args)
    if not args.missions:
        raise BadInput("nothing to check: give mission files (see `pg4da check --help`)")
    if args.json:
        return _as_json(args.missions)
    if args.xml and len(args.missions) > 1:
        raise BadInput("--xml: one file at a time")
    found = [_load(name) for name in args.missions]
    for spec in found:
        if not isinstance(spec, BadInput):
            _show(spec, args)
    problems = [line for error in found if isinstance(error, BadInput) for line in str(error).splitlines()]
    if problems:
        raise BadInput("\n".join(dict.fromkeys(problems)))
    return 0


def _load(name: str) -> MissionSpec | CellSpec | BadInput:
    from pg4da.cells.loader import is_cell, load_cell
    from pg4da.mission.loader import load_spec
    from pg4da.plugins import skills

    try:
        return load_cell(name) if is_cell(name) else load_spec(name, skills())
    except BadInput as error:
        return error


def _show(spec: MissionSpec | CellSpec, args: argparse.Namespace) -> None:
    from pg4da.mission.spec import MissionSpec

    if not isinstance(spec, MissionSpec):
        if args.tree or args.xml:
            raise BadInput(f"{printable(spec.file)}: is a cell file; --tree and --xml are for missions")
        print(f"{printable(spec.file)}: ok, the cell '{printable(spec.top.cell)}' ({spec.top.kind})")
    elif args.tree:
        _tree(spec)
    elif args.xml:
        from pg4da.plugins import skills
        from pg4da.xml.writer import write_xml

        print(write_xml(spec, skills()), end="")
    else:
        print(f"{printable(spec.file)}: ok, {spec.size} node{'s' * (spec.size > 1)}")


def _tree(spec: MissionSpec) -> None:
    from rich.console import Console
    from rich.text import Text

    from pg4da.mission.outline import tree_lines

    console = Console(highlight=False)
    for branches, label, details in tree_lines(spec):
        text = Text(branches, style="dim") + Text(printable(label), style="bold" if not branches else "")
        console.print(text + Text(f"  {printable(details)}" if details else "", style="dim"), soft_wrap=True)


def _print(args: argparse.Namespace) -> int:
    if args.missions:
        raise BadInput("--schema, --cell-schema and --cell-template take no file")
    if args.cell_template:
        from pg4da.cells.files import packaged

        print(packaged()["ur5e"].read_text(encoding="utf-8"), end="")
        return 0
    print(json.dumps(_schema(args.cell_schema), indent=1, allow_nan=False))
    return 0


def _schema(of_cells: bool) -> dict[str, Any]:
    if of_cells:
        from pg4da.cells.schema import cell_schema

        return cell_schema()
    from pg4da.mission.schema import mission_schema
    from pg4da.plugins import skills

    return mission_schema(skills())


def _as_json(missions: list[str]) -> int:
    from pg4da.mission.problems import MissionError

    report = []
    for name in missions:
        found = _load(name)
        if isinstance(found, MissionError):
            problems = [_as_dict(problem) for problem in found.problems]
        elif isinstance(found, BadInput):
            problems = [{"file": name, "line": None, "column": None, "message": str(found)}]
        else:
            problems = []
        nodes = getattr(found, "size", None)
        report.append({"mission": name, "ok": not problems, "nodes": nodes, "problems": problems})
    print(json.dumps({"ok": all(entry["ok"] for entry in report), "missions": report}))
    return 0 if all(entry["ok"] for entry in report) else BAD_INPUT


def _as_dict(problem: Problem) -> dict[str, Any]:
    mark = problem.mark
    return {"file": mark.file, "line": mark.line, "column": mark.column, "message": problem.text}

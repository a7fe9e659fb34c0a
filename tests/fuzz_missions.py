"""Broken mission files by the thousand: none may give anything but a mission or a list of problems, in bounded time.

    nice -n 19 python tests/fuzz_missions.py --count 100000 --seed 1

Mutations of real missions (YAML and XML) as bytes, as text with nasty tokens and as structure, and plain noise.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from pg4da.errors import BadInput
from pg4da.mission.loader import load_spec, packaged
from pg4da.mission.outline import tree_lines
from pg4da.mission.problems import MissionError
from pg4da.mission.source import plain, read_source
from pg4da.skills.skill import Skill
from pg4da.xml.writer import write_xml

SECONDS, MEGABYTES, HANGS = 1.0, 200.0, 20

EVERY_WORD = """mission: every
inputs: {n: {type: int, default: 3, min: 1, unit: m}, names: {type: "list[str]", default: [a]}}
outputs: {done: {type: bool}}
root:
  finally:
    child:
      sequence:
        memory: false
        children:
          - set: {done: false, k: 1}
          - retry: {attempts: $n, wait: 0.5, on: [timeout], child: {timeout: {seconds: 1, child: {forget: }}},
                    recovery: {recover: {}}}
          - repeat: {until: $n > 2 and not $done, budget: 9, child: {condition: {if: "known($k)"}}}
          - for_each: {items: $names, as: each, index: i, child: {prompt: {text: "$each?", outputs: {answer: said}}}}
          - guard: {while: "min($n, 4) < 5", child: {invert: {child: {force_failure: {child: {forget: }}}}}}
          - catch: {as: why, child: {go_home: }, cases: {"arm_fault, arm_blocked": {give_up: {code: c}}}}
          - parallel: {policy: 1, children: [{wait: {seconds: 2}}, {subtree: {use: helper, inputs: {n: $n}}}]}
          - switch: {on: $n, cases: {1: {timeout: {seconds: 3, child: {fallback: [{forget: }]}}}, default: {forget: }}}
    always: {go_home: {}}
"""
HELPERS = {
    "helper.yaml": "mission: helper\ninputs: {n: {type: int}}\noutputs: {m: {type: int}}\nroot: {set: {m: $n}}\n",
    "loop.yaml": "mission: loop\nroot: {subtree: {use: case}}\n",
    "broken.yaml": "mission: [",
    "wide.yaml": "mission: wide\nroot: {sequence: [" + "{forget: }, " * 2000 + "{forget: }]}\n",
    "double1.yaml": "mission: d1\nroot: {sequence: [{subtree: {use: wide}}, {subtree: {use: wide}}]}\n",
    "double2.yaml": "mission: d2\nroot: {sequence: [{subtree: {use: double1}}, {subtree: {use: double1}}]}\n",
    "other.xml": "<root BTCPP_format='4'><BehaviorTree ID='O'><SubTree ID='case'/></BehaviorTree></root>",
}
TOKENS = [
    "&a ", "*a ", "!!python/object:os.system ", "!t ", "<<: ", "---\n", "...\n", "%YAML 9\n", "\x00", "\ufeff", "$",
    "{", "}", "[", "]", "[" * 400, "{a: " * 300, "- " * 500, "? " * 300, "9" * 500, "1e400", ".nan", "-.inf", "0x10",
    ": ", "\t", "|\n", ">\n", "'", '"', "\r", "\r\n", "\u2028", "\U0001f916", "\x1b[31m", "#", "`", "@", "~", "null",
    "subtree: {use: case}", "use: loop", "use: wide", "use: double2", "use: ../case", "use: os:path", "use: '\\0'",
    "use: json:decoder.py", "use: other.xml", "use: pg4da.trees:retrieve.yaml", "use: /dev/zero", "use: .", "name: a/b",
    "$n" * 100, "(" * 300, "not " * 90, "$a.b.c", "$n ** 9", "attempts: 0", "policy: 99", "type: any", "min: z",
    "on: a", "as: 5", "cases: {}", "children: []", "root: ", "mission: ", "<a>", "</a>", "&amp;", "&#0;", "&x;", "<!--",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<![CDATA[x]]>", "<Sequence>", "ID='O'", "code='a:=1'", "code='!!!('", "{=}",
]  # fmt: skip
SCALARS: list[Any] = [
    None, True, 0, -1, 10**17, 1e300, -0.0, "", "$n", "$missing", "$$x", "a/b", "a" * 3000, "$n < ", [], {}, [[]],
    "case", "helper", "loop", "wide", "\u202e", "1", {"sequence": [{"forget": None}]}, [{"wait": {"seconds": 1}}],
]  # fmt: skip
TEMPLATES = "{a: b}\n [1, 'x']\t- $?&*!|>%@`\"<>=/"


@dataclass
class Tally:
    """What came of the cases; `bad` holds those that broke a promise."""

    outcomes: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[str, bytes]] = field(default_factory=list)
    slowest: float = 0.0


class Fuzzer:
    """Cases by seed; the same seed and count make the same files."""

    def __init__(self, seed: int, skills: Mapping[str, type[Skill]], folder: Path) -> None:
        self._rng, self._skills, self._folder = random.Random(seed), skills, folder
        for name, text in HELPERS.items():
            (folder / name).write_text(text)
        yaml = [path.read_text(encoding="utf-8") for path in packaged().values()] + [EVERY_WORD]
        self._texts = [(text, ".yaml") for text in yaml]
        for index, text in enumerate(yaml):
            (folder / f"real{index}.yaml").write_text(text)
            self._texts.append((write_xml(load_spec(str(folder / f"real{index}.yaml"), skills), skills), ".xml"))
        self._values = [plain(read_source(text, "real")) for text in yaml]
        self._parts = [part for value in self._values for part in _parts(value)]

    def case(self) -> tuple[bytes, str]:
        """One file's bytes and the ending of its name."""
        makers: list[Callable[[], tuple[bytes, str]]] = [self._bytes, self._tokens, self._tokens, self._structure,
                                                         self._structure, self._noise, self._lines]  # fmt: skip
        data, ending = self._rng.choice(makers)()
        if self._rng.random() < 0.03:
            data = self._encoded(data)
        return data, ending

    def _text(self) -> tuple[str, str]:
        return self._rng.choice(self._texts)

    def _bytes(self) -> tuple[bytes, str]:
        text, ending = self._text()
        data = bytearray(text.encode())
        for _ in range(self._rng.randint(1, 6)):
            at = self._rng.randrange(len(data) or 1)
            until = min(len(data), at + self._rng.randint(1, 40))
            match self._rng.randrange(5):
                case 0:
                    data[at:at] = self._rng.randbytes(self._rng.randint(1, 4))
                case 1:
                    del data[at:until]
                case 2:
                    data[at:at] = data[at:until]
                case 3:
                    data[at:until] = bytes(reversed(data[at:until]))
                case _:
                    data = data[: max(at, 1)] if self._rng.random() < 0.2 else data
                    data[at : at + 1] = self._rng.randbytes(1)
        return bytes(data), ending

    def _tokens(self) -> tuple[bytes, str]:
        text, ending = self._text()
        for _ in range(self._rng.randint(1, 4)):
            at = self._rng.randrange(len(text) + 1)
            if self._rng.random() < 0.5:  # at the beginning of a word or a line, where it means something
                at = next((found.start() for found in re.finditer(r"\b\w|\n", text[at:])), 0) + at
            until = at + (self._rng.randint(1, 12) if self._rng.random() < 0.5 else 0)
            text = text[:at] + self._rng.choice(TOKENS) + text[until:]
        return text.encode("utf-8", "surrogatepass"), ending

    def _lines(self) -> tuple[bytes, str]:
        text, ending = self._text()
        lines = text.split("\n")
        for _ in range(self._rng.randint(1, 5)):
            at, other = self._rng.randrange(len(lines)), self._rng.randrange(len(lines))
            match self._rng.randrange(4):
                case 0:
                    lines[at], lines[other] = lines[other], lines[at]
                case 1:
                    lines.insert(at, lines[other])
                case 2:
                    lines[at] = " " * self._rng.randint(0, 9) + lines[at].lstrip()
                case _:
                    lines[at] = ""
        return "\n".join(lines).encode(), ending

    def _structure(self) -> tuple[bytes, str]:
        value = json.loads(json.dumps(self._rng.choice(self._values)))
        for _ in range(self._rng.randint(1, 4)):
            holders = [part for part in _parts(value) if part]
            if holders:
                self._change(self._rng.choice(holders))
        if self._rng.random() < 0.05:
            for _ in range(self._rng.randint(20, 200)):
                value = {"mission": "deep", "root": {"invert": {"child": value.get("root", {})}}}
        return json.dumps(value, indent=self._rng.choice([None, 1])).encode(), ".yaml"

    def _change(self, holder: Any) -> None:
        key = self._rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        new = self._rng.choice(SCALARS) if self._rng.random() < 0.5 else self._rng.choice(self._parts)
        match self._rng.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[self._rng.choice([f"{key}x", key[1:], "child", "root", "$", "name"])] = holder.pop(key)
            case 2 if isinstance(holder, list):
                holder.extend(json.loads(json.dumps(holder)) * self._rng.randint(1, 9))
            case _:
                holder[key] = json.loads(json.dumps(new))

    def _noise(self) -> tuple[bytes, str]:
        ending = self._rng.choice([".yaml", ".xml"])
        if self._rng.random() < 0.3:
            return self._rng.randbytes(self._rng.randint(0, 400)), ending
        text = "".join(self._rng.choices([*TOKENS, *TEMPLATES], k=self._rng.randint(0, 60)))
        return text.encode("utf-8", "surrogatepass"), ending

    def _encoded(self, data: bytes) -> bytes:
        text = data.decode("utf-8", "replace")
        return text.encode(self._rng.choice(["utf-16", "utf-32", "latin-1", "utf-8-sig", "cp037"]), "replace")

    def run(self, count: int) -> Tally:
        """Load so many cases."""
        tally = Tally()
        for _ in range(count):
            data, ending = self.case()
            path = self._folder / f"case{ending}"
            path.write_bytes(data)
            started = time.process_time()
            outcome, promise = self._outcome(path, data)
            spent = time.process_time() - started
            tally.outcomes[outcome] += 1
            tally.slowest = max(tally.slowest, spent)
            if spent > SECONDS:
                promise = f"took {spent:.2f} s"
            if promise:
                tally.bad.append((f"{promise} ({ending})", data))
        return tally

    def _outcome(self, path: Path, data: bytes) -> tuple[str, str]:
        """(how it ended, the promise that it broke)."""
        try:
            spec = load_spec(str(path), self._skills)
            list(tree_lines(spec))
            write_xml(spec, self._skills)
            return "mission", ""
        except MissionError as error:
            lines = data.decode("utf-8", "replace").count("\n") + data.count(b"\r") + 2
            for problem in error.problems:
                if problem.mark.file.endswith(path.name) and not 1 <= problem.mark.line <= lines:
                    return "problems", f"line {problem.mark.line} of {lines}"
            return "problems", "" if error.problems else "no problem told"
        except BadInput:
            return "not found", ""
        except Exception as error:
            return "traceback", f"{type(error).__name__}: {error}"


def _parts(value: Any) -> list[Any]:
    """All mappings and lists in a value."""
    found, todo = [], [value]
    while todo:
        part = todo.pop()
        if isinstance(part, (dict, list)):
            found.append(part)
            todo += part.values() if isinstance(part, dict) else part
    return found


def _hang(signum: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"hangs for more than {HANGS} s")


def main() -> int:
    """Prints the counts; 1 when any promise was broken, with the files saved."""
    from pg4da.skills.registry import SKILLS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--save", type=Path, default=Path("fuzz_failures"), help="folder for files that broke a promise"
    )
    args = parser.parse_args()
    signal.signal(signal.SIGALRM, _hang)
    tally, started = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        fuzzer = Fuzzer(args.seed, SKILLS, Path(folder))
        fuzzer.run(200)  # what is loaded once
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for done in range(0, args.count, 1000):
            signal.alarm(HANGS * 30)
            part = fuzzer.run(min(1000, args.count - done))
            tally.outcomes.update(part.outcomes)
            tally.bad += part.bad
            tally.slowest = max(tally.slowest, part.slowest)
            if done % 10_000 == 0:
                print(
                    f"{done + 1000}: {dict(tally.outcomes)}, slowest {tally.slowest:.2f} s", file=sys.stderr, flush=True
                )
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    for index, (promise, data) in enumerate(tally.bad):
        args.save.mkdir(exist_ok=True)
        (args.save / f"{index:03}").write_bytes(data)
        print(f"{args.save}/{index:03}: {promise}")
    counts, spent = dict(tally.outcomes), time.monotonic() - started
    print(f"{args.count} files with seed {args.seed}: {counts}; broken promises: {len(tally.bad)}")
    print(f"slowest {tally.slowest:.2f} s of CPU; memory grew by {grown:.0f} MB; {spent:.0f} s in all")
    return 1 if tally.bad or grown > MEGABYTES else 0


if __name__ == "__main__":
    sys.exit(main())

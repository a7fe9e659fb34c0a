"""A run as a stream of messages: what is written to a record, sent to viewers and read back, one JSON object a line.

Every message has `k` (its kind) and `t` (seconds on the cell's clock). A reader ignores kinds and keys that it does
not know. Values are plain JSON; what can't be is given as text, long text and lists are cut.

run      first: {version, mission, cell, scene, policy, seed, inputs, started (ISO time), pid, id (unique text)}
tree     a new tree: {mission, nodes: [{id, parent (0: none), name, word, path, file, line, text}]}; ids are a node's
         number, in the order of the file; `text` is what the file gives it, for people; forgets all states
tick     something changed: {n: tick number, s: [[id, state]], c: [scope], v: {scope: {key: value}}, f: {id: failure}};
         state is one of R S F I (running, success, failure, not running); scope "0" is the mission's, else the id of a
         subtree; scopes in `c` lose all their values before those in `v` are set; s, c, v, f are left out when empty,
         all of them now and then when nothing changes for long: the run goes on.
         A node may be named twice when it ended and started again; one that gives the same answer tick after tick
         (a condition that is watched) is named once, and again with each new round of its parent
event    {event, data}: as in `mission.events`, plain
arms     {arms: {name: {q: [rad], tool: [x, y, z, qx, qy, qz, qw], width: m, moving, object}}}, a few times a second
         while something moves; tool, width, moving and object are left out for an arm that has none
picture  {name: camera | heightmap | decision, of: number of the decision or look, png: base64, w, h}; comes a little
         later than what it shows; `t` is the time of what it shows
control  {state: running | paused | stopping, at: id or null, breakpoints: [ids], prompt: null or
         {id, text, choices, default, until}}
key      everything at once, so that a reader can start here: {run, mission, tree: [...], n, s, times: {id: [entered,
         started, ended or null]}, v, f, failures: [[t, id, failure]], counts, arms, control, events: [...], end}.
         Those in a record leave out run, mission, tree and events, which stand above them in the file
end      last: {outcome, failure, outputs, result}; of several missions in one run those of the worst
failure  (in tick, event and end): {code, phase, path, message, recoverable, causes: [failure]}; causes are left out
         when there are none
"""

from __future__ import annotations

import json
from typing import Any, Final

VERSION: Final = 1
KINDS: Final = ("run", "tree", "tick", "event", "arms", "picture", "control", "key", "end")
Message = dict[str, Any]

# what is told was made by `brief`, which goes so deep and no deeper: nothing to be gained by looking for circles
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False, check_circular=False)


def encode(message: Message) -> bytes:
    """One line with its newline; half a surrogate pair in a text becomes a question mark."""
    return _ENCODER.encode(message).encode("utf-8", "replace") + b"\n"


def decode(line: bytes | str) -> Message:
    """Raises ValueError for a line that is no message."""
    try:
        message = json.loads(line, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(message, dict) or not isinstance(message.get("k"), str):
        raise ValueError("not a message of a run")
    return message


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")

"""A run as a stream of messages: what is written to a record, sent to viewers and read back, one JSON object a line.

Every message has `k` (its kind) and `t` (seconds on the cell's clock). A reader ignores kinds and keys that it does
not know. Values are plain JSON; what can't be is given as text, long text and lists are cut.

run      first: {version, mission, cell, scene, policy, seed, inputs, started (ISO time), pid, id (unique text)}
tree     a new tree: {nodes: [{id, parent (0: none), name, word, path, file, line, text}]}; ids are a node's number,
         in the order of the file; `text` is what the file gives it, for people; forgets all states
tick     something changed: {n: tick number, s: [[id, state]], v: {scope: {key: value}}, f: {id: failure}}; state is
         one of R S F I (running, success, failure, not running); scope "0" is the mission's, else the id of a subtree
event    {event, data}: as in `mission.events`, plain
arms     {arms: {name: {q: [rad], tool: [x, y, z, qx, qy, qz, qw], width: m, moving, object}}}, a few times a second
picture  {name: camera | heightmap | decision, of: number of the decision or look, png: base64, w, h}
control  {state: running | paused | stopping, at: id or null, breakpoints: [ids], prompt: null or
         {id, text, choices, default, until}}
key      everything at once, so that a reader can start here: {tree: [...], s, v, f, n, control, run}
end      last: {outcome, failure, outputs, result}
failure  (in tick and end): {code, phase, path, message, recoverable}
"""

from __future__ import annotations

import json
from typing import Any, Final

VERSION: Final = 1
KINDS: Final = ("run", "tree", "tick", "event", "arms", "picture", "control", "key", "end")
Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """One line with its newline."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode() + b"\n"


def decode(line: bytes | str) -> Message:
    """Raises ValueError for a line that is no message."""
    message = json.loads(line)
    if not isinstance(message, dict) or not isinstance(message.get("k"), str):
        raise ValueError("not a message of a run")
    return message

"""How much memory this process has needed at most."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_memory() -> float:
    """Peak resident size [MiB].

    From /proc where there is one: getrusage's figure includes what the parent had when it started this process.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024

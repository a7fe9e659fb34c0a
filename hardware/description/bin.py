"""The bin beside the workspace, an open box; its place comes from the cell."""

from __future__ import annotations

BIN_HALF = (0.17, 0.11)  # m along x and y, to the outside of the walls
BIN_WALL = 0.008  # m, thickness

"""Robotiq 2F-140 as its maker publishes it: stroke, speed, force, mass, and where the tool frame lies."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.frames import Array, transform

MAX_WIDTH = 0.140  # m, stroke between the pads
MIN_SPEED, MAX_SPEED = 0.030, 0.250  # m/s, of the width
MIN_FORCE, MAX_FORCE = 10.0, 125.0  # N, of a pad on the object
MASS = 1.025  # kg, with the coupling

COUPLING = 0.0135  # m, thickness of the UR coupling on the flange
LENGTH = 0.2332  # m, from the gripper's base to the fingertips when closed

# Tool frame in the flange: z approaches, x closes, origin at the plane of the fingertips when fully closed.
T_FLANGE_TOOL: Array = transform(np.eye(3), (0.0, 0.0, COUPLING + LENGTH))

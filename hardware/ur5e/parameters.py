"""UR5e as its maker publishes it: Denavit-Hartenberg parameters, masses, limits (UR5e data sheet and DH article)."""

from __future__ import annotations

import numpy as np

JOINTS = ("shoulder_pan", "shoulder_lift", "elbow", "wrist_1", "wrist_2", "wrist_3")

# Standard DH, metres and radians.
DH_D = np.array([0.1625, 0.0, 0.0, 0.1333, 0.0997, 0.0996])
DH_A = np.array([0.0, -0.425, -0.3922, 0.0, 0.0, 0.0])
DH_ALPHA = np.array([np.pi / 2, 0.0, 0.0, np.pi / 2, -np.pi / 2, 0.0])

# The pendant allows ±360° on every joint but the elbow can't pass ±180° without meeting itself; planning stays inside.
LOWER = np.array([-2 * np.pi, -2 * np.pi, -np.pi, -2 * np.pi, -2 * np.pi, -2 * np.pi])
UPPER = -LOWER

MAX_VELOCITY = np.full(6, np.pi)  # rad/s, data sheet: 180°/s
MAX_TORQUE = np.array([150.0, 150.0, 150.0, 28.0, 28.0, 28.0])  # Nm
# The maker publishes no acceleration limit; this is well inside what the controller accepts with a 2F-140 mounted.
MAX_ACCELERATION = np.full(6, 5.0)  # rad/s²

# The arm folded beside its base with the tool down: nothing of it is over |x| < 0.45 m in the camera's picture, with
# the bases of description.robot. Of 1,536 such configurations the one from which straight joint motions reach the
# table and the bin soonest, without tipping.
_LIFT, _ELBOW, _PAN = -2.0275, 1.4854, 0.5985
HOME = np.array([_PAN, _LIFT, _ELBOW, -np.pi / 2 - _LIFT - _ELBOW, -np.pi / 2, _PAN - np.pi])

"""Arms as viewers see them: joints, tool pose, gripper."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pg4da.hardware.cell import Arm

DIGITS = 4  # 0.1 mrad, 0.1 mm


class ArmReader:
    """Reads all arms of a cell; an arm that stands still costs no kinematics."""

    def __init__(self, arms: Mapping[str, Arm]) -> None:
        self._arms = dict(arms)
        self._poses: dict[str, tuple[list[float], list[float]]] = {}
        self._last: dict[str, Any] = {}

    def changed(self) -> dict[str, Any] | None:
        """All arms, or None when nothing moved since the last call."""
        found = {name: self._arm(name, arm) for name, arm in self._arms.items()}
        if found == self._last:
            return None
        self._last = found
        return found

    def _arm(self, name: str, arm: Arm) -> dict[str, Any]:
        measured = arm.state.q
        q = [round(value, DIGITS) for value in measured.tolist()]
        found: dict[str, Any] = {"q": q}
        if getattr(arm, "kinematics", None) is not None:
            known = self._poses.get(name)
            if known is None or known[0] != q:
                known = self._poses[name] = (q, pose(arm.kinematics.forward(measured).tolist()))
            found["tool"] = known[1]
        if getattr(arm, "gripper", None) is not None:
            gripper = arm.gripper.state
            found |= {"width": round(float(gripper.width), DIGITS)}
            found |= {"moving": bool(gripper.moving), "object": bool(gripper.object_detected)}
        return found


def pose(T: list[list[float]]) -> list[float]:
    """[x, y, z, qx, qy, qz, qw] of a rigid transform given as four rows."""
    numbers = [*(row[3] for row in T[:3]), *quaternion(T)]
    return [round(value, DIGITS) for value in numbers]


def quaternion(R: list[list[float]]) -> tuple[float, float, float, float]:
    """xyzw with w not negative, by the largest component (Shepperd 1978)."""
    diagonal = (R[0][0], R[1][1], R[2][2])
    trace = sum(diagonal)
    if trace >= max(diagonal):
        w = math.sqrt(max(0.0, 1 + trace)) / 2
        x, y, z = ((R[j][i] - R[i][j]) / (4 * w) for i, j in ((1, 2), (2, 0), (0, 1)))
        return x, y, z, w
    i = diagonal.index(max(diagonal))
    j, k = (i + 1) % 3, (i + 2) % 3
    xyz = [0.0, 0.0, 0.0]
    xyz[i] = math.sqrt(max(0.0, 1 + R[i][i] - R[j][j] - R[k][k])) / 2
    xyz[j], xyz[k] = (R[i][j] + R[j][i]) / (4 * xyz[i]), (R[i][k] + R[k][i]) / (4 * xyz[i])
    w = (R[k][j] - R[j][k]) / (4 * xyz[i])
    sign = -1.0 if w < 0 else 1.0
    return sign * xyz[0], sign * xyz[1], sign * xyz[2], sign * w

"""What a cell file says may fit every field and still make no sense: found here, before anything is connected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import product

import numpy as np

from pg4da.cells.spec import ArmSpec, RobotsSpec
from pg4da.hardware.cell import Kinematics, Workspace
from pg4da.hardware.config import WorkspaceConfig
from pg4da.hardware.description.bin import BIN_HALF
from pg4da.hardware.frames import Array, looking_down
from pg4da.mission.problems import Mark, Problem

Found = Iterator[Problem]

APART = 0.25  # m between the axes of two bases; a base is 0.15 to 0.2 m wide, and the arms need room to turn
SQUARE = 1e-6  # m; maps of the workspace are square
HOVER = 0.15  # m above the table where the tool must get to
REACHED = 0.5  # share of the workspace that an arm or the other must get to
GRID = 7  # points along each side of the workspace
LOOKS_DOWN = 0.5  # least downward part of the camera's axis
STRAY = 0.3  # m that the point it looks at may lie outside the workspace


def check(spec: RobotsSpec, calibrated: bool = True) -> list[Problem]:
    """Every problem. calibrated: whether the camera must know where it is."""
    found = [problem for rule in PLACES for problem in rule(spec)]
    if calibrated:
        found += _camera(spec)
    return found or list(_reach(spec))  # where something stands wrong, what it can't reach is no news


def _sides(spec: RobotsSpec) -> Found:
    left, right = (_origin(spec.arms[name]) for name in ("left", "right"))
    if left[0] > right[0]:
        yield Problem(
            spec.arms["left"].at("base"),
            f"the arms are swapped: the base of 'left' is at x = {left[0]:g} m and that of 'right' at x = {right[0]:g}"
            " m, and 'left' is the one with the smaller x; exchange the names or the base poses",
        )


def _bases(spec: RobotsSpec) -> Found:
    gap = float(np.linalg.norm(_origin(spec.arms["left"]) - _origin(spec.arms["right"])))
    if gap < APART:
        yield Problem(
            spec.arms["right"].at("base"),
            f"the bases overlap: they are {gap:.3f} m apart, and two arms need at least {APART:g} m",
        )


def _addresses(spec: RobotsSpec) -> Found:
    """Two arms, or two grippers, behind one address would be one device; that of an emulator is replaced."""
    if spec.top.emulator == "own":
        return
    left, right = spec.arms["left"], spec.arms["right"]
    address = getattr(left.config, "address", None)
    if address is not None and _place(left) == _place(right):
        yield Problem(right.at("address"), f"both arms have the address {address}: each controller has its own")
    link = getattr(left.gripper.config, "link", None)
    if link is not None and link == getattr(right.gripper.config, "link", None):
        mark = right.gripper.source.keys.get("link", right.gripper.source.mark)
        yield Problem(mark, "both grippers have the same link: one gripper can't be in two hands")


def _place(arm: ArmSpec) -> tuple[object, object]:
    return getattr(arm.config, "address", None), getattr(arm.config, "port", None)


def _homes(spec: RobotsSpec) -> Found:
    """Inside the limits, and the tool above the table."""
    for arm in spec.arms.values():
        home, kinematics = arm.config.home, arm.driver.kinematics(arm.config)
        if home is None:
            continue
        owner = f"arms.{arm.name}.home"
        if len(home) != kinematics.dof:
            yield Problem(arm.at("home"), f"{owner}: {len(home)} values for {kinematics.dof} joints")
            continue
        q = np.array(home)
        for joint in np.flatnonzero((q < kinematics.lower) | (q > kinematics.upper)):
            limits = f"{kinematics.lower[joint]:.4f} to {kinematics.upper[joint]:.4f} rad"
            yield Problem(arm.at("home"), f"{owner}: joint {joint} at {q[joint]:g} rad is outside its limits, {limits}")
        height = float(kinematics.forward(q)[2, 3])
        if height < 0.0:
            yield Problem(arm.at("home"), f"{owner}: the tool would be {-height:.3f} m under the table")


def _workspace(spec: RobotsSpec) -> Found:
    area, mark = spec.top.workspace, _key(spec, "workspace")
    if area.x_min >= area.x_max or area.y_min >= area.y_max:
        yield Problem(mark, "workspace: its maxima must lie above its minima")
        return
    wide, deep = area.x_max - area.x_min, area.y_max - area.y_min
    if abs(wide - deep) > SQUARE:
        yield Problem(mark, f"workspace: {wide:g} m by {deep:g} m; it must be square, as the maps made of it are")
    x, y, _ = spec.top.bin
    if _reaches_in(area.workspace(), x, y):
        yield Problem(_key(spec, "bin"), f"bin: at ({x:g}, {y:g}) it stands in the workspace; put it beside")


def _reach(spec: RobotsSpec) -> Found:
    """Both arms get to the middle of the workspace and to the bin, one or the other to most of the workspace."""
    area = spec.top.workspace
    x, y = area.workspace().centre
    tools = {name: arm.driver.kinematics(arm.config) for name, arm in spec.arms.items()}
    for arm in spec.arms.values():
        for what, at in (("the middle of the workspace", (x, y)), ("the bin", spec.top.bin[:2])):
            if not _gets_to(tools[arm.name], *at):
                where = f"({at[0]:g}, {at[1]:g})"
                yield Problem(
                    arm.at("base"),
                    f"arms.{arm.name} does not reach {what} at {where} with the tool down; check its base pose, its "
                    "limits and the workspace",
                )
    share = _share(tools.values(), area)
    if share < REACHED:
        yield Problem(
            _key(spec, "workspace"),
            f"workspace: the arms reach {100 * share:.0f} % of it with the tool down; at least {100 * REACHED:.0f} % "
            "is needed: make it smaller or mend the base poses",
        )


def _share(arms: Collection[Kinematics], area: WorkspaceConfig) -> float:
    xs, ys = np.linspace(area.x_min, area.x_max, GRID), np.linspace(area.y_min, area.y_max, GRID)
    hits = [any(_gets_to(arm, float(x), float(y)) for arm in arms) for x, y in product(xs, ys)]
    return float(np.mean(hits))


def _gets_to(arm: Kinematics, x: float, y: float) -> bool:
    return any(len(arm.inverse(looking_down((x, y, HOVER), yaw))) > 0 for yaw in (0.0, np.pi / 2))


def _camera(spec: RobotsSpec) -> Found:
    """It knows where it is, is above the table and looks at the workspace."""
    pose = spec.camera.config.pose
    if pose is None:
        yield Problem(
            spec.camera.source.mark,
            "the camera has no calibration: it needs 'pose', which `pg4da calibrate camera --cell FILE` finds",
        )
        return
    T, mark = pose.matrix, spec.camera.source.keys.get("pose", spec.camera.source.mark)
    axis = T[:3, 2]
    hint = "`pose` is the optical frame in `world` (x right, y down, z forward), not the world in the camera"
    if T[2, 3] <= 0.0 or axis[2] > -LOOKS_DOWN:
        yield Problem(mark, f"camera.pose: it must look down on the table from above; {hint}")
        return
    x, y = (T[:3, 3] - axis * T[2, 3] / axis[2])[:2]
    if not spec.top.workspace.workspace().contains(float(x), float(y), -STRAY):
        yield Problem(mark, f"camera.pose: it looks at ({x:.2f}, {y:.2f}), far outside the workspace; {hint}")


def _reaches_in(area: Workspace, x: float, y: float) -> bool:
    half_x, half_y = BIN_HALF
    return area.x_min - half_x < x < area.x_max + half_x and area.y_min - half_y < y < area.y_max + half_y


def _origin(arm: ArmSpec) -> Array:
    return np.asarray(arm.config.base.matrix[:3, 3])


def _key(spec: RobotsSpec, key: str) -> Mark:
    return spec.source.keys.get(key, spec.source.mark)


PLACES: tuple[Callable[[RobotsSpec], Found], ...] = (_sides, _bases, _addresses, _homes, _workspace)

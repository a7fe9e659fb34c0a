"""Cells whose physics one batch of worlds steps: what their arms do stays their own, time passes for all together."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from typing import TypeVar

import mujoco
import numpy as np

from pg4da.sim.cell import MujocoCell
from pg4da.sim.warp.capacity import Capacity
from pg4da.sim.warp.worlds import Controls, Worlds

T = TypeVar("T")
# Where the objects lie, and how they look; with these alike or not, the physics is the same.
FREE_TO_DIFFER = ("body_pos", "body_quat", "qpos0", "qpos_spring", "geom_rgba", "actuator_forcerange")


class Lockstep:
    """`cells` must hold the same objects. Each one's MjData mirrors its world: state, set points, poses for the camera.

    Their truth knows positions alone: speeds and overlaps are NaN. Raises DeviceError; ValueError where cells differ.
    """

    def __init__(self, cells: Sequence[MujocoCell], device: str = "cpu", capacity: Capacity | None = None) -> None:
        if not cells:
            raise ValueError("no cells")
        self.cells = list(cells)
        for world, cell in enumerate(cells):
            self.replace(world, cell)
        self._worlds = Worlds(cells[0].model, len(cells), device, capacity)
        self._controls = Controls.of(cells[0].model, len(cells))

    def replace(self, world: int, cell: MujocoCell) -> None:
        """Another cell in the place of one. Raises ValueError where it holds other objects."""
        if not alike(self.cells[0].model, cell.model):
            raise ValueError(f"world {world}: worlds that are stepped together hold the same objects in the same order")
        cell.model.opt.enableflags &= ~int(mujoco.mjtEnableBit.mjENBL_SLEEP)  # poses are computed of all bodies
        cell.truth.unwatched()
        self.cells[world] = cell

    def through(self, courses: Mapping[int, Generator[object, None, T]], tick: float) -> dict[int, T]:
        """Run courses, by world, to their ends; each yields where `tick` [s] must pass. Gives what they return.

        A course may also set the state in its cell's MjData. A world whose course has ended, or that has none, stands
        still. Raises WorldsError and what a course raises; ValueError where a tick is no whole number of physics steps.
        """
        steps = whole_steps(tick, self.cells[0].model.opt.timestep)
        self._start()
        live, ended = dict(courses), dict[int, T]()
        while live:
            over = resumed(live)
            live = {world: course for world, course in live.items() if world not in over}
            self._remember(over)
            ended |= over
            self._advance(list(live), steps)
        return ended

    def _start(self) -> None:
        self._place()
        datas = [cell.data for cell in self.cells]
        self._worlds.recall(np.stack([d.qacc_warmstart for d in datas]), np.stack([d.cvel for d in datas]))
        for world in range(len(self.cells)):
            self._write(world)

    def _place(self) -> None:
        self._qpos = np.stack([cell.data.qpos for cell in self.cells]).astype(np.float32)
        self._qvel = np.stack([cell.data.qvel for cell in self.cells]).astype(np.float32)
        self._worlds.place(self._qpos, self._qvel)

    def _touched(self, world: int) -> bool:
        """Whether someone has set a mirror's state, such as where a hand is, since the last step."""
        data = self.cells[world].data
        qpos, qvel = data.qpos.astype(np.float32), data.qvel.astype(np.float32)
        return not (np.array_equal(qpos, self._qpos[world]) and np.array_equal(qvel, self._qvel[world]))

    def _remember(self, worlds: Collection[int]) -> None:
        """What is not mirrored at every step, of worlds that stand still from here on."""
        if not worlds:
            return
        warmstart, cvel = self._worlds.remembered()
        for world in worlds:
            data = self.cells[world].data
            data.qacc_warmstart[:], data.cvel[:] = warmstart[world], cvel[world]

    def _advance(self, live: Sequence[int], steps: int) -> None:
        if not live:
            return
        if any(self._touched(world) for world in live):
            self._place()
        marches = [self.cells[world].set_points(steps) for world in live]
        for _ in range(steps):
            for march in marches:
                next(march)
            self._step(live)
        for world, march in zip(live, marches, strict=True):
            next(march, None)
            mujoco.mj_kinematics(self.cells[world].model, self.cells[world].data)
        self._worlds.check()

    def _step(self, live: Sequence[int]) -> None:
        for world in live:
            self._write(world)
        self._worlds.control(self._controls)
        self._worlds.step()
        self._qpos, self._qvel = self._worlds.state()
        for world in live:
            data = self.cells[world].data
            data.qpos[:], data.qvel[:] = self._qpos[world], self._qvel[world]
            data.time += self.cells[world].model.opt.timestep

    def _write(self, world: int) -> None:
        """A cell's set points into the rows that go to the device."""
        model, data, rows = self.cells[world].model, self.cells[world].data, self._controls
        rows.ctrl[world], rows.forcerange[world] = data.ctrl, model.actuator_forcerange
        rows.mocap_pos[world], rows.mocap_quat[world] = data.mocap_pos, data.mocap_quat


def resumed(courses: Mapping[int, Generator[object, None, T]]) -> dict[int, T]:
    """Let each go on to where it yields next; what those that ended return."""
    ended: dict[int, T] = {}
    for world, course in courses.items():
        try:
            next(course)
        except StopIteration as end:
            ended[world] = end.value
    return ended


def whole_steps(dt: float, timestep: float) -> int:
    """Physics steps in dt [s]. Raises ValueError where that is no whole number."""
    steps = round(dt / timestep)
    if steps < 1 or abs(dt / timestep - steps) > 1e-6:
        raise ValueError(f"{dt:g} s is no whole number of physics steps of {timestep:g} s")
    return steps


def alike(one: mujoco.MjModel, other: mujoco.MjModel) -> bool:
    """Whether both hold the same bodies of the same shapes and masses, wherever they lie and whatever their colour."""
    return all(_equal(getattr(one, name), getattr(other, name)) for name in dir(one) if name not in FREE_TO_DIFFER)


def _equal(one: object, other: object) -> bool:
    """Whether two attributes are: numbers up to rounding, for some are computed where the bodies lie."""
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return True
    if one.shape != other.shape or one.dtype.kind != "f":
        return np.array_equal(one, other)
    return np.allclose(one, other, rtol=1e-6, atol=1e-9)

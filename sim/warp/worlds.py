"""Many copies of one MuJoCo model on one device, stepped together by mujoco-warp.

Every world has the model's bodies, shapes and masses: mujoco-warp cannot vary what there is, only where it is.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.sim.warp.capacity import Capacity
from pg4da.sim.warp.loading import find_device, load

Rows = NDArray[np.floating[Any]]


class WorldsError(RuntimeError):
    """Physics went wrong in a world, or had no room for it; what comes after is worth nothing."""


@dataclass(frozen=True)
class Controls:
    """Set points: ctrl (N, nu), forcerange (N, nu, 2), mocap_pos (N, nmocap, 3) [m], mocap_quat (N, nmocap, 4) wxyz."""

    ctrl: NDArray[np.float32]
    forcerange: NDArray[np.float32]
    mocap_pos: NDArray[np.float32]
    mocap_quat: NDArray[np.float32]

    @classmethod
    def of(cls, model: mujoco.MjModel, count: int) -> Controls:
        """Zeros for `count` worlds."""
        shapes = ((model.nu,), (model.nu, 2), (model.nmocap, 3), (model.nmocap, 4))
        return cls(*(np.zeros((count, *shape), np.float32) for shape in shapes))


class Worlds:
    """`count` worlds of `model` on `device`: "cpu", or "cuda:0" and so on, where a step is a captured graph.

    Raises DeviceError without the package or the device. The same states and controls give the same again, and what a
    world's neighbours do changes no bit of it (how many there are may change the last ones). Numbers are float32.
    Nothing sleeps: on the CPU device a step of eight sleeping blocks took six times one of them awake. There are no
    rounds against slip, which only all worlds could have together: what is held long creeps, see sim/cell.py.
    """

    def __init__(
        self, model: mujoco.MjModel, count: int, device: str = "cpu", capacity: Capacity | None = None
    ) -> None:
        self._warp, self._mjw = load()
        self._device = find_device(self._warp, device)
        self.count, self.capacity = count, capacity or Capacity.of(model)
        with self._warp.ScopedDevice(self._device):
            self._model = self._mjw.put_model(plain(model), {"actuator_forcerange": count})
            self._model.opt.deterministic = True
            self._model.opt.warn_overflow = 0  # `check` tells
            room = {"nconmax": self.capacity.contacts, "njmax": self.capacity.rows}
            self._data = self._mjw.make_data(plain(model), nworld=count, **room)
        self._graph = self._captured() if self._device.is_cuda else None

    def place(self, qpos: Rows, qvel: Rows) -> None:
        """Set every world's state, (N, nq) and (N, nv)."""
        self._data.qpos.assign(np.asarray(qpos, np.float32))
        self._data.qvel.assign(np.asarray(qvel, np.float32))

    def recall(self, warmstart: Rows, cvel: Rows) -> None:
        """What a step knows of the one before, and without which its last bits differ.

        The accelerations (N, nv) that the solver starts from; the bodies' velocities (N, nbody, 6), which welds use.
        """
        self._data.qacc_warmstart.assign(np.asarray(warmstart, np.float32))
        self._data.cvel.assign(np.asarray(cvel, np.float32))

    def control(self, controls: Controls) -> None:
        """Set every world's set points."""
        self._data.ctrl.assign(controls.ctrl)
        self._model.actuator_forcerange.assign(controls.forcerange)
        self._data.mocap_pos.assign(controls.mocap_pos)
        self._data.mocap_quat.assign(controls.mocap_quat)

    def step(self) -> None:
        """One physics step of all worlds."""
        if self._graph is not None:
            self._warp.capture_launch(self._graph)
            return
        with self._warp.ScopedDevice(self._device):
            self._mjw.step(self._model, self._data)

    def state(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Copies of qpos (N, nq) and qvel (N, nv). Raises WorldsError where they are not finite."""
        qpos, qvel = self._data.qpos.numpy().copy(), self._data.qvel.numpy().copy()
        broken = ~(np.isfinite(qpos).all(axis=1) & np.isfinite(qvel).all(axis=1))
        if broken.any():
            raise WorldsError(f"world {int(np.flatnonzero(broken)[0])}: its state is no longer finite")
        return qpos, qvel

    def remembered(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What `recall` sets."""
        return self._data.qacc_warmstart.numpy(), self._data.cvel.numpy()

    def check(self) -> None:
        """Raises WorldsError where contacts had no room since the start."""
        kinds = self._mjw.OverflowType
        fine = kinds.ITERATIONS | kinds.LS_ITERATIONS  # the solver stopped before it was content, as MuJoCo does
        short = self._data.overflow.numpy() & ~int(fine)
        if short.any():
            world = int(np.flatnonzero(short)[0])
            what, room = str(kinds(int(short[world])).name), self.capacity
            raise WorldsError(f"world {world}: no room for {room.contacts} contacts, {room.rows} rows ({what})")

    def _captured(self) -> Any:
        """One step as a graph; the step before it loads the kernels, and `place` overwrites what it did."""
        with self._warp.ScopedDevice(self._device):
            self._mjw.step(self._model, self._data)
            with self._warp.ScopedCapture() as capture:
                self._mjw.step(self._model, self._data)
            self._data.overflow.zero_()
        return capture.graph


def plain(model: mujoco.MjModel) -> mujoco.MjModel:
    """A copy without sleeping islands and without rounds against slip."""
    out = copy.copy(model)
    out.opt.enableflags &= ~int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    out.opt.noslip_iterations = 0
    return out

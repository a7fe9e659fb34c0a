"""The sidecar's protocol over MuJoCo: the same server and messages as Isaac Gym's, other physics behind them.

    python mujoco_sidecar.py SOCKET

FAULT in the environment makes it go wrong: crash:N, hang:N, exit:N, refuse:N or garbage:N at the N-th request after
"build", version, silent.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.description.gripper import GRIPPER_JOINTS
from pg4da.sim.camera import K_XTION, T_WORLD_CAMERA, render
from pg4da.sim.cell import NOSLIP, MujocoCell
from pg4da.sim.driven_gripper import HELD_OPEN
from pg4da.sim.isaacgym import floating, sidecar
from pg4da.sim.objects.bodies import add_object
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.physics import configure_cell
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.world import add_bin, add_table

Array = NDArray[np.float64]
Reply = tuple[dict[str, Any], dict[str, NDArray[Any]]]


class MujocoWorld(sidecar.World):
    """W models of the described cell, stepped one after the other."""

    backend = "mujoco"

    def build(self, description: dict[str, Any]) -> Reply:
        self.told = description
        self.dofs = [(f"{a['name']}/{d['joint']}", d) for a in description["actors"] for d in a["dofs"]]
        make = armed_model if description["arms"] else floating_model
        self.model = make(description)
        self.datas = [mujoco.MjData(self.model) for _ in range(description["worlds"])]
        joints = [self.model.joint(name).id for name, _ in self.dofs]
        self.qpos, self.qvel = self.model.jnt_qposadr[joints], self.model.jnt_dofadr[joints]
        self.start = np.array([dof["start"] for _, dof in self.dofs])
        self.targets = np.tile(self.start, (len(self.datas), 1))
        self.drives = [drive for drive in map(self._drive, range(len(self.dofs))) if drive]
        self.poses = [
            int(self.model.jnt_qposadr[self.model.joint(f"object/{i}").id]) for i in range(len(description["objects"]))
        ]
        for world in range(len(self.datas)):
            self._set(world, np.array([thing["pose"] for thing in description["objects"]]))
        return self._state()

    def step(self, targets: Array, velocities: Array, efforts: Array) -> Reply:
        for q, dq in zip(targets, velocities, strict=True):
            self._advance(q, dq, efforts)
        self.targets = np.array(targets[-1])
        return self._state()

    def rest(self, steps: int) -> Reply:
        for _ in range(steps):
            self._advance(self.targets, np.zeros_like(self.targets), None)
        return self._state()

    def picture(self, world: int) -> Reply:
        told, data = self.told["camera"], self.datas[world]
        width, height = told["size"]
        f = 0.5 * width / np.tan(0.5 * told["horizontal_view"])
        K = np.array([[f, 0.0, (width - 1) / 2.0], [0.0, f, (height - 1) / 2.0], [0.0, 0.0, 1.0]])
        assert np.allclose(K, K_XTION)
        mujoco.mj_forward(self.model, data)
        seen = render(self.model, data, T_WORLD_CAMERA, K, (width, height))
        return {"time": self.time}, {"rgb": seen.rgb, "depth": seen.depth, "K": K}

    def objects(self) -> Reply:
        poses = np.array([[data.qpos[a : a + 7] for a in self.poses] for data in self.datas]).reshape(
            len(self.datas), -1, 7
        )
        return {}, {"poses": poses[..., [0, 1, 2, 4, 5, 6, 3]]}

    def place(self, world: int, poses: Array) -> Reply:
        self._set(world, poses)
        return self._state()

    def close(self) -> None:
        self.datas = []

    @property
    def time(self) -> float:
        return float(self.datas[0].time)

    def _set(self, world: int, poses: Array) -> None:
        data = self.datas[world]
        now = data.time
        mujoco.mj_resetData(self.model, data)
        data.time = now
        data.qpos[self.qpos] = self.start
        self.targets[world] = self.start
        for address, pose in zip(self.poses, poses, strict=True):
            data.qpos[address : address + 7] = pose[[0, 1, 2, 6, 3, 4, 5]]
        mujoco.mj_forward(self.model, data)

    def _drive(self, i: int) -> tuple[int, int, float] | None:
        """Actuator, degree of freedom, by how much [s] its set point must run ahead; None where another one drives."""
        name, dof = self.dofs[i]
        finger = name.split("/")[1] in GRIPPER_JOINTS
        if finger and not name.endswith("finger_a"):
            return None
        actuator = self.model.actuator(name.replace("finger_a", "grip")).id
        return actuator, i, 0.0 if finger else dof["damping"] / dof["stiffness"] - self.told["timestep"]

    def _advance(self, q: Array, dq: Array, efforts: Array | None) -> None:
        for world, data in enumerate(self.datas):
            for actuator, i, lead in self.drives:
                data.ctrl[actuator] = q[world, i] + lead * dq[world, i]
                if efforts is not None and self.dofs[i][0].endswith("finger_a"):
                    self.model.actuator_forcerange[actuator] = 2 * efforts[world, i]
            held = np.abs(q[world] - data.qpos[self.qpos]).max() > HELD_OPEN / 0.2
            self.model.opt.noslip_iterations = NOSLIP if held else 0
            mujoco.mj_step(self.model, data)

    def _state(self) -> Reply:
        q = np.array([data.qpos[self.qpos] for data in self.datas])
        dq = np.array([data.qvel[self.qvel] for data in self.datas])
        return {"time": self.time}, {"q": q, "dq": dq}


def things(told: dict[str, Any]) -> tuple[SceneObject, ...]:
    return tuple(
        SceneObject(o["shape"], tuple(o["color"]), np.array(o["pose"][:3]), np.array(o["pose"][3:]))
        for o in told["objects"]
    )


def armed_model(told: dict[str, Any]) -> mujoco.MjModel:
    return MujocoCell(Scene("sidecar", "sidecar", things(told), 0), timestep=told["timestep"]).model


def floating_model(told: dict[str, Any]) -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    configure_cell(spec, told["timestep"])
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    add_table(spec)
    add_bin(spec)
    for actor in told["actors"]:
        floating.add_chain(spec, actor["name"])
        for dof in actor["dofs"]:
            if dof["leader"] or dof["joint"] == "finger_b":
                continue
            name = f"{actor['name']}/{dof['joint']}"
            effort, scale = dof["effort"], 1.0
            if dof["joint"] == "finger_a":  # both fingers: finger_b is coupled to it
                name, scale = f"{actor['name']}/grip", 2.0
            motor = spec.add_actuator(
                name=name,
                target=f"{actor['name']}/{dof['joint']}",
                trntype=mujoco.mjtTrn.mjTRN_JOINT,
                forcerange=[-scale * effort, scale * effort],
            )
            motor.set_to_position(kp=scale * dof["stiffness"], kv=scale * dof["damping"])
    for i, thing in enumerate(things(told)):
        add_object(spec, f"object/{i}", thing, load_shape(thing.shape))
    return spec.compile()


class Faulty(MujocoWorld):
    """Goes wrong at the n-th request after "build"."""

    def __init__(self, what: str, n: int) -> None:
        self.what, self.left = what, n

    def step(self, targets: Array, velocities: Array, efforts: Array) -> Reply:
        self._count()
        return super().step(targets, velocities, efforts)

    def rest(self, steps: int) -> Reply:
        self._count()
        return super().rest(steps)

    def _count(self) -> None:
        self.left -= 1
        if self.left:
            return
        print(f"now comes the fault: {self.what}", flush=True)
        if self.what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif self.what == "refuse":
            raise RuntimeError("the GPU is on fire")
        elif self.what == "exit":
            os._exit(7)
        elif self.what == "hang":
            threading.Event().wait()
        elif self.what == "garbage":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


class Remembered(sidecar.socket.socket):
    """So that a fault can write into the connection."""

    def connect(self, address: Any) -> None:
        global connection
        super().connect(address)
        connection = self


if __name__ == "__main__":
    what, _, count = os.environ.get("FAULT", "").partition(":")
    if what == "silent":
        threading.Event().wait()
    sidecar.socket.socket = Remembered  # type: ignore[misc]
    world = Faulty(what, int(count)) if count else MujocoWorld()
    sidecar.run(sys.argv[1], world, 99 if what == "version" else sidecar.PROTOCOL)

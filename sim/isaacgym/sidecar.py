# ruff: noqa: B905, UP006, UP032, UP035, UP045
"""The process that owns Isaac Gym (Preview 4). One file; runs on Python 3.6 to 3.8 with isaacgym, torch and numpy.

    python sidecar.py SOCKET

It connects to the Unix socket SOCKET, says hello, and answers one request at a time until the other end closes.
A message is b"PG4D", the length of a JSON header (uint32, big-endian), the header, then the arrays that the header's
"arrays" lists as [name, dtype, shape], raw, in that order. W worlds, D degrees of freedom in the order of the
description, N objects; SI units, quaternions xyzw, `world` as the executive has it.

    hello     {"protocol", "python", "backend"} from here, {"op": "hello", "protocol"} back
    build     the description                                   -> {"time"}, q (W, D), dq (W, D)
    step      targets, velocities (n, W, D), efforts (W, D, 2)  -> {"time"}, q, dq
    rest      "steps": with the last targets                    -> {"time"}, q, dq
    picture   "world"                                           -> rgb (H, W, 3), depth (H, W) [m], K (3, 3)
    objects   -                                                 -> poses (W, N, 7)
    place     "world", poses (N, 7): joints at their start too  -> {"time"}, q, dq
    close     -                                                 -> {}

A request that can't be done is answered by {"error"}. Isaac Gym itself could not be run by the authors: see
docs/isaacgym.md.
"""

import json
import os
import signal
import socket
import struct
import sys
import traceback
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

PROTOCOL = 1
MAGIC = b"PG4D"
MOST_HEADER, MOST_DATA = 1 << 24, 1 << 30  # bytes
DTYPES = ("|u1", "<i4", "<f4", "<f8")

Header = Dict[str, Any]
Arrays = Dict[str, np.ndarray]
Reply = Tuple[Header, Arrays]


class Closed(Exception):
    """The other end has gone."""


def send(conn: socket.socket, header: Header, arrays: Optional[Arrays] = None) -> None:
    """One message. Raises OSError."""
    packed = {name: np.ascontiguousarray(value) for name, value in (arrays or {}).items()}
    listed = [[name, value.dtype.str, list(value.shape)] for name, value in packed.items()]
    text = json.dumps(dict(header, arrays=listed)).encode("utf-8")
    blob = b"".join(value.tobytes() for value in packed.values())
    conn.sendall(MAGIC + struct.pack(">I", len(text)) + text + blob)


def receive(conn: socket.socket) -> Reply:
    """One message. Raises Closed at the end, ValueError for what is no message, OSError (socket.timeout)."""
    begin = read(conn, 8)
    (size,) = struct.unpack(">I", begin[4:])
    if begin[:4] != MAGIC or size > MOST_HEADER:
        raise ValueError("not a message of this protocol: {!r}".format(begin))
    header = json.loads(read(conn, size).decode("utf-8"))
    arrays = {}
    for name, dtype, shape in header.pop("arrays"):
        if dtype not in DTYPES or any(not isinstance(n, int) or n < 0 for n in shape):
            raise ValueError("array {!r} of {!r} {!r}".format(name, dtype, shape))
        count = int(np.prod(shape, dtype=np.int64))
        if count * np.dtype(dtype).itemsize > MOST_DATA:
            raise ValueError("array {!r} is too large".format(name))
        data = read(conn, count * np.dtype(dtype).itemsize)
        arrays[name] = np.frombuffer(data, np.dtype(dtype)).reshape(shape)
    return header, arrays


def read(conn: socket.socket, size: int) -> bytearray:
    """Exactly so many bytes. Raises Closed when they end before."""
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        more = conn.recv_into(view[got:])
        if not more:
            raise Closed("the connection was closed")
        got += more
    return data


class World:
    """What answers the requests; IsaacWorld below, or another physics behind the same protocol."""

    backend = ""

    def build(self, description: Header) -> Reply:
        raise NotImplementedError

    def step(self, targets: np.ndarray, velocities: np.ndarray, efforts: np.ndarray) -> Reply:
        raise NotImplementedError

    def rest(self, steps: int) -> Reply:
        raise NotImplementedError

    def picture(self, world: int) -> Reply:
        raise NotImplementedError

    def objects(self) -> Reply:
        raise NotImplementedError

    def place(self, world: int, poses: np.ndarray) -> Reply:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def answer(world: World, header: Header, arrays: Arrays) -> Reply:
    """What a request asks for. Raises KeyError for what it lacks and ValueError for what is not known."""
    op = header["op"]
    if op == "build":
        return world.build(header["description"])
    if op == "step":
        return world.step(arrays["targets"], arrays["velocities"], arrays["efforts"])
    if op == "rest":
        return world.rest(int(header["steps"]))
    if op == "picture":
        return world.picture(int(header["world"]))
    if op == "objects":
        return world.objects()
    if op == "place":
        return world.place(int(header["world"]), arrays["poses"])
    raise ValueError("no request {!r}".format(op))


def serve(conn: socket.socket, world: World, protocol: int = PROTOCOL) -> None:
    """Answer until "close" or the end of the connection."""
    version = ".".join(str(n) for n in sys.version_info[:3])
    send(conn, {"protocol": protocol, "python": version, "backend": world.backend, "pid": os.getpid()})
    try:
        hello, _ = receive(conn)
        if hello.get("protocol") != protocol:
            raise ValueError("the executive speaks protocol {}, this is {}".format(hello.get("protocol"), protocol))
        while True:
            header, arrays = receive(conn)
            if header.get("op") == "close":
                send(conn, {})
                return
            try:
                reply = answer(world, header, arrays)
            except Exception as error:  # whatever the physics raises is the other end's to tell
                traceback.print_exc()
                reply = {"error": "{}: {}".format(type(error).__name__, error)}, {}
            send(conn, *reply)
    except (Closed, ConnectionError):
        return
    finally:
        world.close()


class IsaacWorld(World):
    """PhysX through Isaac Gym's tensors on the CPU pipeline; the same actors in every world, in the same order."""

    def __init__(self) -> None:
        from isaacgym import gymapi, gymtorch  # before torch, or Isaac Gym refuses to start

        import torch  # isort: skip

        self.gymapi, self.gymtorch, self.torch = gymapi, gymtorch, torch
        self.gym = gymapi.acquire_gym()
        self.backend = "isaacgym"
        self.sim = None  # type: Any
        self.kept = []  # type: List[Any]

    def build(self, description: Header) -> Reply:
        """Make every world anew; once a process."""
        if self.sim is not None:
            raise ValueError("the worlds are built already")
        self.description = description
        self.dt, self.time = float(description["timestep"]), 0.0
        self.sim = self._create_sim(description)
        self.gym.add_ground(self.sim, self._ground(description))
        assets = self._load_assets(description)
        self.envs = []  # type: List[Any]
        self.cameras = []  # type: List[int]
        for i in range(int(description["worlds"])):
            self._populate(i, assets)
        self._order_dofs()
        self.gym.prepare_sim(self.sim)
        self._acquire()
        self._reset_dofs(range(len(self.envs)))
        return self._state()

    def step(self, targets: np.ndarray, velocities: np.ndarray, efforts: np.ndarray) -> Reply:
        """One physics step a row; degrees of freedom with a leader go where that one was measured."""
        self._limit(efforts)
        for q, dq in zip(targets, velocities):
            self._target(q, dq)
            self._simulate()
        return self._state()

    def rest(self, steps: int) -> Reply:
        for _ in range(steps):
            self._target(self.targets, np.zeros_like(self.targets))
            self._simulate()
        return self._state()

    def picture(self, world: int) -> Reply:
        """Depth is negative metres along the optical axis, -inf where nothing is: told as metres, 0 there."""
        env, camera, api = self.envs[world], self.cameras[world], self.gymapi
        self.gym.step_graphics(self.sim)
        self.gym.render_all_camera_sensors(self.sim)
        told = self.description["camera"]
        width, height = told["size"]
        color = np.asarray(self.gym.get_camera_image(self.sim, env, camera, api.IMAGE_COLOR))
        depth = -np.asarray(self.gym.get_camera_image(self.sim, env, camera, api.IMAGE_DEPTH), np.float32)
        depth[~np.isfinite(depth) | (depth > told["far"])] = 0.0
        f = 0.5 * width / np.tan(0.5 * told["horizontal_view"])
        K = np.array([[f, 0.0, (width - 1) / 2.0], [0.0, f, (height - 1) / 2.0], [0.0, 0.0, 1.0]])
        rgb = color.reshape(height, width, 4)[:, :, :3]
        return {"time": self.time}, {"rgb": rgb, "depth": depth.reshape(height, width), "K": K}

    def objects(self) -> Reply:
        self.gym.refresh_actor_root_state_tensor(self.sim)
        poses = self.roots[:, self.first_object :, :7].numpy().astype(np.float64)
        poses[..., :3] -= self.origins[:, None]
        return {}, {"poses": poses}

    def place(self, world: int, poses: np.ndarray) -> Reply:
        self.gym.refresh_actor_root_state_tensor(self.sim)
        there = np.array(poses, np.float32)
        there[:, :3] += self.origins[world]
        self.roots[world, self.first_object :, :7] = self.torch.tensor(there)
        self.roots[world, self.first_object :, 7:] = 0.0
        self.gym.set_actor_root_state_tensor(self.sim, self.root_tensor)
        self._reset_dofs([world])
        return self._state()

    def close(self) -> None:
        sim, self.sim = self.sim, None
        if sim is not None:
            self.gym.destroy_sim(sim)

    def _create_sim(self, description: Header) -> Any:
        api = self.gymapi
        params = api.SimParams()
        params.dt, params.substeps = self.dt, int(description["substeps"])
        params.up_axis, params.gravity = api.UP_AXIS_Z, api.Vec3(0.0, 0.0, -9.81)
        params.use_gpu_pipeline = False
        params.physx.use_gpu = description["physics"] == "gpu"
        params.physx.solver_type = 1
        params.physx.num_position_iterations, params.physx.num_velocity_iterations = 8, 2
        params.physx.contact_offset, params.physx.rest_offset = 0.002, 0.0
        devices = int(description["compute_device"]), int(description["graphics_device"])
        sim = self.gym.create_sim(devices[0], devices[1], api.SIM_PHYSX, params)
        if sim is None:
            raise RuntimeError("Isaac Gym could not create its simulation on devices {}".format(devices))
        return sim

    def _ground(self, description: Header) -> Any:
        plane = self.gymapi.PlaneParams()
        plane.normal = self.gymapi.Vec3(0.0, 0.0, 1.0)
        plane.static_friction = plane.dynamic_friction = float(description["table_friction"])
        return plane

    def _load_assets(self, description: Header) -> Dict[str, Any]:
        options = self.gymapi.AssetOptions()
        options.fix_base_link, options.disable_gravity = True, True
        options.default_dof_drive_mode = int(self.gymapi.DOF_MODE_POS)
        options.use_physx_armature = True
        free, fixed = self.gymapi.AssetOptions(), self.gymapi.AssetOptions()
        fixed.fix_base_link = True
        found = {}  # type: Dict[str, Any]
        for actor in description["actors"]:
            found[actor["urdf"]] = self._load(actor["urdf"], options)
        for thing in description["objects"]:
            if thing["urdf"] not in found:
                found[thing["urdf"]] = self._load(thing["urdf"], free)
        for box in description["boxes"]:
            size = [2.0 * half for half in box["half"]]
            found[box["name"]] = self.gym.create_box(self.sim, size[0], size[1], size[2], fixed)
        return found

    def _load(self, path: str, options: Any) -> Any:
        asset = self.gym.load_asset(self.sim, os.path.dirname(path), os.path.basename(path), options)
        if asset is None:
            raise RuntimeError("Isaac Gym could not load " + path)
        return asset

    def _populate(self, i: int, assets: Dict[str, Any]) -> None:
        """Actors with degrees of freedom first, then what stands still, then the objects."""
        api, told = self.gymapi, self.description
        half = told["spacing"] / 2.0
        per_row = int(np.ceil(np.sqrt(told["worlds"])))
        env = self.gym.create_env(self.sim, api.Vec3(-half, -half, 0.0), api.Vec3(half, half, half), per_row)
        for k, actor in enumerate(told["actors"]):  # with a bit in common, links of one actor pass through each other
            handle = self.gym.create_actor(
                env, assets[actor["urdf"]], pose(api, actor["pose"]), actor["name"], i, 1 << k
            )
            self._set_drives(env, handle, actor)
            self._set_friction(env, handle, actor["friction"])
        for box in told["boxes"]:
            handle = self.gym.create_actor(env, assets[box["name"]], pose(api, box["pose"]), box["name"], i, 0)
            self._paint(env, handle, box["color"])
        for thing in told["objects"]:
            handle = self.gym.create_actor(env, assets[thing["urdf"]], pose(api, thing["pose"]), thing["name"], i, 0)
            self._set_friction(env, handle, thing["friction"])
            self._paint(env, handle, thing["color"])
        self.envs.append(env)
        self.first_object = len(told["actors"]) + len(told["boxes"])
        self.cameras.append(self._add_camera(env))

    def _add_camera(self, env: Any) -> int:
        told, properties = self.description["camera"], self.gymapi.CameraProperties()
        properties.width, properties.height = told["size"]
        properties.horizontal_fov = float(np.degrees(told["horizontal_view"]))
        properties.near_plane, properties.far_plane = 0.05, float(told["far"])
        camera = int(self.gym.create_camera_sensor(env, properties))
        self.gym.set_camera_transform(camera, env, pose(self.gymapi, told["pose"]))
        return camera

    def _set_drives(self, env: Any, handle: int, actor: Header) -> None:
        properties = self.gym.get_actor_dof_properties(env, handle)
        numbers = self.gym.get_actor_dof_dict(env, handle)
        for dof in actor["dofs"]:
            k = numbers[dof["joint"]]
            properties["driveMode"][k] = int(self.gymapi.DOF_MODE_POS)
            for field in ("stiffness", "damping", "effort", "armature"):
                properties[field][k] = dof[field]
        self.gym.set_actor_dof_properties(env, handle, properties)

    def _set_friction(self, env: Any, handle: int, friction: float) -> None:
        shapes = self.gym.get_actor_rigid_shape_properties(env, handle)
        for shape in shapes:
            shape.friction = friction
        self.gym.set_actor_rigid_shape_properties(env, handle, shapes)

    def _paint(self, env: Any, handle: int, color: List[float]) -> None:
        shade = self.gymapi.Vec3(color[0], color[1], color[2])
        for body in range(self.gym.get_actor_rigid_body_count(env, handle)):
            self.gym.set_rigid_body_color(env, handle, body, self.gymapi.MESH_VISUAL, shade)

    def _order_dofs(self) -> None:
        """`order[i]`: where the description's i-th degree of freedom stands among Isaac Gym's own of one world."""
        env, order, base, names = self.envs[0], [], 0, []  # type: Any, List[int], int, List[str]
        for actor in self.description["actors"]:
            handle = self.gym.find_actor_handle(env, actor["name"])
            numbers = self.gym.get_actor_dof_dict(env, handle)
            order += [base + numbers[dof["joint"]] for dof in actor["dofs"]]
            names += [actor["name"] + "/" + dof["joint"] for dof in actor["dofs"]]
            base += len(numbers)
        dofs = [(actor, dof) for actor in self.description["actors"] for dof in actor["dofs"]]
        self.order, self.per_world = np.array(order), base
        pairs = [(i, names.index(a["name"] + "/" + d["leader"])) for i, (a, d) in enumerate(dofs) if d["leader"]]
        self.followers = np.array([follower for follower, _ in pairs], int)
        self.leaders = np.array([leader for _, leader in pairs], int)
        self.start = np.array([dof["start"] for _, dof in dofs], np.float32)
        self.limits = np.array([[dof["effort"] for _, dof in dofs]] * len(self.envs), np.float32)

    def _acquire(self) -> None:
        worlds = len(self.envs)
        self.root_tensor = self.gym.acquire_actor_root_state_tensor(self.sim)
        self.dof_tensor = self.gym.acquire_dof_state_tensor(self.sim)
        self.roots = self.gymtorch.wrap_tensor(self.root_tensor).view(worlds, -1, 13)
        self.dofs = self.gymtorch.wrap_tensor(self.dof_tensor).view(worlds, self.per_world, 2)
        self.targets = np.tile(self.start, (worlds, 1))
        # Whether these states are in the world's frame or in that of all worlds is seen at what was put somewhere.
        self.gym.refresh_actor_root_state_tensor(self.sim)
        put = np.array(self.description["actors"][0]["pose"][:3], np.float32)
        self.origins = self.roots[:, 0, :3].numpy().copy() - put

    def _reset_dofs(self, worlds: Any) -> None:
        own = self.torch.tensor(self.order)
        for world in worlds:
            self.dofs[world, :, 1] = 0.0
            self.dofs[world, own, 0] = self.torch.tensor(self.start)
            self.targets[world] = self.start
        self.gym.set_dof_state_tensor(self.sim, self.dof_tensor)

    def _limit(self, efforts: np.ndarray) -> None:
        """efforts (W, D, 2): PhysX limits a drive alike in both directions, its damping counted."""
        wanted = (0.5 * (efforts[..., 1] - efforts[..., 0])).astype(np.float32)
        for w in np.unique(np.argwhere(np.abs(wanted - self.limits) > 1e-3)[:, 0]):
            i = 0
            for actor in self.description["actors"]:
                handle = self.gym.find_actor_handle(self.envs[w], actor["name"])
                properties = self.gym.get_actor_dof_properties(self.envs[w], handle)
                numbers = self.gym.get_actor_dof_dict(self.envs[w], handle)
                for dof in actor["dofs"]:
                    properties["effort"][numbers[dof["joint"]]] = wanted[w, i]
                    i += 1
                self.gym.set_actor_dof_properties(self.envs[w], handle, properties)
        self.limits = wanted

    def _target(self, q: np.ndarray, dq: np.ndarray) -> None:
        self.gym.refresh_dof_state_tensor(self.sim)
        self.targets = np.array(q, np.float32)
        led, speeds = self.targets.copy(), np.array(dq, np.float32)
        measured = self.dofs.numpy()[:, self.order]
        led[:, self.followers] = measured[:, self.leaders, 0]
        speeds[:, self.followers] = measured[:, self.leaders, 1]
        self.gym.set_dof_position_target_tensor(self.sim, self._own(led))
        self.gym.set_dof_velocity_target_tensor(self.sim, self._own(speeds))

    def _own(self, values: np.ndarray) -> Any:
        """(W, D) in the description's order as Isaac Gym's tensor in its own; kept, for it reads it later."""
        full = np.zeros((len(self.envs), self.per_world), np.float32)
        full[:, self.order] = values
        kept = self.torch.tensor(full.reshape(-1))
        self.kept = [*self.kept[-1:], kept]
        return self.gymtorch.unwrap_tensor(kept)

    def _simulate(self) -> None:
        self.gym.simulate(self.sim)
        self.gym.fetch_results(self.sim, True)
        self.time += self.dt

    def _state(self) -> Reply:
        self.gym.refresh_dof_state_tensor(self.sim)
        measured = self.dofs.numpy()[:, self.order].astype(np.float64)
        return {"time": self.time}, {"q": measured[..., 0], "dq": measured[..., 1]}


def pose(api: Any, seven: List[float]) -> Any:
    """Isaac Gym's Transform of x, y, z, qx, qy, qz, qw."""
    x, y, z, i, j, k, w = seven
    return api.Transform(api.Vec3(x, y, z), api.Quat(i, j, k, w))


def run(path: str, world: World, protocol: int = PROTOCOL) -> None:
    """Connect and serve; a Ctrl-C is the executive's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    conn = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        conn.connect(path)
        serve(conn, world, protocol)
    finally:
        conn.close()


if __name__ == "__main__":
    run(sys.argv[1], IsaacWorld())

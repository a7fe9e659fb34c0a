"""See the package."""

# mypy: ignore-errors
import enum
import os
import types
import xml.etree.ElementTree as ET

import numpy as np

UP_AXIS_Z, SIM_PHYSX, IMAGE_COLOR, IMAGE_DEPTH, MESH_VISUAL = "z", "physx", "color", "depth", "visual"
REALS = ("lower", "upper", "velocity", "effort", "stiffness", "damping", "friction", "armature")
DOF = np.dtype([("hasLimits", "?"), ("driveMode", "i4"), *((name, "f4") for name in REALS)])
ORIGIN = 4.0  # m from one world's origin to the next
last = None  # the simulation that was made last, for tests to look into


class _DriveMode(enum.IntEnum):
    POS = 1


DOF_MODE_POS = _DriveMode.POS


class Vec3:
    def __init__(self, x=0.0, y=0.0, z=0.0):
        self.x, self.y, self.z = x, y, z


class Quat:
    def __init__(self, x=0.0, y=0.0, z=0.0, w=1.0):
        self.x, self.y, self.z, self.w = x, y, z, w


class Transform:
    def __init__(self, p=None, r=None):
        self.p, self.r = p or Vec3(), r or Quat()


class SimParams:
    def __init__(self):
        self.physx = types.SimpleNamespace()


class AssetOptions:
    fix_base_link = disable_gravity = False


class PlaneParams:
    pass


class CameraProperties:
    pass


class Tensor:
    def __init__(self, torch):
        self.torch = torch


class Sim:
    def __init__(self, params):
        self.params, self.envs, self.prepared, self.simulated, self.rendered = params, [], False, 0, 0


class Gym:
    def create_sim(self, compute, graphics, kind, params):
        global last
        assert kind == SIM_PHYSX
        last = Sim(params)
        return last if compute < 8 else None

    def add_ground(self, sim, plane):
        sim.ground = plane

    def load_asset(self, sim, folder, file, options):
        root = ET.parse(os.path.join(folder, file)).getroot()
        joints = [j.get("name") for j in root.iter("joint") if j.get("type") != "fixed"]
        for mesh in root.iter("mesh"):
            assert os.path.isfile(os.path.join(folder, mesh.get("filename")))
        bodies = len(list(root.iter("link")))
        return types.SimpleNamespace(dofs=joints[::-1], bodies=bodies, options=options)

    def create_box(self, sim, width, height, depth, options):
        return types.SimpleNamespace(dofs=[], bodies=1, options=options, size=(width, height, depth))

    def create_env(self, sim, low, high, per_row):
        env = types.SimpleNamespace(sim=sim, actors=[], cameras=[])
        sim.envs.append(env)
        return env

    def create_actor(self, env, asset, pose, name, group, filter_):
        assert not env.sim.prepared
        assert group == len(env.sim.envs) - 1
        shapes = [types.SimpleNamespace(friction=1.0) for _ in range(asset.bodies)]
        actor = types.SimpleNamespace(asset=asset, pose=pose, name=name, filter=filter_, shapes=shapes, colors={})
        actor.properties = np.zeros(len(asset.dofs), DOF)
        env.actors.append(actor)
        return len(env.actors) - 1

    def find_actor_handle(self, env, name):
        return [actor.name for actor in env.actors].index(name)

    def get_actor_dof_dict(self, env, handle):
        return {name: i for i, name in enumerate(env.actors[handle].asset.dofs)}

    def get_actor_dof_properties(self, env, handle):
        return env.actors[handle].properties.copy()

    def set_actor_dof_properties(self, env, handle, properties):
        assert properties.dtype == DOF
        env.actors[handle].properties = properties.copy()

    def get_actor_rigid_shape_properties(self, env, handle):
        return env.actors[handle].shapes

    def set_actor_rigid_shape_properties(self, env, handle, shapes):
        env.actors[handle].shapes = shapes

    def get_actor_rigid_body_count(self, env, handle):
        return env.actors[handle].asset.bodies

    def set_rigid_body_color(self, env, handle, body, mesh, color):
        env.actors[handle].colors[body] = (color.x, color.y, color.z)

    def create_camera_sensor(self, env, properties):
        env.cameras.append(types.SimpleNamespace(properties=properties))
        return len(env.cameras) - 1

    def set_camera_transform(self, camera, env, pose):
        env.cameras[camera].pose = pose

    def prepare_sim(self, sim):
        import torch

        sim.prepared = True
        poses = [
            [a.pose.p.x, a.pose.p.y, a.pose.p.z, a.pose.r.x, a.pose.r.y, a.pose.r.z, a.pose.r.w] for a in actors(sim)
        ]
        per_env = len(sim.envs[0].actors)
        rows = [[x + ORIGIN * (i // per_env), *rest, *[0.0] * 6] for i, (x, *rest) in enumerate(poses)]
        sim.roots = torch.tensor(rows, dtype=torch.float32)
        dofs = sum(len(a.asset.dofs) for a in actors(sim))
        sim.dofs, sim.seen = torch.zeros(dofs, 2), torch.zeros(dofs, 2)
        sim.targets = sim.speeds = torch.zeros(dofs)

    def acquire_actor_root_state_tensor(self, sim):
        return Tensor(sim.roots)

    def acquire_dof_state_tensor(self, sim):
        return Tensor(sim.seen)

    def refresh_actor_root_state_tensor(self, sim):
        return True

    def refresh_dof_state_tensor(self, sim):
        sim.seen[:] = sim.dofs
        return True

    def set_dof_state_tensor(self, sim, tensor):
        sim.dofs[:] = tensor.torch

    def set_actor_root_state_tensor(self, sim, tensor):
        assert tensor.torch is sim.roots

    def set_dof_position_target_tensor(self, sim, tensor):
        sim.targets = tensor.torch

    def set_dof_velocity_target_tensor(self, sim, tensor):
        sim.speeds = tensor.torch

    def simulate(self, sim):
        sim.dofs[:, 0], sim.dofs[:, 1] = sim.targets, sim.speeds

    def fetch_results(self, sim, wait):
        sim.simulated += 1

    def step_graphics(self, sim):
        sim.rendered += 1

    def render_all_camera_sensors(self, sim):
        assert sim.rendered

    def get_camera_image(self, sim, env, camera, kind):
        width, height = env.cameras[camera].properties.width, env.cameras[camera].properties.height
        if kind == IMAGE_COLOR:
            image = np.zeros((height, width * 4), np.uint8)
            image[:, 0::4], image[:, 3::4] = 200, 255
            return image
        depth = np.full((height, width), -1.25, np.float32)
        depth[0, 0], depth[0, 1] = -np.inf, -9.0
        return depth

    def destroy_sim(self, sim):
        sim.envs = []


def actors(sim):
    return [actor for env in sim.envs for actor in env.actors]


def acquire_gym():
    return Gym()

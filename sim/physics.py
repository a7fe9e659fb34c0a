"""Physics options shared by everything that steps MuJoCo here: the cell, the settling of scenes, the benchmarks."""

from __future__ import annotations

import mujoco

TIMESTEP = 0.002  # s
OBJECT_FRICTION = (0.5, 0.005, 0.0001)  # the block URDFs' lateral friction
FREE_JOINT_DAMPING = 2e-4  # without it cylinders roll for ever and never sleep


def configure(spec: mujoco.MjSpec, timestep: float = TIMESTEP) -> None:
    """Set solver, cone and sleeping islands on a spec."""
    option = spec.option
    option.timestep = timestep
    option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.jacobian = mujoco.mjtJacobian.mjJAC_SPARSE
    option.enableflags |= int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    option.sleep_tolerance = 1e-2

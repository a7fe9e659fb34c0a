"""Physics options shared by everything that steps MuJoCo here: the cell, the settling of scenes, the benchmarks."""

from __future__ import annotations

import mujoco

# MuJoCo 3.17 rather than 4.0.0, whose sparse Newton solver goes wrong in piles (its dense one does not): a push through
# 35 dropped blocks threw them at 8 to 8,000 m/s. Four motions in three such scenes, CPU per simulated second and the
# fastest object: 4.0.0 sparse 16-52 ms, 18-8,569 m/s; 4.0.0 dense 53-1,267 ms, 3.1 m/s; 4.0.0 CG 77-164 ms, 1.5 m/s;
# 3.17.0 sparse 33-177 ms, 3.0 m/s (the drop into the bin).
TIMESTEP = 0.002  # s, for settling

FRICTION_STIFFNESS = 10.0  # impratio; a held 50 g cube slips 0.11 mm in 5 s, and five times that without it

# The cell's own choices, by pushing through and pressing on the official fully occluded and random cube scenes
# (10 to 16 pushes each; deepest overlap as 90th percentile and worst, fastest object, CPU on a busy core):
#   4 ms elliptic                    20 and 26 mm   1.4 m/s    82 ms/s
#   2 ms elliptic                    13 and 17 mm   1.1 m/s   127 ms/s
#   4 ms pyramidal                  4.0 and 5.9 mm  0.8 m/s    64 ms/s
#   4 ms pyramidal, stiffer blocks  2.6 and 3.2 mm  0.8 m/s    88 ms/s   chosen
#   2 ms pyramidal                  2.3 and 2.9 mm  0.7 m/s   131 ms/s
# Elliptic cones with friction this stiff fail where a finger presses blocks on each other: they threw some at 7 m/s.
CELL_TIMESTEP = 0.004  # s
OBJECT_SOLREF = (0.01, 1.0)
OBJECT_SOLIMP = (0.95, 0.99, 0.001, 0.5, 2.0)
OBJECT_FRICTION = (0.5, 0.005, 0.0001)  # the block URDFs' lateral friction
FREE_JOINT_DAMPING = 2e-4  # without it cylinders roll for ever and never sleep


def configure(spec: mujoco.MjSpec, timestep: float = TIMESTEP) -> None:
    """Set solver, cone and sleeping islands on a spec."""
    option = spec.option
    option.timestep = timestep
    option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.impratio = FRICTION_STIFFNESS
    option.jacobian = mujoco.mjtJacobian.mjJAC_SPARSE
    option.enableflags |= int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    option.sleep_tolerance = 1e-2


def configure_cell(spec: mujoco.MjSpec, timestep: float = CELL_TIMESTEP) -> None:
    """`configure` for a cell, where grippers press on objects."""
    configure(spec, timestep)
    spec.option.cone = mujoco.mjtCone.mjCONE_PYRAMIDAL
    # Servos' damping is integrated implicitly as inertia (`implicit_damping`). With MuJoCo's implicit integrators the
    # contact solver does not know of it and expects arms to accelerate up to twice as fast as they then do: a held
    # cube lagged 2.7 mm behind a hand at 0.8 m/s.
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
    spec.option.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_EULERDAMP)


def implicit_damping(spec: mujoco.MjSpec, damping: float) -> float:
    """Inertia that stands for a servo's damping [Nms/rad] integrated implicitly [kg m²].

    M dv = h (f - d (v + dv)) and (M + h d) dv = h (f - d v) are the same step of length h.
    """
    return float(spec.option.timestep * damping)

"""Physics options shared by everything that steps MuJoCo here: the cell, the settling of scenes, the benchmarks."""

from __future__ import annotations

import mujoco

# MuJoCo 3.17 rather than 4.0.0, whose sparse Newton solver goes wrong in piles (its dense one does not): a push through
# 35 dropped blocks threw them at 8 to 8,000 m/s. Four motions in three such scenes, CPU per simulated second and the
# fastest object: 4.0.0 sparse 16-52 ms, 18-8,569 m/s; 4.0.0 dense 53-1,267 ms, 3.1 m/s; 4.0.0 CG 77-164 ms, 1.5 m/s;
# 3.17.0 sparse 33-177 ms, 3.0 m/s (the drop into the bin).
TIMESTEP = 0.002  # s, for settling

# The cell's step and contacts were chosen by pushing a gripper 35 cm through the official dense (20) and fully
# occluded (30) cube scenes and holding a 50 g cube; CPU of the push on a busy core, worst overlap, and how far the
# objects end from where a 1 ms step puts them (median; a push through clutter is chaotic):
#   2 ms elliptic    278 and 395 ms/s   0.5 mm   19 and 2 mm   slip 0.03 mm in 5 s
#   4 ms elliptic    147 and 206 ms/s   0.7 mm   21 and 4 mm   slip 0.04 mm in 5 s
#   4 ms pyramidal    71 and 151 ms/s   0.8 mm   73 and 31 mm  slip 0.11 mm in 5 s
# Without impratio the cube slips 0.26 mm; with MuJoCo's default stiffness blocks overlap by up to 3.8 mm.
CELL_TIMESTEP = 0.004  # s
FRICTION_STIFFNESS = 10.0  # impratio
OBJECT_SOLREF = (0.01, 1.0)
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

"""A stand-in for Isaac Gym's modules, as far as the sidecar calls them: bookkeeping and no physics.

Joints go at once where their drive sends them. An actor's degrees of freedom come in the reverse of its file's order,
so that code which trusts the file's order is found out.
"""

import sys

if "torch" in sys.modules and not getattr(sys, "torch_may_come_first", False):
    raise ImportError("PyTorch was imported before isaacgym modules. Please import torch after isaacgym modules.")

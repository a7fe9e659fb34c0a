"""How much room a world gets for its contacts. A GPU's arrays have to be as large from the start as they ever get."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco

# Three pushes each through the generator's five cases and strewn blocks, nothing asleep (12 scenes, 4 to 35 objects):
# at most 10.6 contacts and 45 rows an object. Half as much again, and what the grippers need.
CONTACTS, CONTACTS_OF_GRIPPERS = 16, 64
ROWS, ROWS_OF_GRIPPERS = 64, 192


@dataclass(frozen=True)
class Capacity:
    """contacts: of a world, lent by one to another where one has more; rows: of the solver, 4 a contact, of a world."""

    contacts: int
    rows: int

    @classmethod
    def of(cls, model: mujoco.MjModel) -> Capacity:
        """Room for a cell with as many free bodies as the model."""
        free = int((model.jnt_type == mujoco.mjtJoint.mjJNT_FREE).sum())
        return cls(CONTACTS_OF_GRIPPERS + CONTACTS * free, ROWS_OF_GRIPPERS + ROWS * free)

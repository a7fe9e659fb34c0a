"""How an arm with joints looks, for whatever keeps it from meeting things: the planner's model and the cell's guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pg4da.hardware.frames import Array

if TYPE_CHECKING:
    import mujoco

LINKS = ("shoulder", "upper_arm", "forearm", "wrist_1", "wrist_2", "wrist_3")


@runtime_checkable
class Shaped(Protocol):
    """What `hardware.cell.Kinematics` of an arm with joints has besides; `q` is of shape (n, dof)."""

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of the joints, shape (dof,)."""
        ...

    @property
    def T_world_base(self) -> Array:
        """Shape (4, 4)."""
        ...

    @property
    def T_flange_tool(self) -> Array:
        """Shape (4, 4)."""
        ...

    def link_frames(self, q: Array) -> Array:
        """T_world_link (n, 6, 4, 4) of frames fixed to the six links, the flange last; those of joints 2 and 4 lie in
        the elbow and in the wrist."""
        ...

    def add_to(self, spec: mujoco.MjSpec, name: str) -> None:
        """The arm with its gripper where it stands: a body `{name}/base`, six links `{name}/…` by the names of LINKS,
        hinges `{name}/{joint}`, the gripper by `hardware.description.gripper.add_gripper`.

        What has no contact type is decoration; everything else is kept from meeting things.
        """
        ...

"""What an object is made of, for physics, planning and showing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array
from pg4da.sim.objects.solids import mass_properties


@dataclass(frozen=True)
class Box:
    """A box along the axes: half its sizes, and its middle [m]."""

    half: tuple[float, float, float]
    position: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Shape:
    """A rigid shape in its own frame.

    parts: vertices (n, 3) [m] of convex parts, for collision. vertices (n, 3), faces (m, 3): the mesh for showing.
    mass [kg]; friction: sliding coefficient. boxes: for each part the box that stands for it in physics,
    or None where the part itself does.
    """

    name: str
    parts: tuple[Array, ...]
    vertices: Array
    faces: NDArray[np.int32]
    mass: float
    friction: float
    boxes: tuple[Box | None, ...]

    @cached_property
    def centre_of_mass(self) -> Array:
        """Shape (3,) [m], from the parts: files' own values are not to be trusted."""
        return mass_properties(self.parts, self.mass)[0]

    @cached_property
    def inertia(self) -> Array:
        """About the centre of mass, along the object's axes, shape (3, 3) [kg m²]."""
        return mass_properties(self.parts, self.mass)[1]

    @cached_property
    def radius(self) -> float:
        """Of the sphere about the origin that holds every part [m]."""
        return float(max(np.linalg.norm(part, axis=1).max() for part in self.parts))

    def placed(self, position: Array, quaternion: Array) -> Array:
        """Vertices of all parts in `world`, shape (n, 3), for a pose: position (3,) [m], quaternion (4,) xyzw."""
        points = Rotation.from_quat(quaternion).apply(np.concatenate(self.parts))
        return np.asarray(points + position)

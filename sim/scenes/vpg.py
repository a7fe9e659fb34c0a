"""The older scene family (VPG and its heirs): numbered toy-block meshes, another workspace, another angle convention.

The numbered meshes are 50 mm modules that this project does not have; each is replaced by the nearest of our seven
blocks (45 mm modules), turned so that its features point the same way:

| number | theirs (mm, in the mesh's axes)            | ours          |
|--------|--------------------------------------------|---------------|
| 0      | roof 93x50x49, ridge at +z                 | triangle      |
| 1      | arch 100x50x50, opening at -z              | concave       |
| 2      | slab 25x50x50, turned 15° about x          | half-cube     |
| 3      | plank 100x50x25                            | rect          |
| 4      | cube 50                                    | cube          |
| 5      | not published with the others              | cube          |
| 6      | brick 50x50x100                            | rect          |
| 7      | half cylinder 50x50x25, flat side at -z    | half-cylinder |
| 8      | cylinder Ø45x50                            | cylinder      |

Angles are Euler angles about the moving x, y, z axes (V-REP's convention).
"""

from __future__ import annotations

from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array

_UPRIGHT = Rotation.from_matrix([[1, 0, 0], [0, 0, 1], [0, -1, 0]])  # our y to their -z, our z to their y
_ROOF = Rotation.from_matrix([[0, 1, 0], [0, 0, -1], [-1, 0, 0]])  # our -x to their z, our y to their x
_NONE = Rotation.identity()

NUMBERED: dict[int, tuple[str, Rotation]] = {
    0: ("triangle", _ROOF),
    1: ("concave", _UPRIGHT),
    2: ("half-cube", Rotation.from_euler("x", 15.4, degrees=True)),
    3: ("rect", Rotation.from_euler("z", 90, degrees=True)),
    4: ("cube", _NONE),
    5: ("cube", _NONE),
    6: ("rect", Rotation.from_euler("x", 90, degrees=True)),
    7: ("half-cylinder", _UPRIGHT),
    8: ("cylinder", _NONE),
}


def orientation(angles: Array, number: int) -> Rotation:
    """Orientation of our block for one of theirs; angles (3,) [rad] as in the file."""
    return Rotation.from_euler("XYZ", angles) * NUMBERED[number][1]

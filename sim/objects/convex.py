"""Convex parts of a mesh: convex pieces are kept, merged where little is added; CoACD takes the others apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, QhullError

from pg4da.hardware.frames import Array
from pg4da.sim.objects.solids import Faces

MAX_PARTS = 24  # more parts cost physics more than they tell the fingers
MERGE_GAIN = 0.01  # parts are merged when the empty space so filled is below this share of the whole
CONVEX_TOLERANCE = 0.03  # a piece counts as convex when its hull is at most this much larger
CONCAVITY = 0.05  # CoACD's threshold for the other pieces


def convex_parts(vertices: Array, faces: Faces) -> list[Array]:
    """Vertices (n, 3) of convex parts of a mesh; connected pieces come apart first.

    Raises ValueError when no piece is solid.
    """
    parts: list[Array] = []
    for piece_vertices, piece_faces in _pieces(vertices, faces):
        hull = _volume(piece_vertices)
        solid = _enclosed(piece_vertices, piece_faces)
        if hull <= 0.0:
            continue
        if hull <= (1 + CONVEX_TOLERANCE) * solid:
            parts.append(_corners(piece_vertices))
        else:
            parts += _decompose(piece_vertices, piece_faces)
    if not parts:
        raise ValueError("the mesh encloses no volume")
    return _merged(parts)


def _pieces(vertices: Array, faces: Faces) -> list[tuple[Array, Faces]]:
    """Connected pieces. Files that repeat a vertex for each face fall apart: those are joined at equal places first."""
    pieces = _split(vertices, faces)
    if any(len(p) >= 4 and _volume(p) > 0 for p, _ in pieces):
        return pieces
    unique, index = np.unique(vertices.round(7), axis=0, return_inverse=True)
    return _split(unique, index.reshape(-1)[faces].astype(np.int32))


def _split(vertices: Array, faces: Faces) -> list[tuple[Array, Faces]]:
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(vertices), len(vertices)))
    count, labels = connected_components(graph, directed=False)
    pieces = []
    for k in range(count):
        chosen = labels == k
        index = np.cumsum(chosen) - 1
        mine = index[faces[labels[faces[:, 0]] == k]].astype(np.int32)
        if len(mine):
            pieces.append((vertices[chosen], mine))
    return pieces


def _volume(points: Array) -> float:
    """Of the hull; 0 when flat."""
    try:
        return float(ConvexHull(points).volume) if len(points) >= 4 else 0.0
    except QhullError:
        return 0.0


def _enclosed(vertices: Array, faces: Faces) -> float:
    a, b, c = (vertices[faces[:, k]] - vertices.mean(axis=0) for k in range(3))
    return abs(float(np.einsum("ij,ij->", a, np.cross(b, c)))) / 6.0


def _corners(points: Array) -> Array:
    return np.asarray(points[np.sort(ConvexHull(points).vertices)])


def _decompose(vertices: Array, faces: Faces) -> list[Array]:
    import coacd  # slow to import, needed only for meshes that are not in convex pieces

    coacd.set_log_level("error")
    hulls = coacd.run_coacd(
        coacd.Mesh(vertices, faces),
        threshold=CONCAVITY, resolution=1000, mcts_nodes=10, mcts_iterations=60, mcts_max_depth=2,
        max_convex_hull=MAX_PARTS, decimate=True, max_ch_vertex=48, seed=0,
    )  # fmt: skip
    return [np.asarray(hull[0], dtype=float) for hull in hulls if _volume(np.asarray(hull[0])) > 0]


def _merged(parts: list[Array]) -> list[Array]:
    """Join pairs, the one that fills least empty space first, while it fills little or there are too many parts."""
    alive = dict(enumerate(parts))
    volumes = {k: _volume(part) for k, part in alive.items()}
    whole = sum(volumes.values())

    def filled(i: int, j: int) -> float:
        return _volume(np.concatenate([alive[i], alive[j]])) - volumes[i] - volumes[j]

    costs = {pair: filled(*pair) for pair in combinations(alive, 2)}
    while costs:
        (i, j), cost = min(costs.items(), key=lambda item: (item[1], item[0]))
        if cost > MERGE_GAIN * whole and len(alive) <= MAX_PARTS:
            break
        alive[i] = _corners(np.concatenate([alive[i], alive.pop(j)]))
        volumes[i] = _volume(alive[i])
        costs = {pair: cost for pair, cost in costs.items() if i not in pair and j not in pair}
        costs.update({(min(i, k), max(i, k)): filled(i, k) for k in alive if k != i})
    return list(alive.values())

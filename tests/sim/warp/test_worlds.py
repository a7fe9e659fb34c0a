"""Physics by mujoco-warp on Warp's CPU device: a handful of cubes, kernels compiled on first use (a minute)."""

import mujoco
import numpy as np
import pytest

pytest.importorskip("mujoco_warp")

from pg4da.policies.avn.orientations import nearest_class
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.training.episode import TICK
from pg4da.sim.training.retrieval import Retrieval
from pg4da.sim.warp.capacity import Capacity
from pg4da.sim.warp.lockstep import Lockstep
from pg4da.sim.warp.worlds import Controls, Worlds, WorldsError, plain

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("warp")]
STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])
PLACES = ((0.1, 0.45), (0.146, 0.45), (0.3, 0.7))  # the target, one beside it, one apart
# Pushes amplify rounding: in MuJoCo itself the pushed cube ends up to 4.6 mm aside when the cubes start 1 µm aside.
# So a push must end this near [m] to one of several such runs: 0.06 mm was measured, 2.7 mm to the first of them.
ASIDE, RUNS, NEAR = 1e-6, 8, 0.003


def scene():
    colors = ((0.1, 0.8, 0.1), (0.8, 0.2, 0.1), (0.8, 0.2, 0.1))
    cubes = [
        SceneObject("cube", color, np.array([x, y, 0.0226]), STRAIGHT)
        for color, (x, y) in zip(colors, PLACES, strict=True)
    ]
    return Scene("cubes", "test", tuple(cubes), 0)


def push(episode):
    """Past the target, into the cube beside it."""
    index = episode.places.grid.to_cell(np.array([(0.165, 0.45), (0.14, 0.51)]))
    return episode.motion((index[:, 0] * episode.places.grid.cells + index[:, 1]).tolist(), -1)


def grasp(episode):
    """From above, the fingers where nothing stands."""
    index = episode.places.grid.to_cell(np.array([PLACES[0]]))
    across = nearest_class(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]))
    return episode.motion((index[:, 0] * episode.places.grid.cells + index[:, 1]).tolist(), across)


def alone(motion, aside=None):
    """In MuJoCo itself, nothing asleep, with the cubes (3, 3) [m] aside."""
    episode = Retrieval(scene())
    episode.cell.model.opt.enableflags &= ~int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    if aside is not None:
        episode.cell.data.qpos[-21:].reshape(3, 7)[:, :3] += aside
    course = motion(episode)
    while True:
        try:
            next(course)
        except StopIteration as end:
            return episode, end.value
        episode.cell.advance(TICK)


def together(*motions):
    """Each in a world of its own; None stands still."""
    episodes = [Retrieval(scene()) for _ in motions]
    lockstep = Lockstep([episode.cell for episode in episodes])
    courses = {w: motion(episodes[w]) for w, motion in enumerate(motions) if motion}
    return episodes, lockstep.through(courses, TICK)


@pytest.fixture(scope="module")
def played():
    return together(push, grasp)


@pytest.fixture(scope="module")
def cell():
    return MujocoCell(scene(), arms=False)


def test_steps_in_the_middle_of_a_push_are_mujoco_s():
    episode = Retrieval(scene())
    course, before = push(episode), episode.cell.truth.positions
    while np.linalg.norm(episode.cell.truth.positions - before, axis=1).max() < 0.005:
        next(course)
        episode.cell.advance(TICK)
    model, data = plain(episode.cell.model), episode.cell.data
    worlds, controls = Worlds(model, 2), Controls.of(model, 2)
    worlds.place(np.tile(data.qpos, (2, 1)), np.tile(data.qvel, (2, 1)))
    worlds.recall(np.tile(data.qacc_warmstart, (2, 1)), np.tile(data.cvel, (2, 1, 1)))
    controls.ctrl[:], controls.forcerange[:] = data.ctrl, model.actuator_forcerange
    controls.mocap_pos[:], controls.mocap_quat[:] = data.mocap_pos, data.mocap_quat
    worlds.control(controls)
    for _ in range(5):
        worlds.step()
    mujoco.mj_step(model, data, nstep=5)
    assert np.abs(data.qvel[-18:]).max() > 0.01  # the cubes are being pushed
    assert np.abs(worlds.state()[0] - data.qpos).max() < 2e-5


def test_motions_end_as_in_mujoco(played):
    episodes, steps = played
    rng = np.random.default_rng(0)
    for world, motion in enumerate((push, grasp)):
        runs = [alone(motion, rng.uniform(-ASIDE, ASIDE, (3, 3)) if k else None) for k in range(RUNS)]
        assert steps[world] in [step for _, step in runs]
        assert episodes[world].cell.clock.now() == pytest.approx(runs[0][0].cell.clock.now(), abs=0.1)
        ends = np.array([reference.cell.truth.positions for reference, _ in runs])
        apart = np.linalg.norm(episodes[world].cell.truth.positions - ends, axis=2).max(axis=1)
        assert apart.min() < NEAR
    assert steps[1].ended == "lifted"
    moved = np.linalg.norm(episodes[0].cell.truth.positions[:, :2] - PLACES, axis=1)
    assert moved[1] > 0.02
    assert np.isnan(episodes[0].cell.truth.max_object_speed)


def test_world_is_the_same_again_whatever_its_neighbour_does(played):
    again, steps = together(push, None)
    first = played[0][0]
    assert steps == {0: played[1][0]}
    for name in ("qpos", "qvel", "qacc_warmstart", "time"):
        assert np.array_equal(getattr(again[0].cell.data, name), getattr(first.cell.data, name))
    assert np.array_equal(again[0].observation.height, first.observation.height)
    assert again[1].cell.clock.now() == Retrieval(scene()).cell.clock.now()


@pytest.mark.parametrize("capacity", [Capacity(contacts=6, rows=512), Capacity(contacts=64, rows=24)])
def test_no_room_for_contacts_is_an_error(cell, capacity):
    worlds = Worlds(cell.model, 1, capacity=capacity)
    worlds.place(cell.data.qpos[None], cell.data.qvel[None])
    worlds.step()
    with pytest.raises(WorldsError, match=f"world 0: no room for {capacity.contacts} contacts, {capacity.rows} rows"):
        worlds.check()


def test_state_that_is_not_finite_is_an_error(cell):
    worlds = Worlds(cell.model, 2)
    qpos = np.tile(cell.data.qpos, (2, 1))
    qpos[1, 0] = np.nan
    worlds.place(qpos, np.zeros((2, cell.model.nv)))
    with pytest.raises(WorldsError, match=r"world 1: .*finite"):
        worlds.state()

"""A small folder in GraspNet-1Billion's layout: a camera that looks straight down on two flat squares."""

import cv2
import numpy as np
import pytest
from scipy.io import savemat

from pg4da.policies.avn.orientations import grasp_rotations, nearest_class
from pg4da.sim.training.graspnet import GraspNet, GraspNetError, _classes, _templates

K = np.array([[200.0, 0.0, 127.5], [0.0, 200.0, 127.5], [0.0, 0.0, 1.0]])
DOWN = np.array([[1.0, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 0.8], [0, 0, 0, 1]])  # 0.8 m over the table's middle
FIRST, SECOND = (0.15, -0.1), (-0.2, 0.0)  # m, on the table


def steepest():
    """View and turn of the template that is nearest to straight down for an object that lies as the table does."""
    return divmod(int(_templates()[:, 2, 2].argmin()), 12)


@pytest.fixture
def root(tmp_path):
    camera = tmp_path / "scenes" / "scene_0004" / "kinect"
    for name in ("rgb", "depth", "label", "meta"):
        (camera / name).mkdir(parents=True)
    rgb, depth = np.full((256, 256, 3), 90, np.uint8), np.full((256, 256), 800, np.uint16)
    label = np.zeros((256, 256), np.uint8)
    for number, (x, y) in ((3, FIRST), (8, SECOND)):
        u, v = int(127.5 + 200 * x / 0.75), int(127.5 - 200 * y / 0.75)
        square = (slice(v - 12, v + 13), slice(u - 12, u + 13))
        rgb[square], depth[square], label[square] = (0, 0, 200), 750, number
    poses = np.stack([(np.linalg.inv(DOWN) @ at(place))[:3] for place in (FIRST, SECOND)], axis=2)
    for k in (0, 16):
        cv2.imwrite(str(camera / "rgb" / f"{k:04d}.png"), rgb)
        cv2.imwrite(str(camera / "depth" / f"{k:04d}.png"), depth)
        cv2.imwrite(str(camera / "label" / f"{k:04d}.png"), label)
        meta = {"poses": poses, "cls_indexes": [[3, 8]], "intrinsic_matrix": K, "factor_depth": [[1000]]}
        savemat(camera / "meta" / f"{k:04d}.mat", meta)
    np.save(camera / "cam0_wrt_table.npy", DOWN)
    np.save(camera / "camera_poses.npy", np.tile(np.eye(4), (17, 1, 1)))
    write_grasps(tmp_path)
    return tmp_path


def at(place):
    T = np.eye(4)
    T[:3, 3] = (*place, 0.05)
    return T


def write_grasps(root):
    """Two points an object, one of them off it; one good template, which collides for object 8 in the scene."""
    view, turn = steepest()
    points = np.array([[0.0, 0.0, 0.0], [0.3, 0.3, 0.0]])
    scores = np.full((2, 300, 12, 4), -1.0, np.float32)
    scores[:, view, turn, 1] = 0.2
    scores[:, view, (turn + 3) % 12, 1] = 0.9  # needs more friction than is asked for
    none = np.zeros((2, 300, 12, 4), bool)
    (root / "grasp_label").mkdir()
    for number in (2, 7):
        np.savez(root / "grasp_label" / f"{number:03d}_labels.npz", points=points, scores=scores, collision=none)
    folder = root / "collision_label" / "scene_0004"
    folder.mkdir(parents=True)
    np.savez(folder / "collision_labels.npz", none, ~none)


def test_neighbouring_pictures_may_be_left_out(root):
    assert len(GraspNet(root, every=1)) == 2
    assert len(GraspNet(root, every=16)) == 1


def test_good_grasp_is_labelled_where_its_point_lies(root):
    sample = GraspNet(root)[0]
    row, col = np.argwhere(sample.labels)[0]
    assert sample.labels.sum() == 1  # not the one off the object, nor the slippery one, nor the one that collides
    assert sample.owner[row] == 0
    assert np.abs(sample.place[row] - [FIRST[0], FIRST[1] + 0.5]).max() < 0.018
    view, turn = steepest()
    assert col == nearest_class(_templates()[12 * view + turn])
    assert set(sample.owner.tolist()) == {0, 1}


def test_pictures_are_seen_from_above_in_our_world(root):
    sample = GraspNet(root, every=1)[1]
    rows, cols = np.nonzero(sample.height > 0.03)
    assert sample.height.max() == pytest.approx(0.05, abs=0.003)
    assert sample.color[rows[0] + 3, cols[0] + 3].tolist() == [200, 0, 0]  # red, in our order
    assert sample.heat().shape == (360, 56, 56)


def test_nearest_of_our_orientations_is_at_most_half_a_step_away():
    number = _classes(np.eye(3))
    found = number >= 0
    lying = _templates()[found]
    ours = grasp_rotations()[number[found]]
    same = np.maximum(np.einsum("nij,nij->n", lying, ours), np.einsum("nij,nij->n", lying * [-1.0, -1.0, 1.0], ours))
    turn = np.degrees(np.arccos(np.clip((same - 1) / 2, -1, 1)))
    assert found.mean() == pytest.approx(0.41, abs=0.03)  # approaches within 80° of straight down
    assert np.median(turn) < 13
    assert turn.max() < 30


def test_what_is_absent_or_misshapen_is_named(root):
    with pytest.raises(GraspNetError, match="expected one of kinect, realsense"):
        GraspNet(root, camera="xtion")
    with pytest.raises(GraspNetError, match="no scenes"):
        GraspNet(root / "scenes")
    (root / "grasp_label" / "007_labels.npz").unlink()
    with pytest.raises(GraspNetError, match=r"007_labels\.npz"):
        GraspNet(root)[0]
    (root / "scenes" / "scene_0004" / "kinect" / "meta" / "0000.mat").write_bytes(b"no")
    with pytest.raises(GraspNetError, match=r"0000\.mat"):
        GraspNet(root)[0]

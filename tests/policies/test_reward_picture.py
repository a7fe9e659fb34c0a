"""Fig. 6 of the paper as a picture: both motions, success and failure, over the isolation rate."""

import cv2
import numpy as np
import pytest

from pg4da.policies.reward import fuzzy_reward

WIDTH, BAND = 400, 60
ROWS = (("grasp", True), ("grasp", False), ("push", False), ("push", True))


def test_picture_of_the_reward(tmp_path):
    rates = np.linspace(0.0, 1.0, WIDTH)
    rewards = np.array([[fuzzy_reward(motion, success, float(i)) for i in rates] for motion, success in ROWS])
    levels = (255 * np.repeat(rewards, BAND, axis=0)).astype(np.uint8)
    picture = cv2.applyColorMap(levels, cv2.COLORMAP_JET)  # blue 0, green 0.5, red 1
    file = tmp_path / "reward.png"
    assert cv2.imwrite(str(file), picture)
    back = cv2.imread(str(file))
    blue, red = (0, 128), (128, 0)  # blue and red channels of the map's two ends
    left, right = back[:, 5], back[:, -5]
    middles = [int((k + 0.5) * BAND) for k in range(4)]
    assert [tuple(int(left[m, c]) for c in (2, 0)) for m in (middles[0], middles[3])] == [blue, red]
    assert [tuple(int(right[m, c]) for c in (2, 0)) for m in (middles[0], middles[3])] == [red, blue]
    assert rewards[:, WIDTH // 2].tolist() == [1.0, rewards[1, WIDTH // 2], rewards[2, WIDTH // 2], 1.0]
    steps = np.abs(np.diff(rewards, axis=1)).max(axis=1)  # at the limits of the middle band
    assert steps == pytest.approx([1.0, 0.25, 0.25, 1.0], abs=0.002)

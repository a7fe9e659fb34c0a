import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn.network import Avn  # noqa: E402
from pg4da.policies.avn.shape import TINY  # noqa: E402
from pg4da.sim.scenes.scene import Scene, SceneObject  # noqa: E402
from pg4da.training.grasping import Tally, grasping, of_labels, of_network  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.fixture
def lone():
    cube = SceneObject("cube", (0.0, 1.0, 0.0), np.array([0.1, 0.45, 0.0226]), np.array([0.0, 0.0, 0.0, 1.0]))
    return Scene("lone", "test", (cube,), 0)


def test_a_lone_cube_is_lifted_as_the_labels_say(lone):
    torch.manual_seed(0)
    found = grasping(Avn(TINY), [lone], {"labels": of_labels, "network": of_network, "nothing": lambda look: []})
    assert found["labels"] == Tally(targets=1, offered=1, planned=1, lifted=1)
    assert found["network"].targets == 1
    assert found["nothing"] == Tally(targets=1)

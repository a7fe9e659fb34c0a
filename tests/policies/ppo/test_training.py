import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import mean

import pytest

pytest.importorskip("torch")

import torch

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.avn.files import read_weights
from pg4da.policies.ppo.group import Group
from pg4da.policies.ppo.pool import WorkerFailed
from pg4da.policies.ppo.settings import PpoSettings
from pg4da.policies.ppo.training import Plan, Training, checkpoint_file

FOLDER = Path(__file__).parent
SURROUNDINGS = {**os.environ, "PYTHONPATH": str(FOLDER), "OMP_NUM_THREADS": "1"}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def training(folder, updates, make=None, environments=2, **options):
    from toy_agent import SETTINGS, toy_agent
    from toy_practice import Toy

    rows = []
    stop = options.pop("stop", lambda: False)
    watch = options.pop("watch", None)
    agent = toy_agent(options.pop("settings", SETTINGS), **options)
    plan = Plan(environments, updates, 5, folder, {"what": "toy"})
    return Training(agent, make or Toy, plan, Group(), rows.append, watch, stop), agent, rows


def weights(agent):
    return torch.cat([p.detach().flatten() for p in agent.learnt().values()])


@pytest.mark.slow
def test_the_toy_is_learnt(tmp_path):
    from toy_agent import SETTINGS

    made, _, rows = training(tmp_path, 24, settings=replace(SETTINGS, entropy=0.0))
    assert made.run()
    assert rows[0]["reward"] < 0.5
    assert mean(r["reward"] for r in rows[-8:]) > 0.8
    assert mean(r["success"] for r in rows[-8:]) > rows[0]["success"] + 0.3
    assert max(r["explained_variance"] for r in rows) > 0.2  # once all go well there is little left to explain
    assert rows[-1]["decisions"] == 24 * 32 * 2


def test_a_training_that_was_stopped_goes_on_bit_for_bit(tmp_path):
    whole, agent, rows = training(tmp_path / "whole", 3)
    whole.run()
    asked = count()
    part, _, first = training(tmp_path / "part", 3, stop=lambda: next(asked) > 90)  # asked before every motion
    assert not part.run()
    assert len(first) == 1  # in the middle of the second update
    rest, resumed, second = training(tmp_path / "part", 3)
    assert rest.resume() == 1
    assert rest.run()
    assert torch.equal(weights(agent), weights(resumed))
    assert repr([*first, *second]) == repr(rows)  # rates of what never happened are not equal to themselves
    one, other = (read_weights(checkpoint_file(tmp_path / name)) for name in ("whole", "part"))
    assert one.header == other.header
    assert one.tensors.keys() == other.tensors.keys()
    assert all(torch.equal(one.tensors[k], other.tensors[k]) for k in one.tensors)


def test_a_learning_eye_resumes_too_and_changes(tmp_path):
    whole, agent, _ = training(tmp_path / "whole", 2, frozen=False)
    whole.run()
    assert not torch.equal(agent.eye.gain, torch.ones(3))
    training(tmp_path / "part", 1, frozen=False)[0].run()
    rest, resumed, _ = training(tmp_path / "part", 2, frozen=False)
    rest.resume()
    rest.run()
    assert torch.equal(weights(agent), weights(resumed))


def test_a_frozen_eye_stays_as_it_is(tmp_path):
    made, agent, _ = training(tmp_path, 1)
    made.run()
    assert torch.equal(agent.eye.gain, torch.ones(3))


def test_what_is_learnt_does_not_depend_on_which_environment_is_faster(tmp_path):
    from toy_practice import Toy, Uneven

    found = []
    for make in (Toy, Uneven):
        told = []
        made, agent, rows = training(
            tmp_path / make.__name__, 1, make=make, watch=lambda k, *_, told=told: told.append(k)
        )
        made.run()
        assert told == [0, 1] * (len(told) // 2)
        found.append((repr(rows), weights(agent)))
    assert found[0][0] == found[1][0]
    assert torch.equal(found[0][1], found[1][1])


def test_the_gaussian_of_the_paper_runs(tmp_path):
    settings = PpoSettings(steps=8, minibatches=2, epochs=1, points=2, action="gaussian")
    made, agent, rows = training(tmp_path, 1, settings=settings)
    before = agent.log_spread.detach().clone()
    made.run()
    assert 0.0 <= rows[0]["reward"] <= 1.0
    assert not torch.equal(before, agent.log_spread)


def test_an_update_ends_after_its_first_epoch_before_a_minibatch_that_has_gone_too_far(tmp_path):
    calm = PpoSettings(steps=8, minibatches=4, epochs=1, points=2, rate=0.3)
    hasty = replace(calm, epochs=3, furthest=1e-9)
    found = []
    for name, settings in (("calm", calm), ("hasty", hasty)):
        made, agent, rows = training(tmp_path / name, 1, settings=settings)
        made.run()
        found.append((rows[0]["epochs"], weights(agent)))
    assert [epochs for epochs, _ in found] == [1.0, 1.0]
    assert torch.equal(found[0][1], found[1][1])


@pytest.mark.parametrize(
    ("fault", "said"), [("raise", "RuntimeError: the toy broke"), ("die", "its process died"), ("hang", "no answer")]
)
def test_an_environment_that_fails_is_named(tmp_path, monkeypatch, fault, said):
    from toy_practice import Faulty

    monkeypatch.setenv("TOY_FAULT", fault)

    def stop():  # asked when all have begun, which may take a while
        if fault == "hang":
            monkeypatch.setattr("pg4da.policies.ppo.pool.PATIENCE", 8.0)
        return False

    made, _, _ = training(tmp_path, 1, make=Faulty, stop=stop)
    with pytest.raises(WorkerFailed, match=f"environment 1, episode [01], motion [12]: {said}"):
        made.run()


def test_no_process_is_left(tmp_path):
    from toy_practice import Toy

    from pg4da.policies.ppo.pool import Pool, Progress

    with Pool(Toy, [Progress(), Progress()]) as pool:
        pool.fetch(0)
        pids = pool.pids()
        assert all(running(pid) for pid in pids)
    assert not any(running(pid) for pid in pids)


@pytest.mark.slow
def test_no_process_outlives_a_parent_that_was_killed():
    child = subprocess.Popen(
        [sys.executable, str(FOLDER / "toy_pool.py")], stdout=subprocess.PIPE, text=True, env=SURROUNDINGS
    )
    assert child.stdout is not None
    pids = [int(word) for word in child.stdout.readline().split()]
    assert len(pids) == 2
    assert all(running(pid) for pid in pids)
    child.kill()
    child.wait()
    until = time.monotonic() + 30
    while any(running(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(running(pid) for pid in pids)


def test_ctrl_c_reaches_the_parent_alone(tmp_path):
    from toy_practice import Toy

    from pg4da.policies.ppo.pool import Pool, Progress

    with Pool(Toy, [Progress()]) as pool:
        pool.fetch(0)
        os.kill(pool.pids()[0], signal.SIGINT)
        pool.send(0, [0, -1, -1])
        outcome, _ = pool.fetch(0)
        assert outcome is not None


def running(pid):
    """Whether it lives; one that has ended and that nobody has asked about does not."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def test_checkpoints_that_do_not_fit_are_refused(tmp_path):
    made, _, _ = training(tmp_path, 1)
    made.run()
    file = checkpoint_file(tmp_path)
    with pytest.raises(WeightsError, match="2 environments a process"):
        training(tmp_path, 1, environments=3)[0].resume()
    with pytest.raises(WeightsError, match=r"log_spread|does not fit"):
        training(tmp_path, 1, settings=PpoSettings(action="gaussian", points=2))[0].resume()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        training(tmp_path, 1)[0].resume()
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        training(tmp_path, 1)[0].resume()
    file.unlink()
    with pytest.raises(WeightsError, match="no such file"):
        training(tmp_path, 1)[0].resume()


def test_foreign_files_are_refused(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(2)}, checkpoint_file(tmp_path), {"format": "something else"})
    with pytest.raises(WeightsError, match="something else"):
        training(tmp_path, 1)[0].resume()

from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import CASE_NAMES
from pg4da.sim.training import tables
from pg4da.sim.training.scatter import scattered


def test_one_in_eight_is_a_case(monkeypatch):
    monkeypatch.setattr(tables, "generate", lambda case, seed: (case, seed))
    made = [tables.table(seed) for seed in range(16)]
    assert made[0] == (tables.HEAP, 0)
    assert made[8] == (tables.HEMMED, 8)
    assert [m.name for k, m in enumerate(made) if k % 8] == [f"scattered-{k}" for k in range(16) if k % 8]


def test_a_seed_without_a_scene_of_its_case_gives_strewn_blocks(monkeypatch):
    def refuse(case, seed):
        raise SceneError(case, None, None, "no such scene")

    monkeypatch.setattr(tables, "generate", refuse)
    assert tables.table(8).name == scattered(8).name


def test_all_five_cases_are_drawn():
    assert set(tables.TURNS) == set(CASE_NAMES)

from math import exp, log

import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.actor_critic.choice import NEVER, Drawn, Masks, MotionChoice, close_pairs  # noqa: E402

CELLS = 6
LINE = torch.eye(CELLS, dtype=torch.bool)  # no two different cells are too near


def mask(*cells):
    out = torch.zeros(1, CELLS, dtype=torch.bool)
    out[0, list(cells)] = True
    return out


def choice(scores, grasp=(0, 1), push=(2, 3, 4), points=2, turns=None, close=LINE):
    raw = torch.zeros(1, 360) if turns is None else turns
    scores = torch.as_tensor(scores, dtype=torch.float32)[None]
    return MotionChoice(scores, Masks(mask(*grasp), mask(*push), close), lambda _: raw, points)


def drawn(cells, orientation=NEVER):
    return Drawn(torch.tensor([cells]), torch.tensor([orientation]))


def test_probability_of_a_grasp_worked_by_hand():
    scores = [log(3.0), 0.0, 0.0, 0.0, log(2.0), 100.0]  # the last cell is in no mask
    turns = torch.full((1, 360), -torch.inf)
    turns[0, 7], turns[0, 9] = log(1.0), log(3.0)
    found = choice(scores, turns=turns).log_prob(drawn([0, NEVER], 9))
    assert found.item() == pytest.approx(log(3 / 8) + log(3 / 4), abs=1e-5)


def test_probability_of_a_push_worked_by_hand():
    scores = [0.0, 0.0, log(2.0), 0.0, log(3.0), 0.0]
    found = choice(scores).log_prob(drawn([4, 2]))
    assert found.item() == pytest.approx(log(3 / 8) + log(2 / 3), abs=1e-5)  # the second among the push cells left


def test_key_points_too_near_are_left_out_of_the_rest():
    scores = [0.0, 0.0, log(2.0), 0.0, log(3.0), 0.0]
    near = close_pairs(1, CELLS, 1.5)  # neighbours on the line
    found = choice(scores, close=near).log_prob(drawn([4, 2]))
    assert found.item() == pytest.approx(log(3 / 8), abs=1e-5)  # cell 3 is too near to 4, so 2 is certain


def test_probabilities_of_all_motions_add_up_to_one():
    torch.manual_seed(0)
    turns = torch.full((1, 360), -torch.inf)
    turns[0, :2] = torch.tensor([0.3, -0.4])
    it = choice(torch.randn(CELLS), points=3, turns=turns)
    total = sum(exp(it.log_prob(drawn([g, NEVER, NEVER], k)).item()) for g in (0, 1) for k in (0, 1))
    pushes = [(a, b, c) for a in (2, 3, 4) for b in (2, 3, 4) for c in (2, 3, 4) if len({a, b, c}) == 3]
    total += sum(exp(it.log_prob(drawn(p)).item()) for p in pushes)
    assert total == pytest.approx(1.0, abs=1e-5)


def test_samples_come_as_often_as_the_probabilities_say():
    n = 20000
    scores = torch.tensor([[log(3.0), 0.0, log(2.0), 0.0, log(3.0), 0.0]]).expand(n, -1)
    masks = Masks(mask(0, 1).expand(n, -1), mask(2, 3, 4).expand(n, -1), LINE)
    turns = torch.full((n, 360), -torch.inf)
    turns[:, 5], turns[:, 6] = 0.0, log(3.0)
    found = MotionChoice(scores, masks, lambda _: turns, 2).sample(torch.Generator().manual_seed(1))
    first = torch.bincount(found.cells[:, 0], minlength=CELLS) / n
    assert first.tolist() == pytest.approx([0.3, 0.1, 0.2, 0.1, 0.3, 0.0], abs=0.015)
    from_four = found.cells[found.cells[:, 0] == 4, 1]
    assert float((from_four == 2).float().mean()) == pytest.approx(2 / 3, abs=0.02)
    grasps = found.orientation != NEVER
    assert grasps.tolist() == (found.cells[:, 0] < 2).tolist()
    assert bool((found.cells[grasps, 1] == NEVER).all())
    assert float((found.orientation[grasps] == 6).float().mean()) == pytest.approx(0.75, abs=0.02)


def test_nothing_is_drawn_outside_the_masks_or_too_near():
    n, side = 400, 8
    generator = torch.Generator().manual_seed(2)
    grasp = torch.rand(n, side * side, generator=generator) < 0.05
    push = (torch.rand(n, side * side, generator=generator) < 0.3) & ~grasp
    near = close_pairs(side, side, 2.0)
    scores = torch.randn(n, side * side, generator=generator)
    it = MotionChoice(scores, Masks(grasp, push, near), lambda c: torch.zeros(len(c), 360), 5)
    found = it.sample(generator)
    for row in range(n):
        cells = [c for c in found.cells[row].tolist() if c != NEVER]
        assert bool((push if found.orientation[row] == NEVER else grasp)[row, cells].all())
        assert not any(near[a, b] for i, a in enumerate(cells) for b in cells[i + 1 :])
    assert bool(torch.isfinite(it.log_prob(found)).all())


def test_push_with_too_little_room_has_fewer_points():
    found = choice([0, 0, 5.0, 0, 0, 0], push=(2,), points=3).best()
    assert found.cells.tolist() == [[2, NEVER, NEVER]]


def test_best_takes_the_largest_scores():
    turns = torch.zeros(1, 360)
    turns[0, 123] = 1.0
    assert choice([0, 9.0, 8.0, 0, 0, 99.0], turns=turns).best().orientation.tolist() == [123]
    found = choice([0, 1.0, 8.0, 3.0, 7.0, 99.0], points=3).best()
    assert (found.cells.tolist(), found.orientation.tolist()) == ([[2, 4, 3]], [NEVER])


def test_entropy_is_one_for_an_even_choice_and_none_for_a_certain_one():
    assert choice([0.0] * CELLS).entropy().item() == pytest.approx(1.0, abs=1e-6)
    assert choice([0, 0, 40.0, 0, 0, 0]).entropy().item() == pytest.approx(0.0, abs=1e-6)
    assert choice([0.0] * CELLS, grasp=(0,), push=()).entropy().item() == pytest.approx(0.0, abs=1e-6)


def test_gradient_of_the_cell_is_one_minus_its_probability_and_none_outside_the_masks():
    scores = torch.tensor([[log(3.0), 0.0, 0.0, 0.0, log(2.0), 5.0]], requires_grad=True)
    it = MotionChoice(scores, Masks(mask(0, 1), mask(2, 3, 4), LINE), lambda _: torch.zeros(1, 360), 1)
    it.log_prob(drawn([0], 3)).sum().backward()
    assert scores.grad[0].tolist() == pytest.approx([1 - 3 / 8, -1 / 8, -1 / 8, -1 / 8, -2 / 8, 0.0], abs=1e-6)


def test_gradients_stay_finite_in_a_mixed_batch_and_skip_the_orientations_of_pushes():
    scores = torch.zeros(2, CELLS, requires_grad=True)
    turns = torch.zeros(2, 360, requires_grad=True)
    masks = Masks(mask(0, 1).expand(2, -1), mask(2, 3).expand(2, -1), LINE)
    it = MotionChoice(scores, masks, lambda _: turns, 3)
    both = Drawn(torch.tensor([[0, NEVER, NEVER], [2, 3, NEVER]]), torch.tensor([4, NEVER]))
    (it.log_prob(both).sum() + it.entropy().sum()).backward()
    assert bool(torch.isfinite(scores.grad).all())
    assert float(turns.grad[1].abs().sum()) == 0.0
    assert float(turns.grad[0, 4]) == pytest.approx(1 - 1 / 360)


def test_close_pairs():
    near = close_pairs(2, 3, 1.2)
    assert near[0].tolist() == [True, True, False, True, False, False]  # itself, right, below
    assert bool((near == near.T).all())


@pytest.mark.parametrize(("grasp", "push", "message"), [((0, 2), (2,), "cannot mean both"), ((), (), "without a")])
def test_masks_that_make_no_sense(grasp, push, message):
    with pytest.raises(ValueError, match=message):
        Masks(mask(*grasp), mask(*push), LINE)


def test_a_small_actor_learns_the_right_cell_by_policy_gradient():
    generator = torch.Generator().manual_seed(4)
    scores = torch.zeros(1, CELLS, requires_grad=True)
    optimiser = torch.optim.Adam([scores], 0.1)
    masks = Masks(mask(0, 1).expand(64, -1), mask(2, 3, 4).expand(64, -1), LINE)
    for _ in range(60):
        it = MotionChoice(scores.expand(64, -1), masks, lambda c: torch.zeros(len(c), 360), 1)
        found = it.sample(generator)
        reward = (found.cells[:, 0] == 3).float()
        optimiser.zero_grad()
        (-(reward - reward.mean()) * it.log_prob(found)).mean().backward()
        optimiser.step()
    assert int(it.best().cells[0, 0]) == 3
    assert float(reward.mean()) > 0.9

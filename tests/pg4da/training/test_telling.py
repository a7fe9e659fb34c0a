import math

import numpy as np
from PIL import Image

from pg4da.policies.learned.window import WINDOW
from pg4da.policies.ppo.sight import Outcome, Sight
from pg4da.training.curves import Curve, draw_curves
from pg4da.training.examples import TILE, tile
from pg4da.training.log import StageLog
from pg4da.training.rows import read_rows, smoothed


def test_smoothed_leaves_out_what_is_not_known():
    assert smoothed([1.0, math.nan, 3.0, 5.0], 2) == [1.0, 1.0, 3.0, 4.0]
    assert math.isnan(smoothed([math.nan], 3)[0])


def test_rows_come_back_and_those_after_a_checkpoint_are_taken_away(tmp_path):
    with StageLog(tmp_path, "grasp", 30, "decisions") as log:
        for done in (10, 20, 30):
            log.row(done, {"reward": done / 100, "lifted": math.nan})
    assert [row["done"] for row in read_rows(tmp_path)] == [10.0, 20.0, 30.0]
    assert math.isnan(read_rows(tmp_path)[0]["lifted"])
    (tmp_path / "curve.jsonl").open("a").write('{"done": 40, "rew')
    with StageLog(tmp_path, "grasp", 30, "decisions", done=20) as log:
        log.row(30, {"reward": 0.5})
    assert [row["reward"] for row in read_rows(tmp_path)] == [0.1, 0.2, 0.5]


def test_page_renews_itself_until_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("pg4da.training.log.PAGE_EVERY", -1.0)
    with StageLog(tmp_path, "grasp", 30, "decisions") as log:
        log.row(10, {"reward": 0.25})
        during = (tmp_path / "report.html").read_text()
    after = (tmp_path / "report.html").read_text()
    assert 'http-equiv="refresh"' in during
    assert "minutes left" in during
    assert 'http-equiv="refresh"' not in after
    assert "0.25" in after
    assert 'src="curve0.png?1"' in after
    log_text = (tmp_path / "log.txt").read_text()
    assert "10 decisions: reward 0.25" in log_text


def test_a_curve_is_drawn_where_its_values_are(tmp_path):
    draw_curves(tmp_path / "high.png", "t", "x", {"a": Curve([0, 10], [1.0, 1.0])}, scale=1)
    draw_curves(tmp_path / "low.png", "t", "x", {"a": Curve([0, 10], [0.0, 0.0])}, scale=1)
    rows = []
    for name in ("high", "low"):
        pixels = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB")).astype(int)
        blue = (pixels[44:, :, 2] - pixels[44:, :, 0]) > 80
        rows.append(float(np.nonzero(blue)[0].mean()))
    assert rows[0] < 20
    assert rows[1] > 200


def test_nothing_to_draw_is_no_error(tmp_path):
    draw_curves(tmp_path / "a.png", "t", "x", {"a": Curve([1, 2], [math.nan, math.nan])})
    assert (tmp_path / "a.png").is_file()


def test_tile_shows_key_points_where_they_are():
    color = np.zeros((224, 224, 3), np.uint8)
    mask = np.zeros(WINDOW * WINDOW, bool)
    sight = Sight(color, np.zeros((224, 224), np.float16), (8, 8), np.zeros((2, WINDOW, WINDOW)), mask, mask)
    picture = tile(sight, [0, WINDOW * WINDOW - 1, -1, -1], Outcome(0.5, False, True))
    cell = TILE // WINDOW
    assert picture[cell // 2, cell // 2 + 2].tolist() == [255, 170, 40]
    assert picture[TILE - cell // 2, TILE + 2 - cell // 2].tolist() == [255, 170, 40]
    assert picture[TILE // 2, TILE // 2].tolist() == [0, 0, 0]

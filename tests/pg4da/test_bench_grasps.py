"""The table of grasps: counted right, and one grasp tried for real."""

from rich.console import Console

from pg4da.bench.grasps import Tried, grasps_table, try_one


def test_the_table_counts_each_grasp_by_score_and_by_skew():
    tried = [Tried(0.5, 0.001, True), Tried(0.55, 0.010, False), Tried(0.8, 0.001, True)]
    console = Console(width=80)
    with console.capture() as shown:
        console.print(grasps_table(tried))
    rows = [line.replace("│", " ").split() for line in shown.get().splitlines() if "from" in line]
    assert [row[-4:] for row in rows if row[0] == "score"] == [["2", "1", "50", "%"], ["1", "1", "100", "%"]]
    assert [row[-4:] for row in rows if row[0] == "contacts"] == [["2", "2", "100", "%"], ["1", "0", "0", "%"]]


def test_one_grasp_is_tried_and_the_same_seed_tries_it_again():
    first = try_one(0)
    assert 0.0 < first.score < 1.0
    assert first == try_one(0)

import re

import pytest
from zelda_workflows.errors import MissingRecordError
from zelda_workflows.report import write_report


@pytest.fixture
def page(finished, tmp_path):
    write_report(finished, tmp_path / "out" / "report.html")
    return (tmp_path / "out" / "report.html").read_text()


def test_the_page_needs_nothing_from_outside(page):
    assert re.findall(r"(?:src|href)=['\"](?!data:|#)", page) == []
    assert "<script" not in page


def test_the_page_has_the_figures_of_every_epoch(page):
    assert page.count("<td>0.750</td>") == 2
    assert "1,234" in page or "1,235" in page
    assert "shaping" in page


def test_the_map_shows_each_room_with_a_picture(page):
    assert page.count("class='room'") == 2
    assert "<span>B5</span><span>2 steps</span><span>2 segments</span>" in page


def test_the_best_segment_is_the_one_with_the_highest_total(page):
    assert "<code>e0001-w01-v00-000001/s0000</code>" in page


def test_the_second_epoch_names_the_reward_model_that_shaped_it(page, finished):
    sha = finished.read_json("zelda-models/reward_model/epoch_0/manifest.json", "reward-model/1")["sha256"]
    assert page.count(sha[:16]) == 2


def test_an_evaluated_epoch_tells_mean_and_spread(finished, tmp_path):
    spread = {"mean": 6.238, "std": 0.121, "min": 6.0, "max": 6.4}
    record = {"schema": "policy-evaluation/1", "epoch": 1, "return": spread}
    finished.write_json("zelda-models/evaluations/epoch_1/policy.json", record)
    write_report(finished, tmp_path / "page.html")
    assert "<td>6.24 ± 0.12</td>" in (tmp_path / "page.html").read_text()


def test_a_refused_model_is_told_with_its_reason(finished, tmp_path):
    path = "zelda-models/reward_model/epoch_1/manifest.json"
    record = finished.read_json(path, "reward-model/1")
    finished.write_json(path, record | {"accepted": False, "gate": {"reason": "it guesses <badly>"}})
    write_report(finished, tmp_path / "page.html")
    told = (tmp_path / "page.html").read_text()
    assert told.count("<td>0.750</td>") == 1
    assert "<td>0.750 refused</td>" in told
    assert "<b>refused</b>: it guesses &lt;badly&gt;" in told


def test_the_same_store_gives_the_same_page(finished, tmp_path, page):
    write_report(finished, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == page


def test_a_name_from_the_store_cannot_become_markup(finished, tmp_path):
    path = "zelda-models/checkpoints/epoch_0/manifest.json"
    record = finished.read_json(path, "checkpoint/1")
    record["rom"]["title"] = "<script>alert(1)</script>"
    record["metrics"]["rewards"]["<script>"] = 1.0
    finished.write_json(path, record)
    write_report(finished, tmp_path / "page.html")
    assert "<script" not in (tmp_path / "page.html").read_text()


def test_an_empty_store_is_refused_with_what_to_do(store, tmp_path):
    with pytest.raises(MissingRecordError, match="zelda-rlaif run"):
        write_report(store, tmp_path / "page.html")

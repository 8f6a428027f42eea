import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_rm import MissingScoresError, ScoreError
from zelda_rm.score import TARGETS, parse_score, read_scores

GOOD = {
    "schema": "score/1",
    "epoch": 2,
    "episode_id": "e0002-w01-v00-000000",
    "segment_id": "s0000",
    "panel": "llm",
    "input_sha256": "0" * 64,
    "scores": {"progress": 0.8, "puzzle": 0.2, "novelty": 0.5},
    "weights": {"progress": 0.4, "puzzle": 0.2, "dialog": 0.2, "efficiency": 0.1, "novelty": 0.1},
    "total": 0.6,
    "a field of a later minor version": [1, 2],
}


def parse(**changes):
    return parse_score(json.dumps(GOOD | changes), 2, "scores.jsonl:1")


def test_targets_are_weighted_means_over_the_rubrics_present():
    score = parse()
    assert score.reference == "e0002-w01-v00-000000/s0000"
    assert score.target("gain") == pytest.approx((0.4 * 0.8 + 0.2 * 0.2) / 0.6)
    assert score.target("level") == pytest.approx(0.5)
    assert parse(scores={"novelty": 0.5}).target("gain") is None
    assert parse(weights={}).target("gain") is None
    assert parse(weights=GOOD["weights"] | {"novelty": 0.0}).target("level") is None


rubrics = [name for names in TARGETS.values() for name in names]


@given(st.dictionaries(st.sampled_from(rubrics), st.floats(0, 1)), st.sampled_from(["gain", "level"]))
def test_a_target_lies_between_its_rubrics(scores, target):
    found = parse(scores=scores).target(target)
    present = [scores[name] for name in TARGETS[target] if name in scores]
    assert (found is None) == (not present)
    assert found is None or min(present) - 1e-9 <= found <= max(present) + 1e-9


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": "score/2"}, "score/1"),
        ({"episode_id": "../../secret"}, "episode_id"),
        ({"segment_id": "s0000/../x"}, "segment_id"),
        ({"epoch": 3}, "expected 2"),
        ({"scores": {"progress": 1.5}}, "progress"),
        ({"scores": {"progress": "high"}}, "progress"),
        ({"weights": {"progress": -1}}, "progress"),
        ({"input_sha256": "abc"}, "input_sha256"),
        ({"scores": None}, "scores"),
    ],
)
def test_a_bad_score_is_refused_by_name(changes, told):
    with pytest.raises(ScoreError, match=told) as caught:
        parse(**changes)
    assert "scores.jsonl:1" in str(caught.value)


@given(st.binary(max_size=60))
def test_no_bytes_get_past_the_parser(data):
    with pytest.raises(ScoreError):
        parse_score(data, 0, "x")


def test_nan_is_no_score():
    with pytest.raises(ScoreError, match="progress"):
        parse_score(json.dumps(GOOD | {"scores": {"progress": float("nan")}}), 2, "x")


def test_reading_goes_on_past_bad_lines(store):
    lines = [json.dumps(GOOD | {"segment_id": "s0001"}), "not json", "", json.dumps(GOOD), json.dumps(GOOD)]
    store.write("zelda-episodes/scores/epoch_2/scores.jsonl", "\n".join(lines).encode())
    scores, refused = read_scores(store, 2)
    assert [score.segment_id for score in scores] == ["s0000", "s0001"]
    assert len(refused) == 2
    assert "scores.jsonl:2" in refused[0]
    assert "earlier line" in refused[1]


def test_missing_scores_name_the_command_that_makes_them(store):
    with pytest.raises(MissingScoresError, match="zelda-judge score") as caught:
        read_scores(store, 7)
    assert "\n" not in str(caught.value)

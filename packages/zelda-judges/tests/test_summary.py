import pytest
from zelda_judges.ballot import Ballot
from zelda_judges.record import score_record
from zelda_judges.summary import summarise
from zelda_judges.verdict import Verdict

SHA = "0" * 64


def record(episode, *scores, failures=0):
    votes = (
        tuple(Ballot(status="ok", scores={"puzzle": score}) for score in scores)
        + (Ballot(status="timeout"),) * failures
    )
    return score_record(0, f"e0000-w00-v00-{episode:06d}/s0000", "llm", SHA, [Verdict("puzzle", "llm", "m", votes)])


def test_by_hand():
    summary = summarise(0, [record(0, 0, 5), record(1, 5, 5), record(2, failures=2)], refused=1)
    assert (summary["segments"], summary["scored"], summary["failures"], summary["refused_episodes"]) == (3, 2, 2, 1)
    assert summary["total"] == {"mean": 0.75, "std": 0.25, "min": 0.5, "max": 1.0}
    puzzle = summary["rubrics"]["puzzle"]
    assert (puzzle["mean"], puzzle["std"], puzzle["counts"]) == (0.75, 0.25, [1, 0, 0, 0, 0, 3])
    assert puzzle["alpha"] == pytest.approx(0.0)
    assert puzzle["top_share"] == 0.75
    assert summary["votes"] == {"ok": 4, "invalid": 0, "truncated": 0, "refused": 0, "timeout": 2, "http": 0}
    assert summary["agreement"] == 0.5
    assert summary["rubrics"]["novelty"] == {
        "mean": None, "std": None, "counts": [0] * 6, "alpha": None, "entropy": None, "top_share": None,
    }  # fmt: skip


def test_of_nothing():
    summary = summarise(0, [])
    assert summary["total"] == {"mean": None, "std": None, "min": None, "max": None}
    assert summary["agreement"] is None
    assert summary["panel"] is None


def test_one_vote_a_segment_has_no_agreement():
    summary = summarise(0, [record(0, 1), record(1, 4)])
    assert summary["agreement"] is None
    assert summary["rubrics"]["puzzle"]["alpha"] is None

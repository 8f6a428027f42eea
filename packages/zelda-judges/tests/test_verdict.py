import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_judges.ballot import STATUSES, Ballot
from zelda_judges.rubric import RUBRICS
from zelda_judges.verdict import Verdict, agreement, combine, mean_scores, total_score

digits = st.fixed_dictionaries({"progress": st.integers(0, 5), "dialog": st.integers(0, 5)})
valid = digits.map(lambda scores: Ballot(status="ok", scores=scores))
invalid = st.sampled_from(STATUSES[1:]).map(lambda status: Ballot(status=status))
ballots = st.lists(valid | invalid, max_size=8)


def ok(**scores):
    return Ballot(status="ok", scores=scores)


@given(ballots, st.randoms(use_true_random=False))
def test_order_of_votes_does_not_matter(votes, rng):
    shuffled = rng.sample(votes, len(votes))
    assert mean_scores(votes) == mean_scores(shuffled)
    assert agreement(votes) == agreement(shuffled)


@given(ballots)
def test_nothing_is_imputed_for_failed_votes(votes):
    verdict = Verdict("state", "llm", "m", tuple(votes))
    assert verdict.scores == mean_scores([vote for vote in votes if vote.status == "ok"])
    assert verdict.failures == sum(vote.status != "ok" for vote in votes)
    assert all(0 <= score <= 1 for score in verdict.scores.values())


@given(st.lists(valid, min_size=1, max_size=6), st.integers(0, 5))
def test_raising_one_vote_never_lowers_the_mean(votes, score):
    first = votes[0].scores["progress"]
    raised = [ok(progress=max(first, score), dialog=votes[0].scores["dialog"]), *votes[1:]]
    assert mean_scores(raised)["progress"] >= mean_scores(votes)["progress"]


def test_mean_and_agreement_by_hand():
    votes = (ok(progress=2), ok(progress=3), ok(progress=5), Ballot(status="timeout"))
    verdict = Verdict("state", "llm", "m", votes)
    assert verdict.scores == {"progress": 10 / 15}
    assert verdict.agreement == pytest.approx(1 - (1 + 3 + 2) / (3 * 5))
    assert verdict.failures == 1


def test_agreement_needs_two_votes():
    assert agreement([ok(progress=2)]) is None
    assert agreement([ok(progress=2), Ballot(status="http")]) is None
    assert agreement([ok(progress=2), ok(progress=2)]) == 1


def test_total_is_over_the_rubrics_present():
    assert total_score({}) is None
    assert total_score({"progress": 0.5}) == 0.5
    assert total_score({"progress": 1.0, "novelty": 0.0}) == pytest.approx(0.8)
    assert total_score({rubric.name: 1.0 for rubric in RUBRICS}) == pytest.approx(1)


def test_judges_that_share_a_rubric_pool_their_votes():
    a = Verdict("state", "llm", "m", (ok(progress=5), ok(progress=5)))
    b = Verdict("puzzle", "llm", "n", (ok(progress=2),))
    assert combine([a, b]) == {"progress": 12 / 15}

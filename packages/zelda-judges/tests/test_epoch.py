import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from zelda_judges import (
    ChatClient,
    EndpointError,
    LLMJudge,
    PlanError,
    RetryPolicy,
    SegmentError,
    Store,
    StoreError,
    merge_epoch,
    plan_epoch,
    read_scores,
    rules_panel,
    score_epoch,
    score_shard,
)
from zelda_judges.layout import part_path, parts_folder, plan_path, scores_path, summary_path
from zelda_judges.testing import FakeEndpoint, content, state, status, write_episode

FIRST = "e0003-w00-v00-000000/s0000"


def files(store):
    """Return all that a scoring pass writes, by path."""
    made = [*store.list("zelda-episodes/scores"), *store.list("zelda-models/evaluations")]
    return {path: store.read(path) for path in made}


def score(store, judges=None, **options):
    return asyncio.run(score_shard(store, 3, judges or rules_panel(), **options))


def score_llm(store, endpoint, votes=3, **options):
    async def run():
        policy = options.pop("policy", RetryPolicy(attempts=1))
        async with ChatClient(endpoint.url, policy=policy) as client:
            eyes = {"state": 0, "puzzle": 0, "vision": 2}
            judges = [LLMJudge(name, client, "judge", votes=votes, frames=frames) for name, frames in eyes.items()]
            return await score_shard(store, 3, judges, **options)

    return asyncio.run(run())


def test_an_epoch_in_one_go(epoch):
    summary = asyncio.run(score_epoch(epoch, 3, rules_panel()))
    assert (summary["schema"], summary["segments"], summary["scored"], summary["failures"]) == (
        "evaluation/1",
        12,
        12,
        0,
    )
    records = read_scores(epoch, 3)
    assert [record.reference for record in records] == sorted(record.reference for record in records)
    assert list(epoch.list(parts_folder(3))) == []
    line = json.loads(epoch.read(scores_path(3)).splitlines()[0])
    assert set(line) == {
        "schema", "epoch", "episode_id", "segment_id", "panel", "input_sha256", "judges", "scores", "weights", "total",
        "failures",
    }  # fmt: skip
    assert line["schema"] == "score/1"
    assert line["total"] == pytest.approx(sum(line["weights"][name] * value for name, value in line["scores"].items()))


def test_run_again_after_completion_nothing_changes(epoch):
    asyncio.run(score_epoch(epoch, 3, rules_panel()))
    before = files(epoch)
    tally = score(epoch)
    assert (tally.merged, tally.done, tally.scored, tally.total_mean) == (True, 12, 0, None)
    asyncio.run(score_epoch(epoch, 3, rules_panel()))
    assert files(epoch) == before


def test_shards_together_make_the_same_scores_as_one_pass(epoch, tmp_path):
    asyncio.run(score_epoch(epoch, 3, rules_panel()))
    whole = files(epoch)[scores_path(3)]
    epoch.delete("zelda-episodes/scores")
    plan_epoch(epoch, 3, 5)
    for shard in reversed(range(5)):
        with pytest.raises(PlanError, match="have no score yet"):
            merge_epoch(epoch, 3)
        score(epoch, shard=shard, workers=1 + shard)
    merge_epoch(epoch, 3)
    assert files(epoch)[scores_path(3)] == whole


def test_any_store_that_fsspec_knows(epoch, tmp_path):
    elsewhere = Store(f"memory://{tmp_path.name}/run")
    for path in epoch.list(""):
        elsewhere.write(path, epoch.read(path))
    for store in (epoch, elsewhere):
        plan_epoch(store, 3)
        with FakeEndpoint() as endpoint:
            score_llm(store, endpoint)
        merge_epoch(store, 3)
    assert files(elsewhere) == files(epoch)
    elsewhere.delete("")


def test_what_is_scored_is_skipped(epoch):
    plan_epoch(epoch, 3, 2)
    assert score(epoch, shard=0).scored == 6
    tally = score(epoch)
    assert (tally.scored, tally.skipped, tally.planned) == (6, 6, 12)
    assert tally.total_mean == pytest.approx(
        sum(json.loads(epoch.read(p))["total"] for p in epoch.list(parts_folder(3))) / 12
    )


@pytest.mark.parametrize("data", [b"", b"{}", b'{"schema": "score/2"}', b"half of a rec"])
def test_a_damaged_part_is_made_again(epoch, data):
    plan_epoch(epoch, 3)
    score(epoch)
    whole = files(epoch)
    epoch.write(part_path(3, FIRST), data)
    with pytest.raises(PlanError, match="makes this one again"):
        merge_epoch(epoch, 3)
    assert score(epoch).scored == 1
    assert files(epoch) == whole


def test_a_part_of_another_segment_is_made_again(epoch):
    plan_epoch(epoch, 3)
    score(epoch)
    epoch.write(part_path(3, FIRST), epoch.read(part_path(3, "e0003-w00-v00-000001/s0000")))
    assert score(epoch).scored == 1


def test_a_segment_recorded_anew_is_scored_anew(epoch):
    plan_epoch(epoch, 3)
    score(epoch)
    write_episode(epoch, 3, [[state(rupees=step) for step in range(9)]] * 2, episode=0)
    assert score(epoch).scored == 2


def test_another_panel_scores_anew_and_panels_are_not_mixed(epoch):
    plan_epoch(epoch, 3, 2)
    score(epoch)
    with FakeEndpoint() as endpoint:
        assert score_llm(epoch, endpoint, shard=0).scored == 6
        with pytest.raises(PlanError, match="both panels"):
            merge_epoch(epoch, 3)
        assert score_llm(epoch, endpoint).scored == 6
    assert merge_epoch(epoch, 3)["panel"] == "llm"


def test_leftovers_of_killed_writers_are_passed_over(epoch):
    plan_epoch(epoch, 3)
    epoch.write(part_path(3, FIRST) + ".4711.partial", b"half")
    assert score(epoch).scored == 12
    merge_epoch(epoch, 3)
    assert list(epoch.list(parts_folder(3))) == []


def test_a_segment_that_cannot_be_read_gets_a_line_without_a_total(epoch):
    epoch.write(f"zelda-episodes/{FIRST}/states.jsonl", b"{}")
    epoch.delete("zelda-episodes/e0003-w00-v00-000001/s0001")
    summary = asyncio.run(score_epoch(epoch, 3, rules_panel()))
    assert (summary["segments"], summary["scored"], summary["failures"]) == (12, 10, 6)
    assert summary["votes"]["invalid"] == 6
    bad = [record for record in read_scores(epoch, 3) if record.total is None]
    assert [record.reference for record in bad] == [FIRST, "e0003-w00-v00-000001/s0001"]
    assert bad[0].scores == {}
    assert "segment refused" in bad[0].judges[0].votes[0].reason


def test_a_frame_that_cannot_be_read_costs_the_vision_judge_only(epoch):
    plan_epoch(epoch, 3)
    epoch.write(f"zelda-episodes/{FIRST}/frames/000000.png", b"x")
    with FakeEndpoint() as endpoint:
        score_llm(epoch, endpoint)
    record = json.loads(epoch.read(part_path(3, FIRST)))
    assert set(record["scores"]) == {"progress", "puzzle", "dialog", "efficiency"}
    assert record["failures"] == 3


def test_llm_panel(epoch):
    plan_epoch(epoch, 3)
    with FakeEndpoint() as endpoint:
        tally = score_llm(epoch, endpoint, workers=4)
        assert len(endpoint.requests) == 36
    assert (tally.scored, tally.failures) == (12, 0)
    summary = merge_epoch(epoch, 3)
    assert summary["votes"]["ok"] == 108
    assert summary["models"] == {"state": "judge", "puzzle": "judge", "vision": "judge"}
    assert all(sum(rubric["counts"]) == 36 for rubric in summary["rubrics"].values())
    assert all(-1 <= rubric["alpha"] <= 1 for rubric in summary["rubrics"].values())
    assert 0 < summary["agreement"] < 1


def test_failed_votes_are_not_imputed(epoch):
    plan_epoch(epoch, 3)
    bad = [content("nonsense"), content("{", "length"), status(422), status(422)]
    with FakeEndpoint(faults=bad) as endpoint:
        tally = score_llm(epoch, endpoint, workers=1)
    assert tally.failures == 9
    first = read_part(epoch, FIRST)
    assert (first["scores"], first["total"], first["failures"]) == ({}, None, 9)
    assert {vote["status"] for judge in first["judges"] for vote in judge["votes"]} == {"invalid", "truncated", "http"}
    assert merge_epoch(epoch, 3)["scored"] == 11


def read_part(store, reference):
    return json.loads(store.read(part_path(3, reference)))


def test_segments_lost_to_the_connection_are_tried_again_when_run_again(epoch):
    plan_epoch(epoch, 3)
    with FakeEndpoint(faults=[status(500)] * 3) as endpoint:
        assert score_llm(epoch, endpoint, workers=1).unscored == 1
        tally = score_llm(epoch, endpoint, workers=1)
    assert (tally.scored, tally.skipped, tally.unscored) == (1, 11, 0)


def test_a_server_that_dies_loses_nothing_and_the_rest_is_made_later(epoch):
    plan_epoch(epoch, 3)
    with FakeEndpoint() as endpoint:
        score_llm(epoch, endpoint)
    whole = files(epoch)
    epoch.delete(parts_folder(3))
    with FakeEndpoint() as endpoint:
        seen = []

        def stop(tally):
            seen.append(tally.done)
            if tally.done == 4:
                endpoint.__exit__(None, None, None)

        with pytest.raises(EndpointError, match="cannot reach"):
            score_llm(epoch, endpoint, workers=2, on_progress=stop)
    parts = list(epoch.list(parts_folder(3)))
    assert 4 <= len(parts) <= 6
    assert all(epoch.read(path) == whole[path] for path in parts)
    with FakeEndpoint() as endpoint:
        assert score_llm(epoch, endpoint).skipped == len(parts)
    assert files(epoch) == whole


class Stop(Exception):
    """Stands for the moment at which a process is killed."""


class KilledStore:
    """A store whose process dies after so many writes and deletions."""

    def __init__(self, store, left):
        self._store, self._left = store, left

    def __getattr__(self, name):
        found = getattr(self._store, name)
        if name not in {"write", "write_json", "delete"}:
            return found

        def counted(*arguments):
            if self._left == 0:
                raise Stop
            self._left -= 1
            return found(*arguments)

        return counted


def test_killed_between_any_two_writes_and_run_again_it_comes_to_the_same(epoch):
    asyncio.run(score_epoch(epoch, 3, rules_panel()))
    whole = files(epoch)
    for writes in range(16):
        epoch.delete("zelda-episodes/scores")
        epoch.delete("zelda-models")
        with pytest.raises(Stop):
            asyncio.run(score_epoch(KilledStore(epoch, writes), 3, rules_panel(), workers=1))
        for again in (writes % 3, 100):
            try:
                asyncio.run(score_epoch(KilledStore(epoch, again), 3, rules_panel(), workers=2))
            except Stop:
                assert again < 100
        assert files(epoch) == whole, writes


def test_killed_in_the_middle_of_deleting_parts(epoch):
    plan_epoch(epoch, 3)
    score(epoch)
    part = epoch.read(part_path(3, FIRST))
    merge_epoch(epoch, 3)
    whole = files(epoch)
    epoch.write(part_path(3, FIRST), part)
    epoch.delete(summary_path(3))
    merge_epoch(epoch, 3)
    assert files(epoch) == whole


SLOW_SCORE = """
import asyncio, sys, time
from zelda_judges import Store, rules_panel, plan_epoch, score_shard

class Slow:
    def __init__(self, judge):
        self.inner, self.name, self.source, self.model, self.votes = judge, judge.name, judge.source, judge.model, 1
    async def judge(self, segment):
        await asyncio.sleep(0.02)
        return await self.inner.judge(segment)

store = Store(sys.argv[1])
plan_epoch(store, 3)
asyncio.run(score_shard(store, 3, [Slow(judge) for judge in rules_panel()], workers=1))
"""


def test_sigkill_in_the_middle_and_run_again(epoch):
    asyncio.run(score_epoch(epoch, 3, rules_panel()))
    whole = files(epoch)
    epoch.delete("zelda-episodes/scores")
    epoch.delete("zelda-models")
    process = subprocess.Popen([sys.executable, "-c", SLOW_SCORE, epoch.url])
    limit = time.monotonic() + 60
    while len(list(epoch.list(parts_folder(3)))) < 3 and time.monotonic() < limit:
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    there = [path for path in epoch.list(parts_folder(3)) if path.endswith(".json")]
    assert 3 <= len(there) < 12
    tally = score(epoch)
    assert (tally.scored, tally.skipped) == (12 - len(there), len(there))
    merge_epoch(epoch, 3)
    assert files(epoch) == whole


def test_steps_out_of_order_say_what_to_do(epoch):
    with pytest.raises(PlanError, match="run `zelda-judge plan"):
        score(epoch)
    with pytest.raises(PlanError, match="no plan"):
        merge_epoch(epoch, 3)
    plan_epoch(epoch, 3, 2)
    with pytest.raises(PlanError, match="shards 0 to 1; there is no shard 2"):
        score(epoch, shard=2)
    with pytest.raises(PlanError, match="12 of 12"):
        merge_epoch(epoch, 3)


def test_scores_that_cannot_be_read(epoch):
    asyncio.run(score_epoch(epoch, 3, rules_panel()))
    epoch.write(scores_path(3), b'{"schema": "score/2"}\n')
    with pytest.raises(PlanError, match=r"scores\.jsonl line 1"):
        merge_epoch(epoch, 3)


def test_a_store_that_cannot_be_written_stops_scoring(epoch, monkeypatch):
    plan_epoch(epoch, 3)

    def full(path, data):
        raise StoreError("the disk is full")

    monkeypatch.setattr(epoch, "write", full)
    with pytest.raises(StoreError, match="disk is full"):
        score(epoch, workers=3)


def test_errors_of_a_judge_that_are_no_fault_of_the_segment_are_raised(epoch):
    class Broken:
        name, source, model, votes = "state", "rules", "x", 1

        async def judge(self, segment):
            raise EndpointError("gone")

    plan_epoch(epoch, 3)
    with pytest.raises(EndpointError, match="gone"):
        score(epoch, [Broken()])
    assert not issubclass(EndpointError, SegmentError)
    assert epoch.exists(plan_path(3))

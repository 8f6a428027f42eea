import asyncio
import base64
import json

import pytest
from zelda_judges import ChatClient, LLMJudge, RetryPolicy, SegmentError, read_segment
from zelda_judges.testing import FakeEndpoint, body, content, fewer, refusal, state, status, wander, write_episode

POLICY = RetryPolicy(attempts=1)


@pytest.fixture
def segment(store):
    return read_segment(store, write_episode(store, 0, [wander(60, 1)], frames=range(0, 60, 6))[0])


def judge(endpoint, segment, name="state", **options):
    async def run():
        async with ChatClient(endpoint.url, policy=POLICY) as client:
            return await LLMJudge(name, client, "judge", **options).judge(segment)

    return asyncio.run(run())


def test_a_verdict(segment):
    with FakeEndpoint() as endpoint:
        verdict = judge(endpoint, segment)
    assert [vote.status for vote in verdict.votes] == ["ok"] * 3
    assert set(verdict.scores) == {"progress", "dialog", "efficiency"}
    assert (verdict.judge, verdict.source, verdict.model) == ("state", "llm", "judge")
    assert len({json.dumps(vote.scores) for vote in verdict.votes}) > 1


def test_the_same_segment_gives_the_same_request_and_another_seed_another(segment):
    with FakeEndpoint() as endpoint:
        a, b, c = judge(endpoint, segment), judge(endpoint, segment), judge(endpoint, segment, seed=1)
    assert a == b
    assert endpoint.requests[0] == endpoint.requests[1]
    assert endpoint.requests[0]["seed"] != endpoint.requests[2]["seed"]
    assert c != a


def test_rubrics_come_first_and_are_the_same_for_every_segment(store, segment):
    other = read_segment(store, write_episode(store, 0, [wander(60, 2)], episode=2)[0])
    with FakeEndpoint() as endpoint:
        judge(endpoint, segment)
        judge(endpoint, other)
    first, second = (request["messages"] for request in endpoint.requests)
    assert [message["role"] for message in first] == ["system", "user"]
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_the_record_is_one_string_that_nothing_in_it_can_leave(segment):
    with FakeEndpoint() as endpoint:
        judge(endpoint, segment)
    text = endpoint.requests[0]["messages"][1]["content"]
    told = text.split("<record>")[1].removesuffix("</record>")
    assert json.loads(told).startswith("steps 60")
    assert "<" not in told
    assert "\n" not in told


def test_the_vision_judge_sees_frames_enlarged(segment):
    with FakeEndpoint() as endpoint:
        judge(endpoint, segment, "vision", frames=4, upscale=2)
    text, *images = endpoint.requests[0]["messages"][1]["content"]
    assert len(images) == 4
    assert "Frames after steps" in text["text"]
    url = images[0]["image_url"]["url"]
    picture = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    assert int.from_bytes(picture[16:20]) == 64
    assert int.from_bytes(picture[20:24]) == 56


def test_without_frames_the_vision_judge_reads(store):
    bare = read_segment(store, write_episode(store, 0, [[state()] * 5])[0])
    with FakeEndpoint() as endpoint:
        verdict = judge(endpoint, bare, "vision", frames=4)
    assert isinstance(endpoint.requests[0]["messages"][1]["content"], str)
    assert set(verdict.scores) == {"novelty"}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (content('{"puzzle": 7, "reason": "x"}'), "invalid"),
        (content('{"puzzle": 3, "reason": "x"'), "invalid"),
        (content('{"points": 3, "reason": "x"}'), "invalid"),
        (content('I think {"puzzle": 3, "reason": "x"}'), "invalid"),
        (content('{"puzzle": 3', "length"), "truncated"),
        (content('{"puzzle": 3, "reason": "x"}<|im_end|>'), "ok"),
        (refusal("no"), "refused"),
        (status(500), "http"),
        (status(422), "http"),
        (body("{"), "http"),
        (fewer(1), "ok"),
    ],
)
def test_every_kind_of_vote(segment, fault, found):
    faults = [fault, fault] if fault.status == 422 else [fault]
    with FakeEndpoint(faults=faults) as endpoint:
        verdict = judge(endpoint, segment, "puzzle")
    assert [vote.status for vote in verdict.votes] == [found] * 3
    assert verdict.failures == (0 if found == "ok" else 3)
    assert (verdict.scores == {}) == (found != "ok")


def test_a_frame_that_cannot_be_read(store, segment):
    store.write("zelda-episodes/e0000-w00-v00-000000/s0000/frames/000000.png", b"x")
    with FakeEndpoint() as endpoint, pytest.raises(SegmentError, match="frames/000000"):
        judge(endpoint, segment, "vision", frames=4)
    assert endpoint.requests == []

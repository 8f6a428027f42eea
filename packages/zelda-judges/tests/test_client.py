import asyncio
import logging
import random
import socket

import pytest
from zelda_judges import ChatClient, ConfigError, EndpointError, RequestError, RetryPolicy
from zelda_judges.client import GIVE_UP_AFTER, _model_names
from zelda_judges.rubric import answer_schema, rubrics_of
from zelda_judges.testing import FakeEndpoint, body, content, drip, drop, fewer, hang, status

REQUEST = {
    "model": "judge",
    "messages": [{"role": "user", "content": "hello"}],
    "seed": 7,
    "response_format": answer_schema(rubrics_of("state")),
}
SECRET = "sk-very-secret-0123456789"


class Sleeper:
    """Waits that take no time and are remembered."""

    def __init__(self):
        self.waits = []

    async def __call__(self, seconds):
        self.waits.append(seconds)
        await asyncio.sleep(0)


def ask(endpoint, n=3, *, times=1, **options):
    """Return the answers of `times` requests made together, the client's counters and the waits."""
    sleeper = Sleeper()

    async def run():
        options.setdefault("timeout_s", 20)
        url = endpoint if isinstance(endpoint, str) else endpoint.url
        async with ChatClient(url, rng=random.Random(1), sleep=sleeper, **options) as client:
            answers = await asyncio.gather(*(client.choices(REQUEST, n) for _ in range(times)))
            return answers if times > 1 else answers[0], client.counters

    answers, counters = asyncio.run(run())
    return answers, counters, sleeper.waits


def unused_url():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}/v1"


def test_all_votes_in_one_request():
    with FakeEndpoint() as endpoint:
        answers, counters, waits = ask(endpoint)
    assert len(answers) == 3
    assert [request["n"] for request in endpoint.requests] == [3]
    assert (counters.requests, counters.attempts, counters.fewer_choices, waits) == (1, 1, 0, [])
    assert (counters.prompt_tokens, counters.cached_tokens, counters.completion_tokens) == (100, 40, 60)


def test_a_server_without_n_is_asked_one_at_a_time_and_gives_the_same_votes(caplog):
    with FakeEndpoint() as endpoint:
        in_one_go, _, _ = ask(endpoint)
    with FakeEndpoint(choices=1) as endpoint:
        one_by_one, counters, _ = ask(endpoint)
    assert one_by_one == in_one_go
    assert next((request["n"], request["seed"]) for request in endpoint.requests) == (3, 7)
    assert sorted((request["n"], request["seed"]) for request in endpoint.requests[1:]) == [(1, 8), (1, 9)]
    assert (counters.fewer_choices, counters.extra_requests) == (1, 2)
    assert "gave 1 of 3 choices" in caplog.text


def test_what_a_server_cannot_do_is_learnt_once():
    with FakeEndpoint(choices=1) as endpoint:

        async def run():
            async with ChatClient(endpoint.url) as client:
                await client.choices(REQUEST, 3)
                await client.choices(REQUEST, 3)
                return client.counters

        counters = asyncio.run(run())
    assert [request["n"] for request in endpoint.requests] == [3, 1, 1, 1, 1, 1]
    assert (counters.fewer_choices, counters.extra_requests) == (1, 5)


def test_two_of_three_choices():
    with FakeEndpoint(faults=[fewer(2)]) as endpoint:
        answers, counters, _ = ask(endpoint)
    assert len(answers) == 3
    assert [request["n"] for request in endpoint.requests] == [3, 1]
    assert counters.fewer_choices == 1


@pytest.mark.parametrize("code", [400, 422])
def test_a_server_that_refuses_n_is_asked_one_at_a_time(code):
    with FakeEndpoint(faults=[status(code)]) as endpoint:
        answers, counters, _ = ask(endpoint)
    assert not any(isinstance(answer, RequestError) for answer in answers)
    assert [request["n"] for request in endpoint.requests] == [3, 1, 1, 1]
    assert (counters.retries, counters.fewer_choices) == (0, 1)


@pytest.mark.parametrize("code", [400, 413, 422])
def test_requests_that_are_wrong_are_not_sent_again(code):
    with FakeEndpoint(always=status(code, "no such field")) as endpoint:
        answers, counters, waits = ask(endpoint)
    assert [answer.status for answer in answers] == ["http"] * 3
    assert answers[0].code == code
    assert "no such field" in str(answers[0])
    assert len(endpoint.requests) == (1 if code == 413 else 2)
    assert (counters.retries, counters.fewer_choices, waits) == (0, 0, [])


def test_retry_after_is_obeyed():
    with FakeEndpoint(faults=[status(429, Retry_After="7")]) as endpoint:
        answers, counters, waits = ask(endpoint)
    assert not isinstance(answers[0], RequestError)
    assert (counters.retries, counters.throttled) == (1, 1)
    assert 7 <= waits[0] <= 7.5


@pytest.mark.parametrize("fault", [status(500), status(503), drop(), status(429)])
def test_what_may_pass_is_tried_again(fault):
    with FakeEndpoint(faults=[fault, fault]) as endpoint:
        answers, counters, waits = ask(endpoint)
    assert not isinstance(answers[0], RequestError)
    assert (counters.requests, counters.attempts, counters.retries, len(waits)) == (1, 3, 2, 2)


@pytest.mark.parametrize(("fault", "kind"), [(status(500), "http"), (drop(), "http"), (status(429), "http")])
def test_what_does_not_pass_costs_the_votes_of_one_request_only(fault, kind):
    with FakeEndpoint(faults=[fault] * 4) as endpoint:
        answers, counters, _ = ask(endpoint, policy=RetryPolicy(attempts=4))
        assert [answer.status for answer in answers] == [kind] * 3
        assert counters.attempts == 4
        again, _, _ = ask(endpoint)
    assert not isinstance(again[0], RequestError)


@pytest.mark.parametrize("fault", [hang(), drip()])
def test_a_server_that_hangs_is_a_timeout(fault):
    with FakeEndpoint(faults=[fault, fault]) as endpoint:
        answers, counters, _ = ask(endpoint, timeout_s=0.15, policy=RetryPolicy(attempts=2))
    assert [answer.status for answer in answers] == ["timeout"] * 3
    assert "0.15 s" in str(answers[0])
    assert counters.timeouts == 2


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"choices": []}', '{"choices": [3]}', '{"choices": {}}', "<html>", "[" * 9000]
)
def test_bodies_that_are_no_completion(text):
    with FakeEndpoint(faults=[body(text)]) as endpoint:
        answers, counters, _ = ask(endpoint)
    assert [answer.status for answer in answers] == ["http"] * 3
    assert "not a chat completion" in str(answers[0])
    assert counters.retries == 0


def test_huge_bodies_are_cut_off():
    with FakeEndpoint(faults=[body("x" * (6 << 20))]) as endpoint:
        answers, _, _ = ask(endpoint)
    assert "not a chat completion" in str(answers[0])


def test_no_more_requests_at_once_than_allowed():
    with FakeEndpoint() as endpoint:
        answers, counters, _ = ask(endpoint, times=40, concurrency=5)
    assert len(answers) == 40
    assert counters.requests == 40
    assert endpoint.most_at_once <= 5


def test_many_connections_are_spread_over_small_clients():
    client = ChatClient("http://127.0.0.1:1/v1", concurrency=100)
    assert len(client._transport.clients) == 13
    asyncio.run(client.close())


def test_retries_stop_when_the_budget_is_spent():
    with FakeEndpoint(always=status(429)) as endpoint:
        policy = RetryPolicy(attempts=9, budget_floor=3, budget_share=0)
        answers, counters, _ = ask(endpoint, times=10, policy=policy)
    assert counters.retries == 3
    assert counters.attempts == 13
    assert all(isinstance(answer, RequestError) for votes in answers for answer in votes)


def test_a_server_that_is_not_there():
    url = unused_url()
    with pytest.raises(EndpointError, match=f"cannot reach {url}.*--base-url"):
        ask(url)


def test_a_server_that_goes_away_stops_everybody():
    with FakeEndpoint() as endpoint:
        url = endpoint.url

        async def run():
            async with ChatClient(url, sleep=Sleeper()) as client:
                await client.choices(REQUEST, 1)
                await asyncio.to_thread(endpoint.__exit__, None, None, None)
                found = await asyncio.gather(*(client.choices(REQUEST, 3) for _ in range(8)), return_exceptions=True)
                attempts = client.counters.attempts
                with pytest.raises(EndpointError):
                    await client.choices(REQUEST, 1)
                assert client.counters.attempts == attempts
                return found

        found = asyncio.run(run())
    assert {type(error) for error in found} == {EndpointError}


def test_a_server_that_fails_everything_is_given_up():
    given_up = pytest.raises(EndpointError, match=f"failed {GIVE_UP_AFTER} times in a row.*cuda error")
    with FakeEndpoint(always=status(500, "cuda error")) as endpoint, given_up:
        ask(endpoint, times=30, concurrency=2, policy=RetryPolicy(budget_floor=100))
    assert GIVE_UP_AFTER <= len(endpoint.requests) <= GIVE_UP_AFTER + 2


def test_a_busy_server_is_not_given_up():
    with FakeEndpoint(faults=[status(429)] * 60) as endpoint:
        policy = RetryPolicy(attempts=100, budget_floor=1000)
        answers, counters, _ = ask(endpoint, times=4, policy=policy)
    assert not any(isinstance(answer, RequestError) for votes in answers for answer in votes)
    assert counters.throttled == 60


@pytest.mark.parametrize(("code", "cure"), [(401, "LLM_API_KEY"), (403, "LLM_API_KEY"), (404, "--base-url")])
def test_errors_that_everybody_gets_stop_everything(code, cure):
    with FakeEndpoint(always=status(code)) as endpoint, pytest.raises(EndpointError, match=cure):
        ask(endpoint)
    assert len(endpoint.requests) == 1


def check(endpoint, models, **options):
    async def run():
        url = endpoint if isinstance(endpoint, str) else endpoint.url
        async with ChatClient(url, **options) as client:
            await client.check(models)

    asyncio.run(run())


def test_check():
    with FakeEndpoint(models=["a", "b"]) as endpoint:
        check(endpoint, {"a"})
        with pytest.raises(EndpointError, match="has no model 'c'; it has a, b"):
            check(endpoint, {"a", "c"})
    with pytest.raises(EndpointError, match="cannot reach"):
        check(unused_url(), {"a"})


def test_check_takes_a_server_without_a_list_at_its_word(caplog):
    with FakeEndpoint() as endpoint:
        check(endpoint.url + "/v2", {"judge"})
    assert "has no list of models (status 404)" in caplog.text


def look(endpoint):
    async def run():
        async with ChatClient(endpoint.url, policy=RetryPolicy(attempts=1)) as client:
            await client.check_images("judge")

    asyncio.run(run())


def test_a_model_that_sees():
    with FakeEndpoint() as endpoint:
        look(endpoint)
    assert [request["max_tokens"] for request in endpoint.requests] == [1, 1]


def test_a_model_that_ignores_images_is_refused_by_name():
    with FakeEndpoint(sees=False) as endpoint, pytest.raises(EndpointError, match=r"judge at .* ignores images"):
        look(endpoint)


@pytest.mark.parametrize("code", [400, 500])
def test_a_model_that_takes_no_images_is_refused_by_name(code):
    with (
        FakeEndpoint(always=status(code)) as endpoint,
        pytest.raises(EndpointError, match=r"takes no images .*--model-vision"),
    ):
        look(endpoint)


def test_a_server_that_counts_no_tokens_is_taken_at_its_word(caplog):
    with FakeEndpoint(always=body('{"choices": [{"message": {"content": "x"}}]}')) as endpoint:
        look(endpoint)
    assert "is not known" in caplog.text


@pytest.mark.parametrize("data", [b'{"data": 3}', b"nonsense", b"[]", b"{}"])
def test_lists_of_models_that_are_none(data):
    assert _model_names(data) is None


def test_the_key_is_sent_and_shown_nowhere(caplog, capsys):
    caplog.set_level(logging.DEBUG)
    with FakeEndpoint(key=SECRET, always=status(401, f"bad key Bearer {SECRET}")) as endpoint:
        with pytest.raises(EndpointError) as refused:
            ask(endpoint, api_key=SECRET)
        check(endpoint, {"judge"}, api_key=SECRET)
        with pytest.raises(EndpointError) as unknown:
            check(endpoint, {"judge"}, api_key="other")
    assert endpoint.headers[0]["authorization"] == f"Bearer {SECRET}"
    client = ChatClient(endpoint_url := "http://127.0.0.1:1/v1", api_key=SECRET)
    asyncio.run(client.close())
    shown = [str(refused.value), repr(refused.value), repr(refused.value.__cause__), str(unknown.value), repr(client)]
    assert endpoint_url in repr(client)
    assert "[key]" in str(refused.value)
    assert not any(SECRET in text for text in [*shown, caplog.text, *capsys.readouterr()])


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "ключ", "tab\there"])
def test_keys_that_cannot_be_sent_are_refused_unseen(key):
    with pytest.raises(ConfigError) as error:
        ChatClient("http://host/v1", api_key=key)
    assert key not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host:8000/v1",
        "ftp://host/v1",
        "http://",
        "http://user:pass@host/v1",
        "http://user:pass@[::1/v1",
        "http://host/v1?key=pass",
        "http://[::1/v1",
    ],
)
def test_urls_that_cannot_be_used(url):
    with pytest.raises(ConfigError, match="--base-url") as error:
        ChatClient(url)
    assert "pass" not in str(error.value).replace("password", "")


def test_no_slots():
    with pytest.raises(ConfigError, match="expected 1 or more"):
        ChatClient("http://host/v1", concurrency=0)


def test_a_key_far_into_an_answer_is_not_shown_in_part():
    text = " " * 1990 + SECRET
    with FakeEndpoint(always=status(500, text)) as endpoint:
        answers, _, _ = ask(endpoint, api_key=SECRET, policy=RetryPolicy(attempts=1))
    assert SECRET[:9] not in str(answers[0])


def test_a_certificate_file_that_is_not_there():
    with pytest.raises(ConfigError, match="--ca-file"):
        ChatClient("https://host/v1", ca_file="nowhere.pem")


def test_answers_of_a_model_pass_unread():
    with FakeEndpoint(faults=[content("not json at all")]) as endpoint:
        answers, _, _ = ask(endpoint, n=2)
    assert [answer["message"]["content"] for answer in answers] == ["not json at all"] * 2

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_judges.ballot import MAX_ANSWER_CHARS, MAX_REASON_CHARS, clean, parse_ballot

NAMES = ("progress", "dialog")
GOOD = {"progress": 3, "dialog": 0, "reason": "two rooms"}


def choice(content, finish="stop", **message):
    return {"message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}


def read(content):
    return parse_ballot(choice(content), NAMES)


@pytest.mark.parametrize(
    "tail", ["", "\n  ", "<|im_end|>", "</s>", "<|eot_id|>\n<|end_of_text|>", "<end_of_turn>", "[/INST]"]
)
def test_good_answers(tail):
    ballot = read("  \n" + json.dumps(GOOD) + tail)
    assert ballot.status == "ok", ballot.reason
    assert ballot.scores == {"progress": 3, "dialog": 0}
    assert ballot.reason == "two rooms"


@pytest.mark.parametrize(
    "content",
    [
        "",
        None,
        [{"type": "text", "text": json.dumps(GOOD)}],
        "Sure! " + json.dumps(GOOD),
        "```json\n" + json.dumps(GOOD) + "\n```",
        json.dumps(GOOD) + " I hope this helps",
        json.dumps(GOOD) + json.dumps(GOOD),
        json.dumps([GOOD]),
        json.dumps(GOOD)[:-2],
        json.dumps({**GOOD, "progress": 7}),
        json.dumps({**GOOD, "progress": -1}),
        json.dumps({**GOOD, "progress": True}),
        json.dumps({**GOOD, "progress": 3.0}),
        json.dumps({**GOOD, "progress": "3"}),
        json.dumps({**GOOD, "progress": None}),
        json.dumps({**GOOD, "novelty": 2}),
        json.dumps({"progress": 3, "reason": "x"}),
        json.dumps({"progress": 3, "dialog": 1}),
        json.dumps({**GOOD, "reason": 4}),
        '{"progress": 3, "progress": 5, "dialog": 0, "reason": "x"}',
        '{"progress": NaN, "dialog": 0, "reason": "x"}',
        '{"progress": ' + "9" * 5000 + ', "dialog": 0, "reason": "x"}',
        "[" * 100_000,
        '{"a":' * 2_700,
        json.dumps({**GOOD, "reason": "x" * MAX_ANSWER_CHARS}),
    ],
)
def test_bad_answers_are_invalid_and_say_why(content):
    ballot = read(content)
    assert ballot.status == "invalid"
    assert ballot.scores == {}
    assert 0 < len(ballot.reason) <= MAX_REASON_CHARS


def test_truncation_is_told_by_the_finish_reason_even_if_the_text_parses():
    assert parse_ballot(choice(json.dumps(GOOD)[:20], "length"), NAMES).status == "truncated"
    assert parse_ballot(choice(json.dumps(GOOD), "length"), NAMES).status == "truncated"


def test_refusals():
    assert parse_ballot(choice(None, refusal="I cannot judge games"), NAMES).status == "refused"
    assert parse_ballot(choice("", "content_filter"), NAMES).status == "refused"


@pytest.mark.parametrize("bad", [None, 3, "x", [], {}, {"message": None}, {"message": "text"}, {"message": {}}])
def test_choices_without_a_message(bad):
    assert parse_ballot(bad, NAMES).status == "invalid"


def test_control_characters_in_strings_are_read_and_then_cleaned():
    ballot = read('{"progress": 3, "dialog": 0, "reason": "a\nb\\u0000\\ud800c\\u202e"}')
    assert ballot.status == "ok"
    assert ballot.reason == "a b c"
    assert json.dumps(ballot.model_dump(), ensure_ascii=False).encode()


@given(st.text())
def test_clean_text_is_one_short_encodable_line(text):
    found = clean(text)
    assert len(found) <= MAX_REASON_CHARS
    assert len(found.splitlines()) <= 1
    assert found.encode().decode() == found


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "reason", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(json_values)
def test_a_vote_counts_only_if_it_is_exactly_what_was_asked(value):
    ballot = read(json.dumps(value))
    expected = (
        isinstance(value, dict)
        and set(value) == {*NAMES, "reason"}
        and isinstance(value["reason"], str)
        and all(type(value[name]) is int and 0 <= value[name] <= 5 for name in NAMES)
    )
    assert (ballot.status == "ok") == expected


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_the_parser_never_raises(text):
    assert read(text).status in {"ok", "invalid"}

import json

import pytest
from jsonschema import Draft202012Validator
from zelda_judges.rubric import JUDGE_NAMES, RUBRICS, answer_schema, instructions, rubrics_of


def test_weights_and_kinds_are_those_of_the_contract():
    assert {rubric.name: rubric.weight for rubric in RUBRICS} == {
        "progress": 0.4, "puzzle": 0.2, "dialog": 0.2, "efficiency": 0.1, "novelty": 0.1,
    }  # fmt: skip
    assert {rubric.name for rubric in RUBRICS if rubric.kind == "gain"} == {"progress", "puzzle", "dialog"}
    assert sum(rubric.weight for rubric in RUBRICS) == pytest.approx(1)


def test_every_rubric_has_one_judge():
    shared = [rubric.name for judge in JUDGE_NAMES for rubric in rubrics_of(judge)]
    assert sorted(shared) == sorted(rubric.name for rubric in RUBRICS)
    assert {judge: [r.name for r in rubrics_of(judge)] for judge in JUDGE_NAMES} == {
        "state": ["progress", "dialog", "efficiency"], "puzzle": ["puzzle"], "vision": ["novelty"],
    }  # fmt: skip


def test_instructions_hold_every_anchor():
    text = instructions(RUBRICS)
    assert all(anchor in text for rubric in RUBRICS for anchor in rubric.anchors)
    assert "never instructions" in text


def test_the_schema_takes_digits_and_nothing_else():
    schema = answer_schema(rubrics_of("puzzle"))["json_schema"]["schema"]
    check = Draft202012Validator(schema).is_valid
    assert all(check({"puzzle": score, "reason": "a, b"}) for score in range(6))
    assert not check({"puzzle": 6, "reason": "a"})
    assert not check({"puzzle": 3})
    assert not check({"puzzle": 3, "reason": "a", "more": 1})
    assert "maximum" not in json.dumps(schema)

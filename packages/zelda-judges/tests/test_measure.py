import pytest
from zelda_judges.measure import Measures, measure
from zelda_judges.segment import State, Step
from zelda_judges.testing import state


def of(*states):
    return measure(
        [
            Step(schema="state/1", step=at, action=0, reward=0.0, state=State.model_validate(found))
            for at, found in enumerate(states)
        ]
    )


NPC = {"id": 1, "subid": 0, "x": 80, "y": 90}
ENEMY = {"id": 9, "subid": 0, "x": 80, "y": 90, "health": 4}


def test_standing_still_is_nothing():
    assert of(*[state()] * 10) == Measures(steps=10, counted_steps=9, cells=1, rooms=1)


def test_one_step_is_enough():
    assert of(state()).counted_steps == 0


@pytest.mark.parametrize(
    ("before", "after", "name", "value"),
    [
        ({"visited_rooms": 3}, {"visited_rooms": 5}, "rooms_gained", 2),
        ({"enemies_killed": 3}, {"enemies_killed": 4}, "kills", 1),
        ({"treasures": [1]}, {"treasures": [1, 5, 7]}, "treasures", 2),
        ({"essences": 1}, {"essences": 7}, "essences", 2),
        ({"rupees": 4}, {"rupees": 24}, "rupees", 20),
        ({"rupees": 24}, {"rupees": 4}, "rupees", 0),
        ({"keys": 0}, {"keys": 1}, "keys_gained", 1),
        ({"keys": 1}, {"keys": 0}, "keys_used", 1),
        ({"bombs": 4}, {"bombs": 2}, "bombs_used", 2),
        ({"sword": 0, "shield": 1}, {"sword": 1, "shield": 2}, "upgrades", 2),
        ({"max_health": 12}, {"max_health": 16}, "containers", 4),
        ({"health": 12}, {"health": 9}, "damage", 3),
        ({"deaths": 0}, {"deaths": 1}, "deaths", 1),
        ({}, {"dead": True}, "deaths", 1),
        ({"enemies_left": 2}, {"enemies_left": 0}, "rooms_cleared", 1),
        ({"enemies_left": 2}, {"enemies_left": 0, "room": 9}, "rooms_cleared", 0),
        ({"enemies_left": 2}, {"enemies_left": 1}, "rooms_cleared", 0),
        ({}, {"items": [NPC]}, "drops", 1),
        ({}, {"items": [NPC], "room": 9}, "drops", 0),
        ({}, {"npcs": [NPC]}, "people_met", True),
        ({}, {"npcs": [NPC | {"x": 120}]}, "people_met", False),
        ({}, {"room": 9}, "rooms", 2),
        ({}, {"room": 9, "stable": False}, "rooms", 1),
        ({}, {"x": 80}, "cells", 2),
        ({}, {"x": 79}, "cells", 1),
        ({}, {"x": 79}, "busy_steps", 1),
        ({}, {"x": 79, "health": 10}, "busy_steps", 0),
        ({}, {"menu": 1}, "counted_steps", 1),
        ({}, {"menu": 1}, "busy_steps", 0),
        ({}, {"can_act": False, "transition": True}, "counted_steps", 0),
        ({"enemies": [ENEMY]}, {"enemies": [ENEMY | {"health": 2}]}, "busy_steps", 1),
        ({}, {"rupees": 1}, "busy_steps", 1),
    ],
)
def test_one_change(before, after, name, value):
    assert getattr(of(state(**before), state(**before | after)), name) == value


def talk(text):
    return state(dialog=True, can_act=False, text_id=text)


def test_texts():
    seen = of(state(), talk(1), talk(1), state(), talk(1), state(), talk(2))
    assert (seen.texts_opened, seen.texts_finished, seen.texts_earning) == (2, 1, 0)


def test_a_text_open_at_the_start_counts_when_it_is_closed():
    assert of(talk(4), state()).texts_finished == 1


def test_a_text_that_ends_in_death_is_not_finished():
    assert of(state(), talk(1), state(dead=True)).texts_finished == 0


def test_a_text_that_earned_a_treasure():
    assert of(state(), talk(1), state(treasures=[5])).texts_earning == 1
    assert of(state(treasures=[5]), talk(1) | {"treasures": [5]}, state(treasures=[5])).texts_earning == 0


def test_a_death_is_counted_once_by_flag_and_counter():
    assert of(state(), state(dead=True), state(deaths=1)).deaths == 1

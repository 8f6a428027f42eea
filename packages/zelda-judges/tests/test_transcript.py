import random

import pytest
from zelda_judges import read_segment
from zelda_judges.testing import state, wander, write_episode
from zelda_judges.transcript import MAX_CHARS, select_frames, transcribe


def segment(store, states, **options):
    return read_segment(store, write_episode(store, 0, [states], **options)[0])


def test_only_changes_are_told(store):
    states = [state(), state(x=73), state(x=88), state(x=88), state(x=88, rupees=5, dialog=True, text_id=9)]
    rows = transcribe(segment(store, states, actions=[0, 4, 4, 0, 5])).splitlines()
    assert rows[0].startswith("steps 5; frames a step 8; steps that moved 2; presses nop=2 right=2 A=1")
    assert rows[1].startswith("0 nop room=0:a7 cell=4,4 dialog=no")
    assert rows[2:] == ["2 right cell=5,4", "4 A dialog=text 9 rupees=5"]


def test_rows_between_rooms_are_left_out(store):
    states = [state(), state(stable=False, x=0, y=0, room=3), state(room=0xA8)]
    assert transcribe(segment(store, states)).splitlines()[2:] == ["2 nop room=0:a8"]


def test_long_segments_are_thinned_and_say_so(store):
    rng = random.Random(1)
    states = [state(x=rng.randrange(160), y=rng.randrange(128), rupees=step // 50) for step in range(1200)]
    text = transcribe(segment(store, states))
    assert len(text) <= MAX_CHARS + 100
    assert "rows left out " in text.splitlines()[0]
    told = [row for row in text.splitlines()[2:] if "rupees=" in row]
    assert len(told) == 23


def test_even_events_are_thinned_when_there_are_too_many(store):
    states = [state(rupees=step) for step in range(2000)]
    text = transcribe(segment(store, states), max_chars=2000)
    assert len(text) <= 2100
    steps = [int(row.split()[0]) for row in text.splitlines()[2:]]
    assert steps == sorted(steps)
    assert steps[-1] > 1800


def test_all_frames_where_there_are_few(store):
    assert select_frames(segment(store, [state()] * 30, frames=[0, 9]), 6) == [0, 9]
    assert select_frames(segment(store, [state()] * 30), 6) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 12])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_never_more_frames_than_asked_for_and_only_those_there_are(store, limit, seed):
    found = segment(store, wander(300, seed), frames=range(0, 300, 5))
    chosen = select_frames(found, limit)
    assert len(chosen) == limit
    assert chosen == sorted(set(chosen))
    assert set(chosen) <= set(found.manifest.frames)


def test_frames_at_events_are_chosen(store):
    states = [state(room=1 if step < 133 else 2, health=12 if step < 201 else 8) for step in range(300)]
    chosen = select_frames(segment(store, states, frames=range(0, 300, 10)), 6)
    assert {0, 140, 210, 290} <= set(chosen)

"""Random actions from every kind of situation: nothing raises, nothing leaves its bounds, nothing is paid unnamed.

A few hundred actions a kind; `make fuzz` (FUZZ_ACTIONS=100000) plays the rest.
"""

import importlib.util
import math
import os
from pathlib import Path

import numpy as np
import pytest
from zelda_env import ACTIONS, PRESETS, TERMS, GameState, ZeldaEnv

HERE = Path(__file__).parent
FUZZ_ACTIONS = int(os.environ.get("FUZZ_ACTIONS", "400"))
STATES = 8
"""Situations of a kind, at most; each is of another recipe, and of another room as long as there is one."""
DECODED_EVERY = 50


def _load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fact, recipe = _load("fact"), _load("recipe")

KINDS = {
    "overworld": "ACT & (wActiveGroup == 0)",
    "interior or cave": "ACT & (wActiveGroup == 3)",
    "dungeon": "ACT & DUNGEON & LARGE",
    "text": "(wTextIsActive == 1) & (wTextDisplayMode == 0)",
    "question": "wTextDisplayMode == 1",
    "menu opens": "(wOpenedMenuType == 1) & (wMenuLoadState == 0)",
    "menu": "(wOpenedMenuType == 1) & (wMenuLoadState == 1)",
    "scrolling": "wScreenTransitionState == 5",
    "warping": "WARPING",
    "entering": "wScrollMode == 2",
    "holding up an item": "w1Link.state == 4",
    "sword out": "w1WeaponItem.enabled == 3",
    "in the air": "wLinkInAir == 2",
    "pushing a block": "w1Interaction.enabled[:, 1] == 1",
    "bomb": "(w1Item.id == 3).any(axis=1) & STABLE",
    "drowning": "w1Link.state == 2",
    "dying": "(wLinkDeathTrigger != 0) & (wGameState == 2)",
    "game over": "wGameOverScreenTrigger == 255",
    "swimming": "wLinkSwimmingState != 0",
    "carrying": "wLinkGrabState == 0x83",
    "boomerang": "((w1Item.id == 6) & (w1Item.enabled & 3 == 1)).any(axis=1) & STABLE",
    "visitor": "(wIsMaplePresent != 0) & STABLE",
    "second page": "(wOpenedMenuType == 1) & (wInventorySubmenu == 1)",
    "guardian's scene": "wCutsceneIndex == 0x0E",
    "shut in": "wDisableScreenTransitions != 0",
}
"""Situations, in the words of `fact.py`."""


@pytest.fixture(scope="session")
def moments():
    """For each kind: (room, recipe, frame) of its situations."""
    found = {kind: [] for kind in KINDS}
    for name in recipe.RECIPES:
        trace = fact.Trace(*recipe.trace(name, fact.OFFSETS))
        rooms = (trace.value("wActiveGroup") << 8 | trace.value("wActiveRoom")).tolist()
        for kind, words in KINDS.items():
            frames = np.flatnonzero(trace.value(words)).tolist()
            found[kind] += [(rooms[frame], name, frame) for frame in {rooms[frame]: frame for frame in frames}.values()]
    return {kind: _spread(places) for kind, places in found.items()}


def _spread(places):
    """Choose some of the situations: first one in each room, then others."""
    first = {room: (room, name, frame) for room, name, frame in reversed(places)}
    return [*first.values(), *(place for place in places if place not in first.values())][:STATES]


def state_at(name, frame):
    """Play a recipe as far as a frame and save."""
    pyboy, _ = recipe.begin(name)
    played = recipe.frames(pyboy, recipe.RECIPES[name].steps)
    for _ in range(frame):
        next(played)
    for button in recipe.BITS:
        pyboy.button_release(button)
    pyboy.tick(1, False, False)
    state = recipe.save(pyboy)
    pyboy.stop(save=False)
    return state


def actions(generator):
    """Yield actions: now and then the same one for a while, so that Link gets somewhere."""
    while True:
        action = int(generator.integers(len(ACTIONS)))
        for _ in range(int(generator.integers(1, 13)) if generator.random() < 0.5 else 1):
            yield action


@pytest.mark.parametrize("kind", KINDS)
def test_random_actions_break_nothing(kind, moments, acorn):
    places = moments[kind]
    if not places:
        pytest.skip(f"no recipe has a situation in which {KINDS[kind]}")
    states = [state_at(name, frame) for _, name, frame in places]
    number = list(KINDS).index(kind)
    generator, rooms, terms, episodes, deaths = np.random.default_rng([99, number]), set(), set(), 0, 0
    env = ZeldaEnv(
        rom=acorn,
        state=states,
        episode_length=min(300, 1 + FUZZ_ACTIONS // (2 * len(states))),
        terminate_on_death=number % 2 == 0,
        observation=("vector", "dict", "pixels")[number % 3],
        rewards=list(PRESETS)[number % len(PRESETS)],
    )
    choice, over, seed = actions(generator), True, number
    for step in range(FUZZ_ACTIONS):
        if over:
            observation, info = env.reset(seed=seed)
            seed, episodes = None, episodes + 1
            assert env.observation_space.contains(observation)
        observation, reward, terminated, truncated, info = env.step(next(choice))
        assert env.observation_space.contains(observation), (kind, step)
        assert math.isfinite(reward)
        assert info["rewards"].keys() <= set(TERMS), (kind, step)
        assert reward == math.fsum(info["rewards"].values())
        terms |= info["rewards"].keys()
        deaths += "death" in info["rewards"]
        over = terminated or truncated
        if over or step % DECODED_EVERY == 0:
            state = GameState.model_validate_json(env.game_state().model_dump_json())
            rooms.add((state.group, state.room))
    env.close()
    print(
        f"{kind}: {FUZZ_ACTIONS} actions from {len(states)} states, {episodes} episodes, {len(rooms)} rooms, "
        f"{deaths} deaths, terms {' '.join(sorted(terms))}"
    )
    assert terms

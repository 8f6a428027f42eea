import gymnasium as gym
import pytest
from zelda_env import ACORN_ID, SEASONS_ID, RomError, ZeldaEnv, register


def test_both_ids_are_registered_once():
    assert {ACORN_ID, SEASONS_ID} <= gym.registry.keys()
    register()


def test_make_takes_the_fields_of_the_config():
    env = gym.make(ACORN_ID, frame_skip=8)
    assert isinstance(env.unwrapped, ZeldaEnv)
    assert env.unwrapped.config.frame_skip == 8
    env.close()


def test_seasons_needs_a_cartridge(monkeypatch):
    monkeypatch.delenv("ZELDA_ROM", raising=False)
    with pytest.raises(RomError, match="pass rom=PATH or set ZELDA_ROM"):
        gym.make(SEASONS_ID)


def test_seasons_takes_the_environment_variable_and_refuses_acorn(monkeypatch, tmp_path, acorn):
    path = tmp_path / "acorn.gbc"
    path.write_bytes(acorn.data)
    monkeypatch.setenv("ZELDA_ROM", str(path))
    with pytest.raises(RomError, match="expects ZELDA DIN"):
        gym.make(SEASONS_ID)

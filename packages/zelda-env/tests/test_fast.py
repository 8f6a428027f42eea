"""The compiled module; tests that need it are skipped, by name, where there is no compiler to build it."""

import io

import numpy as np
import pytest
from zelda_env import BuildError, Emulator, EmulatorError, InitialStateError, ZeldaEnv, boot, fast

needs_module = pytest.mark.skipif(fast.MODULE is None, reason=f"the compiled module: {fast.MISSING}")


@pytest.fixture
def emulator(acorn):
    made = Emulator(acorn)
    boot(made)
    yield made
    made.close()


def own_state(emulator):
    file = io.BytesIO()
    emulator._pyboy.save_state(file)
    return file.getvalue()


@needs_module
def test_saves_are_byte_identical_to_those_of_pyboy(emulator):
    actions = np.random.default_rng(1)
    for _ in range(10):
        emulator.act(int(actions.integers(8)), 5, render=True)
        assert fast.MODULE.save_state(emulator._pyboy) == own_state(emulator)


@needs_module
def test_loads_do_what_those_of_pyboy_do(acorn, emulator):
    other = Emulator(acorn, state_access="pyboy")
    assert (emulator.state_access, other.state_access) == ("compiled", "pyboy")
    actions = np.random.default_rng(2)
    states = []
    for _ in range(4):
        emulator.act(int(actions.integers(8)), 40, render=True)
        states.append(emulator.save_state())
    for state in reversed(states):
        for made in (emulator, other):
            made.load_state(state)
            for action in (3, 5, 1, 0):
                made.act(action, 7, render=True)
        assert own_state(emulator) == own_state(other)
    other.close()


@needs_module
@pytest.mark.parametrize("length", [0, 1, 1000, 150_000])
def test_a_state_that_ends_too_early_is_refused(acorn, emulator, length):
    broken = Emulator(acorn, state_access="compiled")
    with pytest.raises(InitialStateError, match=r"does not load|expected 1 to"):
        broken.load_state(own_state(emulator)[:length])
    broken.close()


def test_without_the_module_pyboy_does_it_and_says_so(acorn, monkeypatch):
    monkeypatch.setattr(fast, "MODULE", None)
    monkeypatch.setattr(fast, "MISSING", "not built")
    env = ZeldaEnv(rom=acorn)
    first = env.reset(seed=1)[0]
    env.step(3)
    assert env.state_access == "pyboy"
    assert np.array_equal(env.reset(seed=1)[0], first)
    env.close()
    with pytest.raises(EmulatorError, match=r"no compiled save states \(not built\)"):
        Emulator(acorn, state_access="compiled")


@pytest.mark.parametrize(("revision", "pyboy"), [(0, "2.8.1"), (fast.REVISION, "2.0.0")])
def test_a_module_made_for_something_else_is_left_alone(monkeypatch, revision, pyboy):
    module = type("Other", (), {"REVISION": revision, "PYBOY": pyboy})
    monkeypatch.setattr(fast, "find_spec", lambda _: object())
    monkeypatch.setattr(fast, "import_module", lambda _: module)
    found, reason = fast.find()
    assert found is None
    assert f"revision {revision}, PyBoy {pyboy}" in reason


def test_a_module_that_does_not_import_is_left_alone(monkeypatch):
    def fail(_):
        raise ValueError("size changed")

    monkeypatch.setattr(fast, "find_spec", lambda _: object())
    monkeypatch.setattr(fast, "import_module", fail)
    assert "size changed" in fast.find()[1]


def test_without_the_tools_the_build_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(fast, "_installed", lambda _: False)
    with pytest.raises(BuildError, match=r"zelda-env\[fast\]"):
        fast.build(tmp_path)


def test_a_compiler_that_fails_is_a_plain_error_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(fast, "_installed", lambda _: True)
    monkeypatch.setattr(fast, "_SETUP", "raise SystemExit('no compiler here')")
    with pytest.raises(BuildError, match="no compiler here"):
        fast.build(tmp_path)
    assert list(tmp_path.iterdir()) == []


@needs_module
def test_the_build_makes_one_file(tmp_path):
    if not all(map(fast._installed, ("cython", "setuptools"))):
        pytest.skip("Cython and setuptools are not installed")
    made = fast.build(tmp_path)
    assert [made] == list(tmp_path.iterdir())
    assert made.name.startswith("_fast.")

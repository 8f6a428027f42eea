import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from zelda_rm import Potential, shaping

values = arrays(np.float32, st.integers(2, 40), elements=st.floats(-100, 100, width=32))


def first_slot(obs):
    return obs[:, 0]


@given(values, st.floats(0, 1), st.booleans())
def test_a_trajectory_telescopes(phi, gamma, terminated):
    rewards = Potential(first_slot, gamma).trajectory(phi[:, None], terminated).astype(np.float64)
    discounts = gamma ** np.arange(len(rewards))
    last = 0.0 if terminated else float(phi[-1])
    assert rewards @ discounts == pytest.approx(gamma ** len(rewards) * last - float(phi[0]), abs=1e-2)


@given(values, st.floats(0, 1), st.booleans())
def test_steps_and_trajectories_agree(phi, gamma, terminated):
    potential = Potential(first_slot, gamma, weight=0.5)
    obs = phi[:, None]
    ended = np.arange(len(phi) - 1) == (len(phi) - 2 if terminated else -1)
    assert np.array_equal(potential.step(obs[:-1], obs[1:], ended), potential.trajectory(obs, terminated))


def test_only_termination_empties_the_potential():
    phi, next_phi = np.float32([1.0, 1.0]), np.float32([3.0, 3.0])
    assert shaping(phi, next_phi, [False, True], 0.5).tolist() == [0.5, -1.0]
    assert shaping(phi, next_phi, [False, True], 0.5).dtype == np.float32


@pytest.mark.parametrize(("gamma", "weight"), [(1.1, 1.0), (-0.1, 1.0), (float("nan"), 1.0), (0.9, float("inf"))])
def test_what_is_no_discount_or_weight_is_refused(gamma, weight):
    with pytest.raises(ValueError, match="expected"):
        Potential(first_slot, gamma, weight)


STATES, ACTIONS = 6, 3


def optimal_q(transitions, rewards, gamma):
    """Value iteration to convergence: (S, A, S) and (S, A, S) -> (S, A). The last state is terminal."""
    q = np.zeros((STATES, ACTIONS))
    for _ in range(2_000):
        value = q.max(1)
        value[-1] = 0.0
        q = (transitions * (rewards + gamma * value)).sum(2)
    return q


def random_mdp(seed):
    rng = np.random.default_rng(seed)
    transitions = rng.dirichlet(np.full(STATES, 0.3), (STATES, ACTIONS))
    return transitions, rng.normal(size=(STATES, ACTIONS, STATES)), rng.normal(0, 3, STATES).astype(np.float32)


def shaped(seed, gamma, change=lambda extra: extra, *, terminal=True):
    """Optimal Q of the task and of the shaped one, where they matter."""
    transitions, rewards, phi = random_mdp(seed)
    left, reached = (grid.ravel() for grid in np.meshgrid(np.arange(STATES), np.arange(STATES), indexing="ij"))
    extra = shaping(phi[left], phi[reached], terminal & (reached == STATES - 1), gamma).reshape(STATES, 1, STATES)
    plain, other = optimal_q(transitions, rewards, 0.95), optimal_q(transitions, rewards + change(extra), 0.95)
    return plain[:-1], other[:-1], phi[:-1]


@pytest.mark.parametrize("seed", range(12))
def test_shaping_changes_no_optimal_policy(seed):
    plain, other, phi = shaped(seed, 0.95)
    assert np.array_equal(plain.argmax(1), other.argmax(1))
    assert np.allclose(plain - phi[:, None], other, atol=1e-4)


@pytest.mark.parametrize("change", [lambda extra: np.clip(extra, -1, 1), lambda extra: np.maximum(extra, 0)])
def test_the_check_would_notice_a_shaping_that_is_bent(change):
    results = [shaped(seed, 0.95, change) for seed in range(12)]
    assert any((plain.argmax(1) != other.argmax(1)).any() for plain, other, _ in results)


def test_the_check_would_notice_a_terminal_potential():
    results = [shaped(seed, 0.95, terminal=False) for seed in range(12)]
    assert not all(np.allclose(plain - phi[:, None], other, atol=1e-4) for plain, other, phi in results)

"""Learn how far a game is won from judges who only say how much was won in a stretch of it.

Four hundred stretches of play begin anywhere in a game and advance it a little, along three of 128 numbers; the others
are noise or constant. Judges give each a noisy score for what changed. From pairs of those scores a potential is learnt
that ranks states never seen.

    python examples/learn_a_potential.py
"""

import numpy as np
from numpy.typing import NDArray
from zelda_rm import FitConfig, Potential, Segment, fit, make_preferences, rank_correlation

rng = np.random.default_rng(0)


def how_far(obs: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the judges have in mind: (N, 128) -> (N,)."""
    return obs[:, 0] + obs[:, 1] + 2 * obs[:, 2] ** 2


def play(steps: int = 60) -> NDArray[np.float32]:
    """Observations of one stretch of play: float32 (T, 128)."""
    obs = np.zeros((steps, 128), np.float32)
    obs[:, 3:16] = rng.random((steps, 13))
    obs[:, :3] = rng.random(3) * 0.5 + (rng.random((steps, 3)) * rng.random(3) / steps).cumsum(0)
    return obs


plays = [play() for _ in range(400)]
change = np.array([how_far(obs)[-1] - how_far(obs)[0] for obs in plays])
score = np.clip((change - change.min()) / np.ptp(change) + rng.normal(0, 0.05, len(plays)), 0, 1)
segments = [
    Segment.from_observations(f"play {index}", obs, gain=float(value))
    for index, (obs, value) in enumerate(zip(plays, score, strict=True))
]
pairs = make_preferences(segments, pairs=10_000, seed=0)
unseen = np.concatenate([play() for _ in range(20)])
for link in ("sum", "delta"):
    model = fit(segments, pairs.preferences, layout="example/1", seed=0, config=FitConfig(link=link))
    print(f"{link:6} held-out accuracy {model.metrics['heldout_accuracy']:.2f}")
print(f"rank correlation with the truth: {rank_correlation(model.potential(unseen), how_far(unseen)):.2f}")

shaping = Potential(model.twin(), gamma=0.999, weight=0.1)
obs = play()
rewards = shaping.trajectory(obs, terminated=False)
print(f"a stretch that advances the game by {how_far(obs)[-1] - how_far(obs)[0]:.2f} earns {rewards.sum():.3f}")

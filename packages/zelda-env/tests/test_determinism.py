"""Twenty thousand random steps lead to the same RAM in every process, whatever is drawn or rendered on the way."""

import subprocess
import sys

PROGRAM = """
import hashlib, sys
import numpy as np
from zelda_env import ACTIONS, ZeldaEnv

seed, render, steps = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
env = ZeldaEnv(render_mode="rgb_array" if render == "all" else None, episode_length=1000)
actions = np.random.default_rng(seed).integers(len(ACTIONS), size=steps)
seen, ram, episodes = hashlib.sha256(), hashlib.sha256(), 1
observation, _ = env.reset(seed=seed)
for number, action in enumerate(actions):
    if render == "some" and number % 7 == 0:
        env.request_frame()
    observation, reward, terminated, truncated, info = env.step(action)
    seen.update(observation.tobytes() + repr((reward, terminated, truncated, info["rewards"])).encode())
    if number % 100 == 99:
        ram.update(env.ram.dump())
    if terminated or truncated:
        observation, _ = env.reset()
        episodes += 1
env.close()
print(episodes, seen.hexdigest(), ram.hexdigest())
"""


def run(seed, render="none", steps=20_000):
    command = [sys.executable, "-c", PROGRAM, str(seed), render, str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return done.stdout.split()


def test_two_processes_and_any_rendering_lead_to_the_same_ram_and_another_seed_does_not():
    episodes, seen, ram = run(7)
    assert int(episodes) >= 20
    assert run(7, "all") == run(7, "some") == [episodes, seen, ram]
    _, other_seen, other_ram = run(8)
    assert other_seen != seen
    assert other_ram != ram

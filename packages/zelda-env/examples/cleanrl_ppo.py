"""PPO in one file, as CleanRL writes its algorithms: PyTorch, eight environments, nothing hidden.

example: python cleanrl_ppo.py --steps 100000
"""

import argparse
from dataclasses import dataclass

import numpy as np
import torch
import zelda_env
from gymnasium.wrappers import RecordEpisodeStatistics
from rooms import CountRooms, report
from torch import Tensor, nn
from torch.distributions import Categorical


@dataclass(frozen=True)
class Settings:
    """What the algorithm is given."""

    rollout: int = 128  # steps of each environment between two updates
    epochs: int = 4  # passes over a rollout
    minibatch: int = 256  # samples
    discount: float = 0.99
    trace: float = 0.95  # lambda of the generalised advantage estimate
    clip: float = 0.2  # how far the ratio of the policies may lie from 1
    entropy: float = 0.01  # weight of the entropy bonus
    value: float = 0.5  # weight of the value loss
    rate: float = 3e-4  # of Adam, falling to 0 over the run


class Agent(nn.Module):
    """A policy over 8 actions and a value, each of two hidden layers."""

    def __init__(self) -> None:
        super().__init__()
        self.actor, self.critic = self._network(8, 0.01), self._network(1, 1.0)

    @staticmethod
    def _network(outputs: int, gain: float) -> nn.Sequential:
        layers = [nn.Linear(128, 128), nn.Tanh(), nn.Linear(128, 128), nn.Tanh(), nn.Linear(128, outputs)]
        linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        for layer, scale in zip(linear, (2**0.5, 2**0.5, gain), strict=True):
            nn.init.orthogonal_(layer.weight, scale)
            nn.init.zeros_(layer.bias)
        return nn.Sequential(*layers)

    def forward(self, observations: Tensor) -> tuple[Categorical, Tensor]:
        """Return the policy and the values (N,) of observations (N, 128)."""
        return Categorical(logits=self.actor(observations)), self.critic(observations).squeeze(-1)


def advantages(rewards: Tensor, values: Tensor, last: Tensor, ended: Tensor, settings: Settings) -> Tensor:
    """Return the generalised advantage estimates of a rollout; everything is (T, N), `last`, the next values, (N,)."""
    estimates = torch.zeros_like(rewards)
    ahead = torch.zeros_like(last)
    for t in reversed(range(len(rewards))):
        follows = 1.0 - ended[t]
        error = rewards[t] + settings.discount * last * follows - values[t]
        ahead = error + settings.discount * settings.trace * follows * ahead
        estimates[t], last = ahead, values[t]
    return estimates


def update(agent: Agent, optimiser: torch.optim.Optimizer, batch: dict[str, Tensor], settings: Settings) -> None:
    """Improve the agent on a rollout, whose entries all begin with the number of samples."""
    for _ in range(settings.epochs):
        for chosen in torch.randperm(len(batch["actions"])).split(settings.minibatch):
            part = {name: entries[chosen] for name, entries in batch.items()}
            policy, values = agent(part["observations"])
            ratio = (policy.log_prob(part["actions"]) - part["log_probs"]).exp()
            gain = part["advantages"]
            gain = (gain - gain.mean()) / (gain.std() + 1e-8)
            surrogate = torch.min(gain * ratio, gain * ratio.clamp(1 - settings.clip, 1 + settings.clip)).mean()
            value_loss = 0.5 * (values - part["returns"]).square().mean()
            loss = settings.value * value_loss - surrogate - settings.entropy * policy.entropy().mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimiser.step()


@torch.no_grad()
def collect(
    agent: Agent, envs: zelda_env.ZeldaVectorEnv, first: np.ndarray, settings: Settings
) -> tuple[dict[str, Tensor], np.ndarray, list[tuple[float, float]]]:
    """Play a rollout on from the observations `first`.

    Returns:
        The samples, the observations at the end, and the return and rooms of each episode that ended.
    """
    steps: list[tuple[Tensor, ...]] = []
    episodes: list[tuple[float, float]] = []
    for _ in range(settings.rollout):
        observations = torch.from_numpy(first)
        policy, values = agent(observations)
        actions = policy.sample()
        first, rewards, terminated, truncated, infos = envs.step(actions.numpy())
        if (ended := terminated | truncated).any():
            final = infos["final_info"]
            episodes += zip(final["episode"]["r"][ended], final["rooms"][ended], strict=True)
        if truncated.any():  # time ran out, the game did not end: what was still to come is the last value
            cut = torch.from_numpy(np.stack(infos["final_obs"][truncated]))
            rewards[truncated] += settings.discount * agent(cut)[1].numpy()
        paid, ends = torch.from_numpy(rewards).float(), torch.from_numpy(ended).float()
        steps.append((observations, actions, policy.log_prob(actions), values, paid, ends))
    observations, actions, log_probs, values, paid, ends = (torch.stack(column) for column in zip(*steps, strict=True))
    gains = advantages(paid, values, agent(torch.from_numpy(first))[1], ends, settings)
    batch = {"observations": observations, "actions": actions, "log_probs": log_probs}
    batch |= {"advantages": gains, "returns": gains + values}
    return {name: entries.flatten(0, 1) for name, entries in batch.items()}, first, episodes


def main() -> None:
    """Train, and print what the last hundred episodes were like."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000, help="over all environments")
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--episode-length", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    settings = Settings()
    torch.manual_seed(options.seed)
    envs = zelda_env.make_vec(
        options.num_envs,
        frame_skip=8,
        episode_length=options.episode_length,
        autoreset_mode="SameStep",
        wrap=lambda env, _: RecordEpisodeStatistics(CountRooms(env)),
    )
    agent = Agent()
    optimiser = torch.optim.Adam(agent.parameters(), settings.rate, eps=1e-5)
    observations, _ = envs.reset(seed=options.seed)
    episodes: list[tuple[float, float]] = []
    updates = -(-options.steps // (settings.rollout * options.num_envs))
    for done in range(updates):
        optimiser.param_groups[0]["lr"] = settings.rate * (1 - done / updates)
        batch, observations, ended = collect(agent, envs, observations, settings)
        episodes += ended
        update(agent, optimiser, batch, settings)
    envs.close()
    print(report(*zip(*episodes[-100:], strict=True)) if episodes else report([], []))


if __name__ == "__main__":
    main()

import numpy as np
import pytest
import torch
from corridor import Corridor
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.utils.metrics import NUM_ENV_STEPS_SAMPLED_LIFETIME
from zelda_train.algorithm import build_config
from zelda_train.config import TrainConfig
from zelda_train.policy import digest
from zelda_train.runner import FragmentRunner

CONFIG = TrainConfig(ray_workers=0, envs_per_worker=2, batch_size=256, minibatch_size=64, hidden=32)


@pytest.fixture
def learner():
    config = build_config(CONFIG, Corridor)
    torch.manual_seed(0)
    return config.build_learner(env=None, spaces={"__env__": SPACES, "default_policy": SPACES})


SPACES = (Corridor.observation_space, Corridor.action_space)


@pytest.fixture
def episodes():
    torch.manual_seed(0)
    runner = FragmentRunner(config=build_config(CONFIG, Corridor), worker_index=0, num_workers=0)
    return runner.sample(num_timesteps=256)


def update(learner, episodes):
    np.random.seed(0)  # RLlib shuffles with the global generator
    return learner.update(
        episodes=episodes,
        timesteps={NUM_ENV_STEPS_SAMPLED_LIFETIME: 0},
        num_epochs=2,
        minibatch_size=64,
        shuffle_batch_per_epoch=True,
    )


def weights(learner):
    return digest(learner.module["default_policy"].get_state())


def test_an_update_changes_the_weights_and_repeats(learner, episodes):
    before = weights(learner)
    result = update(learner, episodes)
    assert weights(learner) != before
    assert learner.updates == 1
    for name in ("policy_loss", "value_loss", "entropy", "approx_kl", "clip_fraction"):
        assert np.isfinite(result["default_policy"][name].peek())
    assert result["__all_modules__"]["skipped_updates"].peek() == 0


def test_gradients_that_are_not_finite_are_skipped_and_counted(learner, episodes):
    before = weights(learner)
    episodes[0].rewards.data[0] = np.nan
    result = update(learner, episodes)
    assert weights(learner) == before
    assert result["__all_modules__"]["skipped_updates"].peek() == 8
    assert update(learner, episodes[1:])["__all_modules__"]["skipped_updates"].peek() == 0


def test_the_norm_of_an_update_is_clipped(learner, episodes):
    for each in episodes:
        each.rewards.data[:] *= 1e6
    update(learner, episodes)
    gradients = [parameter.grad for parameter in learner.module["default_policy"].parameters()]
    norm = torch.sqrt(sum(gradient.pow(2).sum() for gradient in gradients))
    assert norm <= CONFIG.grad_clip * 1.001


def test_the_loss_is_that_of_rllib(learner, episodes):
    """Same minibatch, same module: the stock loss, with its clip of the squared value error out of the way."""
    batch = learner._learner_connector(rl_module=learner.module, batch={}, episodes=episodes, metrics=learner.metrics)
    batch = batch["default_policy"]
    with torch.no_grad():
        for parameter in learner.module["default_policy"].parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))  # so that the ratio is not 1
    batch["action_dist_inputs"] = torch.zeros(len(batch["obs"]), 8)
    fwd_out = learner.module["default_policy"].forward_train(batch)
    config = learner.config.copy(copy_frozen=False)
    config.training(vf_clip_param=float("inf"))
    arguments = {"module_id": "default_policy", "config": config, "batch": batch, "fwd_out": fwd_out}
    lean = learner.compute_loss_for_module(**arguments)
    stock = PPOTorchLearner.compute_loss_for_module(learner, **arguments)
    torch.testing.assert_close(lean, stock, rtol=1e-5, atol=1e-6)


def test_the_potential_reaches_the_connector(learner, episodes):
    learner.set_potential(lambda obs: obs.sum(1))
    result = update(learner, episodes)
    assert result["default_policy"]["shaping_sum"].peek() != 0
    learner.set_potential(None)
    assert update(learner, episodes)["default_policy"]["shaping_sum"].peek() == 0


def test_steps_of_other_weights_are_noticed(learner, episodes):
    assert update(learner, episodes)["__all_modules__"]["stale_steps"].peek() == 0
    assert update(learner, episodes)["__all_modules__"]["stale_steps"].peek() == 256

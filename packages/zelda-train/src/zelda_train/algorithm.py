"""RLlib's PPO, configured for an emulator, and without the folder it leaves in the home directory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import gymnasium as gym
from ray.rllib.algorithms.ppo import PPO, PPOConfig
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from zelda_train.config import TrainConfig, epoch_seed
from zelda_train.errors import CheckpointError
from zelda_train.learner import LeanPPOLearner
from zelda_train.module import ActorCritic
from zelda_train.policy import digest
from zelda_train.runner import FragmentRunner
from zelda_train.shaping import Shaping

Answer = TypeVar("Answer")


class EpochPPO(PPO):  # type: ignore[misc]
    """PPO whose log folder is temporary: a container's home directory may be read-only, and nothing is read from it."""

    @property
    def learner(self) -> LeanPPOLearner:
        """The learner, which lives in this process."""
        found: LeanPPOLearner = self.learner_group._learner
        return found

    def weights_sha256(self) -> str:
        """Return the digest of the learner's weights, policy and value; see `digest`."""
        return digest(self.learner.module[DEFAULT_MODULE_ID].get_state())

    def check_runners(self) -> None:
        """Make sure that every runner samples with the learner's policy.

        RLlib sends weights without waiting, may drop them on the way, and a runner refuses those that look older than
        its own; one that missed them would sample its first batch with a fresh network. Runners that have other
        weights are sent them once more, waited for, and checked again.

        Raises:
            CheckpointError: A runner still has other weights.
        """
        state = self.learner.module[DEFAULT_MODULE_ID].get_state(inference_only=True)
        expected, version = digest(state), self.learner.updates
        if self._wrong_runners(expected):
            self.each_runner(lambda runner: runner.replace_weights(state, version))
        wrong = self._wrong_runners(expected)
        if wrong:
            raise CheckpointError(
                f"{wrong} runners do not have the weights of the learner, even after sending them twice; "
                "run the epoch again"
            )

    def _wrong_runners(self, expected: str) -> int:
        found = self.each_runner(lambda runner: digest(runner.module.get_state(inference_only=True)))
        return sum(each != expected for each in found)

    def each_runner(self, method: Callable[[FragmentRunner], Answer]) -> list[Answer]:
        """Call a method of every runner that has environments, and wait for the answers."""
        local = self.env_runner_group.num_remote_env_runners() == 0
        answers: list[Answer] = self.env_runner_group.foreach_env_runner(method, local_env_runner=local)
        return answers

    def cleanup(self) -> None:
        """Stop the runners and remove the temporary folder."""
        super().cleanup()
        shutil.rmtree(self._logdir, ignore_errors=True)

    def _setup_logdir(self) -> None:
        self._logdir = tempfile.mkdtemp(prefix="zelda-train-")


def build_config(
    config: TrainConfig, env: str | type, *, epoch: int = 0, env_config: dict[str, Any] | None = None
) -> PPOConfig:
    """Return RLlib's configuration of the epoch, ready for `build_algo()`.

    The learnt potential is not part of it: RLlib pickles its configuration into every checkpoint and every runner.
    Hand it to the learner once the algorithm stands, with `LeanPPOLearner.set_potential`.

    Args:
        config: The parameters.
        env: A name given to `ray.tune.register_env`, or an environment class that takes an `EnvContext`. Its
            observations are a flat `Box` of float32, its actions `Discrete`.
        epoch: Number of the epoch, from 0; the seed depends on it.
        env_config: What the environment finds in its `EnvContext`. Never credentials: it ends up in the checkpoint.

    Returns:
        A configuration that is not frozen, so that a user may change it further.
    """
    ppo = PPOConfig(algo_class=EpochPPO)
    ppo.environment(env, env_config=env_config or {})
    ppo.framework("torch")
    ppo.rl_module(rl_module_spec=RLModuleSpec(module_class=ActorCritic, model_config={"hidden": config.hidden}))
    _configure_sampling(ppo, config)
    _configure_learning(ppo, config)
    ppo.debugging(seed=epoch_seed(config.seed, epoch), log_level="ERROR")
    ppo.reporting(min_time_s_per_iteration=None, min_sample_timesteps_per_iteration=0)
    return ppo


def _configure_sampling(ppo: PPOConfig, config: TrainConfig) -> None:
    ppo.env_runners(
        env_runner_cls=FragmentRunner,
        num_env_runners=config.ray_workers,
        num_envs_per_env_runner=config.envs_per_worker,
        rollout_fragment_length="auto",
        # Emulators are slow when a machine is busy; data that arrives late must not be thrown away.
        sample_timeout_s=600.0,
        # With the default of 1, RLlib drops weights on their way to a runner that has not yet taken the last ones.
        max_requests_in_flight_per_env_runner=4,
    )
    ppo.fault_tolerance(
        restart_failed_env_runners=True,
        restart_failed_sub_environments=True,
        delay_between_env_runner_restarts_s=1.0,
        max_num_env_runner_restarts=10,
        env_runner_health_probe_timeout_s=30.0,
        env_runner_restore_timeout_s=300.0,
    )


def _configure_learning(ppo: PPOConfig, config: TrainConfig) -> None:
    ppo.learners(
        num_learners=0,
        learner_class=LeanPPOLearner,
        learner_config_dict={"grad_clip": config.grad_clip, "threads": config.learner_threads},
        learner_connector=partial(_shaping, config.gamma, config.gae_lambda, config.shaping_weight),
        add_default_connectors_to_learner_pipeline=False,
    )
    ppo.training(
        gamma=config.gamma,
        lambda_=config.gae_lambda,
        lr=config.lr,
        train_batch_size_per_learner=config.batch_size,
        minibatch_size=config.minibatch_size,
        num_epochs=config.ppo_epochs,
        clip_param=config.clip,
        entropy_coeff=config.entropy,
        vf_loss_coeff=config.value_weight,
        # RLlib does not write the KL coefficient into its checkpoints: a restored run would continue with another one.
        use_kl_loss=False,
        use_critic=True,
        use_gae=True,
        # The learner clips by itself, together with its check for finite gradients.
        grad_clip=None,
    )


def _shaping(gamma: float, gae_lambda: float, weight: float, *spaces: gym.Space[Any] | None) -> Shaping:
    """Build the learner's connector; a module-level function so that the configuration pickles."""
    return Shaping(*spaces, gamma=gamma, gae_lambda=gae_lambda, weight=weight)

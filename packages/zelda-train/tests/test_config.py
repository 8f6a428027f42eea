import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from zelda_train.algorithm import EpochPPO, build_config
from zelda_train.config import TrainConfig, epoch_seed
from zelda_train.learner import LeanPPOLearner
from zelda_train.runner import FragmentRunner


def test_a_config_is_frozen_and_refuses_unknown_fields():
    config = TrainConfig()
    with pytest.raises(ValidationError):
        config.lr = 1.0
    with pytest.raises(ValidationError, match="extra"):
        TrainConfig(learning_rate=1.0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"minibatch_size": 8192}, "raise --batch-size"),
        ({"batch_size": 4, "minibatch_size": 4}, "less than one step"),
        ({"gamma": 1.5}, "less than or equal to 1"),
        ({"epoch_steps": 0}, "greater than 0"),
    ],
)
def test_nonsense_is_refused_with_a_cure(fields, message):
    with pytest.raises(ValidationError, match=message):
        TrainConfig(**fields)


@given(st.integers(0, 2**31), st.integers(0, 10_000))
def test_epoch_seeds_repeat_and_fit_what_takes_them(seed, epoch):
    assert epoch_seed(seed, epoch) == epoch_seed(seed, epoch)
    assert 0 <= epoch_seed(seed, epoch) < 2**31


def test_epochs_do_not_share_seeds():
    assert len({epoch_seed(seed, epoch) for seed in range(10) for epoch in range(100)}) == 1000


def test_rllib_is_configured_around_its_traps():
    ppo = build_config(TrainConfig(seed=3), "game", epoch=2)
    assert ppo.algo_class is EpochPPO
    assert ppo.env_runner_cls is FragmentRunner
    assert ppo.learner_class is LeanPPOLearner
    assert ppo.max_requests_in_flight_per_env_runner == 4  # with 1, weights are dropped
    assert not ppo.use_kl_loss  # its coefficient is not restored
    assert ppo.grad_clip is None  # the learner clips by itself
    assert ppo.restart_failed_env_runners
    assert ppo.restart_failed_sub_environments
    assert ppo.seed == epoch_seed(3, 2)


def test_parameters_reach_rllib():
    config = TrainConfig(
        gamma=0.9, gae_lambda=0.8, lr=2e-3, entropy=0.02, clip=0.1, ppo_epochs=3, hidden=64, minibatch_size=128
    )
    ppo = build_config(config, "game")
    assert (ppo.gamma, ppo.lambda_, ppo.lr, ppo.entropy_coeff) == (0.9, 0.8, 2e-3, 0.02)
    assert (ppo.clip_param, ppo.num_epochs, ppo.minibatch_size) == (0.1, 3, 128)
    connector = ppo.build_learner_connector(None, None).connectors[0]
    assert (connector.gamma, connector.gae_lambda, connector.weight) == (0.9, 0.8, 1.0)
    assert ppo.rl_module_spec.model_config == {"hidden": 64}

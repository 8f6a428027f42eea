"""The composition with the siblings; skipped where they are not installed."""

import hashlib
import json

import pytest
from ray.rllib.env.env_context import EnvContext

pytest.importorskip("zelda_env")
pytest.importorskip("zelda_rm")

from zelda_rm.artifact import dump_model
from zelda_rm.model import RewardModel
from zelda_train.config import TrainConfig
from zelda_train.errors import CheckpointError, PotentialError, TrainError
from zelda_train.stack import GameCreator, Output, evaluate_stack_epoch, game_of, load_potential, train_stack_epoch

pytestmark = pytest.mark.usefixtures("cluster")

CONFIG = TrainConfig(
    epoch_steps=256, ray_workers=0, envs_per_worker=2, batch_size=256, minibatch_size=64, episode_length=40
)


def test_an_epoch_of_the_game_is_recorded(store):
    manifest = train_stack_epoch(CONFIG, store, 0)
    assert manifest["layout"] == "zelda-obs/2"
    assert manifest["rom"]["title"] == "ACORN"
    metrics = manifest["metrics"]
    # Each environment plays three episodes of 40 steps and 8 steps of a fourth, each of them one segment.
    assert (metrics["episodes"], metrics["segments"], metrics["dropped"]) == (6, 8, 0)
    assert metrics["length_mean"] == 40
    assert metrics["unique_rooms_mean"] >= 1
    index = [json.loads(store.read(path)) for path in store.list("zelda-episodes/index/epoch_0")]
    assert sorted(each["steps"] for each in index) == [8, 8, 40, 40, 40, 40, 40, 40]
    assert sum(each["return"] for each in index if each["truncated"]) == pytest.approx(6 * metrics["return_mean"])
    segments = [path for path in store.list("zelda-episodes") if path.endswith("manifest.json")]
    assert len(segments) == 8
    assert {path.split("/")[1][:9] for path in segments} == {"e0000-w00"}
    assert train_stack_epoch(CONFIG, store, 0) == manifest


def test_without_a_fitted_model_the_next_epoch_says_what_to_do(store):
    with pytest.raises(PotentialError, match=r"zelda-rm fit .*; or train without shaping: --shaping-weight 0"):
        load_potential(store, 0, "zelda-obs/2")


def test_a_missing_parent_comes_before_a_missing_model(store):
    with pytest.raises(CheckpointError, match="epoch 5 continues epoch 4"):
        train_stack_epoch(CONFIG, store, 5)


def fitted(store, layout, epoch=0, **judgement):
    model = RewardModel(layout)
    model.epoch = epoch
    data = dump_model(model)
    store.write(f"zelda-models/reward_model/epoch_{epoch}/rm.pt", data)
    sha256 = hashlib.sha256(data).hexdigest()
    record = {
        "schema": "reward-model/1", "epoch": epoch, "sha256": sha256, "layout": layout, "link": "two-head",
        "epochs": [0], "segments": 4, "pairs": 6, "heldout_pairs": 1, "seed": 0, "metrics": {}, **judgement,
    }  # fmt: skip
    store.write_json(f"zelda-models/reward_model/epoch_{epoch}/manifest.json", record)
    return sha256


def test_a_fitted_model_shapes_the_next_epoch(store):
    sha256 = fitted(store, "zelda-obs/2")
    train_stack_epoch(CONFIG, store, 0)
    manifest = train_stack_epoch(CONFIG, store, 1)
    assert manifest["reward_model"] == {"epoch": 0, "sha256": sha256}
    assert manifest["metrics"]["rewards"]["shaping"] != 0
    unshaped = train_stack_epoch(CONFIG.model_copy(update={"shaping_weight": 0.0}), store, 2)
    assert unshaped["reward_model"] is None
    assert unshaped["metrics"]["rewards"]["shaping"] == 0


def test_after_a_refusal_the_last_accepted_model_stays_in_force(store):
    sha256 = fitted(store, "zelda-obs/2")
    fitted(store, "zelda-obs/2", 1, accepted=False)
    fitted(store, "zelda-obs/2", 2, accepted=False)
    for epoch in range(2):
        train_stack_epoch(CONFIG.model_copy(update={"shaping_weight": 0.0}), store, epoch)
    manifest = train_stack_epoch(CONFIG, store, 2)
    assert manifest["reward_model"] == {"epoch": 0, "sha256": sha256}
    assert manifest["metrics"]["rewards"]["shaping"] != 0
    assert load_potential(store, 2, "zelda-obs/2")[1] == {"epoch": 0, "sha256": sha256}
    fitted(store, "zelda-obs/2", 3, accepted=True)
    assert load_potential(store, 3, "zelda-obs/2")[1]["epoch"] == 3


def test_where_no_model_was_accepted_nothing_shapes(store):
    fitted(store, "zelda-obs/2", accepted=False)
    train_stack_epoch(CONFIG, store, 0)
    manifest = train_stack_epoch(CONFIG, store, 1)
    assert manifest["reward_model"] is None
    assert manifest["metrics"]["rewards"]["shaping"] == 0


def test_a_model_of_another_layout_is_refused_by_name(store):
    fitted(store, "zelda-obs/1")
    with pytest.raises(PotentialError, match=r"'zelda-obs/1', expected 'zelda-obs/2'"):
        load_potential(store, 0, "zelda-obs/2")


def test_the_game_is_evaluated_once_and_the_store_keeps_nothing_else(store):
    train_stack_epoch(CONFIG, store, 0)
    before = set(store.list(""))
    record = evaluate_stack_epoch(store, 0, episodes=2)
    assert set(store.list("")) - before == {"zelda-models/evaluations/epoch_0/policy.json"}
    assert record["length"]["mean"] == CONFIG.episode_length
    assert record["unique_rooms"]["min"] >= 1
    assert sum(record["rewards"].values()) == pytest.approx(2 * record["return"]["mean"])
    first = store.read("zelda-models/evaluations/epoch_0/policy.json")
    store.delete("zelda-models/evaluations/epoch_0")
    evaluate_stack_epoch(store, 0, episodes=2)
    assert store.read("zelda-models/evaluations/epoch_0/policy.json") == first


def test_another_game_than_that_of_the_checkpoint_is_not_evaluated(store):
    manifest = train_stack_epoch(CONFIG, store, 0)
    changed = manifest | {"rom": {"title": "ZELDA DIN", "sha1": "0" * 40}}
    store.write_json("zelda-models/checkpoints/epoch_0/manifest.json", changed)
    with pytest.raises(TrainError, match=r"was trained on .*ZELDA DIN.*; give the same --rom"):
        evaluate_stack_epoch(store, 0, episodes=1)


def test_a_file_that_is_no_cartridge_is_refused(tmp_path):
    with pytest.raises(TrainError, match="cannot read the ROM"):
        game_of(str(tmp_path / "none.gbc"))


def test_a_replaced_environment_signs_with_a_number_of_its_own(store):
    creator = GameCreator(store.url, 0, None, 4, 5)
    output = Output.of(store.url)

    def context(index, recreated=False, worker=1):
        return EnvContext({}, worker_index=worker, vector_index=index, recreated_worker=recreated)

    first = creator(context(0))
    first.reset(seed=0)
    for _ in range(5):
        info = first.step(0)[4]
    assert info["unique_rooms"] >= 1
    assert first.finish() == {"segments": 1, "dropped": 0}
    first.close()
    assert output.number(0, context(1)) == 1
    assert output.number(0, context(0, recreated=True)) == 2
    assert output.number(0, context(0, recreated=True)) == 3
    # Another process knows only what lies in the store.
    Output._of_process.clear()
    assert Output.of(store.url).number(0, context(0, recreated=True)) == 1
    assert Output.of(store.url).number(0, context(0, recreated=True)) == 2
    assert Output.of(store.url).number(0, context(0, recreated=True, worker=2)) == 3

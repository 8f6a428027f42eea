import re

from zelda_workflows.config import RunConfig
from zelda_workflows.step import epoch_steps


def lines(**parameters):
    return [" ".join(step.command) for step in epoch_steps(RunConfig(store="s3://b/run", **parameters), 4)]


def test_an_epoch_trains_scores_fits_and_commits_in_that_order():
    steps = epoch_steps(RunConfig(), 0)
    assert [step.name for step in steps] == ["train", "plan", "score-0", "merge", "fit", "commit"]
    assert [step.phase for step in steps] == ["train", "score", "score", "score", "fit", "commit"]


def test_every_step_says_which_store_and_epoch():
    assert all("--store s3://b/run --epoch 4" in line for line in lines())


def test_the_training_line_carries_the_parameters():
    assert lines(seed=3, epoch_steps=100, ray_workers=1)[0] == (
        "zelda-train epoch --store s3://b/run --epoch 4 --seed 3 --epoch-steps 100 --episode-length 1200 "
        "--ray-workers 1 --envs-per-worker 4 --batch-size 2048 --shaping-weight 0.1 "
        "--eval-interval 1"
    )


def test_shards_become_steps_of_their_own():
    scoring = [line for line in lines(shards=3) if " score " in line]
    assert [re.search(r"--shard (\d)", line).group(1) for line in scoring] == ["0", "1", "2"]
    assert all("--shards 3" in line for line in scoring)


def test_the_scoring_line_is_the_same_whoever_judges():
    rules, llm = lines()[2], lines(panel="llm")[2]
    assert rules.replace("--panel rules", "--panel llm") == llm
    scoring = lines(panel="llm", base_url="http://judges/v1")[2]
    assert "--panel llm --base-url http://judges/v1" in scoring
    assert "--model-state qwen25-32b" in scoring


def test_no_command_line_carries_a_secret():
    assert not any(
        word in line.lower() for line in lines(panel="llm", base_url="x") for word in ("secret", "key", "token")
    )

import os
from pathlib import Path

import pytest
from zelda_env import LAYOUT, TERMS, RewardConfig, describe
from zelda_env.page import PAGES, observation_page, reward_page

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_what_the_code_says(name):
    path, text = ROOT / "docs" / name, PAGES[name]()
    if os.environ.get("REGENERATE"):
        path.write_text(text)
    assert path.read_text() == text, f"{name} has changed; REGENERATE=1 rewrites it"


@pytest.mark.parametrize("name", list(PAGES))
def test_the_readme_links_to_it(name):
    assert f"(docs/{name})" in (ROOT / "README.md").read_text()


def test_the_observation_s_page_holds_the_whole_table_and_its_version():
    assert describe() in observation_page()
    assert f"`{LAYOUT}`" in observation_page()


def test_the_reward_s_page_lists_every_term_with_both_weights():
    rows = {line.split("`")[1]: line for line in reward_page().splitlines() if line.startswith("| `")}
    assert set(RewardConfig.model_fields) <= set(rows)
    assert all("| 0 |" in rows[name] for name in TERMS if name != "step" and not getattr(RewardConfig(), name))
    assert rows["tile"].endswith("| 1/16 | 5 |")
    assert rows["move"].endswith("| 0 | 0.1 |")


def test_the_code_of_the_reward_s_page_runs(capsys):
    code = reward_page().split("```python\n")[1].split("```")[0]
    exec(compile(code, "rewards.md", "exec"), {})
    assert capsys.readouterr().out == "20.0 -0.0625\n"

"""Score made-up segments twice: by rules, and by a (pretended) language model on a real loopback endpoint.

Run it with `python examples/score_segments.py`; it needs no model and no network.
"""

import asyncio
import tempfile

from zelda_judges import PanelConfig, Store, llm_panel, rules_panel, score_epoch
from zelda_judges.testing import FakeEndpoint, wander, write_episode


def record(folder: str) -> Store:
    """Return a store with four made-up episodes of epoch 0."""
    store = Store(folder)
    for episode in range(4):
        walk = wander(600, seed=episode)
        write_episode(store, 0, [walk[:300], walk[300:]], episode=episode, frames=range(0, 300, 30))
    return store


def show(panel: str, summary: dict) -> None:
    """Print what the scores look like."""
    mean = summary["total"]["mean"]
    print(f"{panel} panel: {summary['scored']} of {summary['segments']} segments, mean total {mean:.2f}")
    for name, rubric in summary["rubrics"].items():
        alpha = "-" if rubric["alpha"] is None else f"{rubric['alpha']:+.2f}"
        print(f"  {name:<10} mean {rubric['mean']:.2f}  votes by digit {rubric['counts']}  alpha {alpha}")


async def by_model(store: Store) -> dict:
    """Score epoch 0 by an endpoint; put the URL and the names of your own into the config."""
    with FakeEndpoint(models=["any-model"]) as endpoint:
        config = PanelConfig(base_url=endpoint.url, model_state="any-model", model_vision="any-model", votes=3)
        async with llm_panel(config, api_key=None) as (judges, _):
            return await score_epoch(store, 0, judges)


def main() -> None:
    """Score twice."""
    with tempfile.TemporaryDirectory() as folder:
        show("rules", asyncio.run(score_epoch(record(f"{folder}/rules"), 0, rules_panel())))
        show("llm", asyncio.run(by_model(record(f"{folder}/llm"))))


if __name__ == "__main__":
    main()

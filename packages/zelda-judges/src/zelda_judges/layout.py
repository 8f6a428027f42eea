"""Where the files of a scoring pass lie below the store's base."""

from __future__ import annotations

from zelda_judges.record import part_name


def index_folder(epoch: int) -> str:
    """Return the folder with one `episode/1` record an episode."""
    return f"zelda-episodes/index/epoch_{epoch}/"


def plan_path(epoch: int) -> str:
    """Return the path of the plan."""
    return f"zelda-episodes/scores/epoch_{epoch}/plan.json"


def parts_folder(epoch: int) -> str:
    """Return the folder of what is not yet merged."""
    return f"zelda-episodes/scores/epoch_{epoch}/parts/"


def part_path(epoch: int, reference: str) -> str:
    """Return the path of one segment's score before it is merged."""
    return parts_folder(epoch) + part_name(reference)


def scores_path(epoch: int) -> str:
    """Return the path of the merged scores."""
    return f"zelda-episodes/scores/epoch_{epoch}/scores.jsonl"


def summary_path(epoch: int) -> str:
    """Return the path of the summary."""
    return f"zelda-models/evaluations/epoch_{epoch}/summary.json"

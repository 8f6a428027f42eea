"""A judge that needs no model: the same rubrics, scored by formulas over the states.

It lets the loop run where there is no endpoint, and it is named for what it is in every record (`source: "rules"`,
`model: "rules/1"`). A change of any formula is a change of `RULES_VERSION`.

Each formula turns `Measures` into points or a share, and a table of thresholds turns those into 0..5. All are monotone:
more of what is wanted never lowers a score, and damage or a death never raises one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from zelda_judges.ballot import Ballot
from zelda_judges.measure import Measures, measure
from zelda_judges.rubric import JUDGE_NAMES, JudgeName, rubrics_of
from zelda_judges.segment import Segment
from zelda_judges.verdict import Source, Verdict

RULES_VERSION = "rules/1"

IDLE_STEPS = 10
"""Idle steps added to every segment before the busy share is taken."""

_TINY = 1e-9


def progress_points(seen: Measures) -> float:
    """Return the points of progress; negative where more was lost than gained.

    5 an essence, 2 a treasure, 2 a level of sword or shield, 1 a room newly visited, 1 a key, ½ an enemy,
    ½ a quarter heart of greatest health, 1/20 a rupee up to 1 in all; less ⅛ a quarter heart of damage and 2 a death.
    """
    gained = (
        5 * seen.essences
        + 2 * (seen.treasures + seen.upgrades)
        + seen.rooms_gained
        + seen.keys_gained
        + seen.kills / 2
        + seen.containers / 2
        + min(1.0, seen.rupees / 20)
    )
    return gained - seen.damage / 8 - 2 * seen.deaths


def progress_score(seen: Measures) -> int:
    """Return 0 below 0 points, 1 at 0 (nothing changed), 2 above, 3 from 1.5, 4 from 3, 5 from 6."""
    return _grade(progress_points(seen), (0.0, _TINY, 1.5, 3.0, 6.0))


def puzzle_points(seen: Measures) -> float:
    """Return the points of puzzles worked on.

    5 an essence, 2 a treasure, 2 a key found, 2 a key used (a door opened), 2 a room cleared, ½ an enemy up to 1 in
    all, ½ a bomb used or an item brought to light up to 1 in all; less 1 a death.
    """
    solved = 5 * seen.essences + 2 * (seen.treasures + seen.keys_gained + seen.keys_used + seen.rooms_cleared)
    tried = min(1.0, seen.kills / 2) + min(1.0, (seen.bombs_used + seen.drops) / 2)
    return solved + tried - seen.deaths


def puzzle_score(seen: Measures) -> int:
    """Return 0 at 0 points or below, 1 above, 2 from 1, 3 from 2, 4 from 4, 5 from 6."""
    return _grade(puzzle_points(seen), (_TINY, 1.0, 2.0, 4.0, 6.0))


def dialog_score(seen: Measures) -> int:
    """Return 0 nobody met; 1 somebody met; 2 a text opened; 3, 4, 5 one, two, three different texts read to the end.

    5 also for one that earned a treasure, a key or an essence. A text read again counts once. A death costs 1.
    """
    if seen.texts_finished:
        score = 5 if seen.texts_earning else min(5, 2 + seen.texts_finished)
    else:
        score = 2 if seen.texts_opened else int(seen.people_met)
    return max(0, score - min(1, seen.deaths))


def busy_share(seen: Measures) -> float:
    """Return the share in 0..1 of the player's own steps that moved or changed something and took no damage.

    Ten idle steps are added, so that the stub at the end of an episode is not judged by a handful of steps.
    """
    return seen.busy_steps / (seen.counted_steps + IDLE_STEPS)


def efficiency_score(seen: Measures) -> int:
    """Return 1 from a busy share of .05, 2 from .15, 3 from .3, 4 from .5, 5 from .75; less 1 a death.

    On Acorn, actions drawn evenly reach .08 to .22 (much of it is spent in the menu), wandering about .3 to .6.
    """
    return max(0, _grade(busy_share(seen), (0.05, 0.15, 0.3, 0.5, 0.75)) - seen.deaths)


def novelty_points(seen: Measures) -> int:
    """Return the cells of 16 pixels covered, plus 10 for each room beyond the first and those a death led to."""
    return seen.cells + 10 * max(0, seen.rooms - 1 - seen.deaths)


def novelty_score(seen: Measures) -> int:
    """Return 1 from 3 points, 2 from 5, 3 from 12, 4 from 30, 5 from 55 (a small room has 80 cells).

    On Acorn, 300 actions drawn evenly cover 2 to 8 cells, wandering about 7 to 37 in up to three rooms.
    """
    return _grade(novelty_points(seen), (3, 5, 12, 30, 55))


FORMULAS: Mapping[str, Callable[[Measures], int]] = {
    "progress": progress_score,
    "puzzle": puzzle_score,
    "dialog": dialog_score,
    "efficiency": efficiency_score,
    "novelty": novelty_score,
}


class RulesJudge:
    """One of the three judges, by formulas. One vote: asked again it would say the same.

    Args:
        name: Which judge's rubrics to score.
    """

    source: Source = "rules"
    model = RULES_VERSION

    def __init__(self, name: JudgeName) -> None:
        self.name = name
        self.rubrics = rubrics_of(name)
        self.votes = 1

    async def judge(self, segment: Segment) -> Verdict:
        """Score a segment; deterministic, and the same whatever ran before."""
        return Verdict(self.name, self.source, self.model, (self.vote(measure(segment.steps)),))

    def vote(self, seen: Measures) -> Ballot:
        """Return the vote on what was counted."""
        scores = {rubric.name: FORMULAS[rubric.name](seen) for rubric in self.rubrics}
        return Ballot(status="ok", scores=scores, reason=_reason(seen, self.name))


def rules_panel() -> tuple[RulesJudge, ...]:
    """Return the three judges as formulas."""
    return tuple(RulesJudge(name) for name in JUDGE_NAMES)


def _grade(points: float, thresholds: tuple[float, ...]) -> int:
    """Return how many thresholds are reached, 0..5."""
    return bisect_right(thresholds, points)


def _reason(seen: Measures, name: JudgeName) -> str:
    if name == "state":
        return (
            f"progress points {progress_points(seen):g}, texts {seen.texts_finished}/{seen.texts_opened}, "
            f"busy {busy_share(seen):.2f}, damage {seen.damage}, deaths {seen.deaths}"
        )
    if name == "puzzle":
        return f"puzzle points {puzzle_points(seen):g}, rooms cleared {seen.rooms_cleared}, keys used {seen.keys_used}"
    return f"cells {seen.cells}, rooms {seen.rooms}"

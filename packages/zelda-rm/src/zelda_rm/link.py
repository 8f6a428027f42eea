"""The link: how a segment's value comes from the model's outputs along it.

For the rows s_1 … s_T of a segment, Φ the potential:

    delta      Φ(s_T) − Φ(s_1)       what an agent shaped by Φ receives over the segment as γ → 1
    mean       mean of Φ(s_t)
    sum        sum of Φ(s_t)         as Christiano et al. (2017, arXiv 1706.03741) have it
    last       Φ(s_T)
    two-head   delta of Φ for the target `gain`, mean of a second output for the target `level`

s_1 is the world after the segment's first action, the first thing its judges see. The probability that segment a is
better than b is that of Bradley & Terry (1952), σ(value(a) − value(b)).

Judges who score how much changed over a segment say nothing about the sum of a reward over its states, so `two-head`
is the default: only Φ shapes the reward, and the second output keeps what is not progress out of it. Nothing is
discounted inside the link; over 300 steps all but the end would vanish.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Link = Literal["delta", "mean", "sum", "last", "two-head"]

LINKS: Final[tuple[Link, ...]] = get_args(Link)

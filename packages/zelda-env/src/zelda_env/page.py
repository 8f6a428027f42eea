"""The pages of `docs/` that follow from the code: what an observation is, and what the reward pays for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from zelda_env.emulator import FRAME_SHAPE
from zelda_env.encoder import LAYOUT, OBS_SIZE, describe
from zelda_env.env import EnvConfig
from zelda_env.milestones import LADDER
from zelda_env.observation import COLLISION_SHAPE
from zelda_env.reward_config import LIMITS, PRESETS, TERMS, RewardConfig

_GENERATED = "Written by `zelda_env.page` from the code; `REGENERATE=1 pytest tests/test_page.py` writes it anew."


def observation_page() -> str:
    """Return `docs/observation.md`."""
    defaults = EnvConfig()
    rows, columns, _ = FRAME_SHAPE
    return f"""# What an observation is

{_GENERATED}

`EnvConfig.observation` chooses one of three. Every array is new in every step and may be kept.

| `observation` | space | cost |
|---|---|---|
| `vector`, the default | `Box({OBS_SIZE},)` float32 | nothing is rendered |
| `pixels` | `Box({rows}, {columns}, C)` uint8 | the last frame of each step is rendered |
| `dict` | `Dict` of `vector`, `pixels` and `collision` | as `pixels`, and a few µs more |

Segments are recorded with the {OBS_SIZE} numbers in any case, and `zelda-train` learns from them.

## The {OBS_SIZE} numbers

Layout `{LAYOUT}`. The version changes whenever a number changes its place, range or meaning; it is written into every
segment, checkpoint and reward model, and a mismatch is refused by name. *From* names the variables of work RAM by their
symbol in the disassembly and their address; those at D000 and above lie in bank 1, `w2DungeonLayout` in bank 2. What
has several numbers lists them in the order its meaning says.

{describe()}
`zelda-env info --layout` prints this table, `zelda_env.describe()` returns it, and `zelda_env.TABLE` is it.
`env.unwrapped.vector()` returns the numbers whatever the observation is.

## The picture

The last frame of each of the last `frame_stack` steps ({defaults.frame_stack} unless you say otherwise), the oldest in
the first channels: with `pixels="grayscale"`, the default, one channel a frame (luma after ITU-R BT.601), with
`pixels="rgb"` three. Channels come last. At a reset the stack is filled with the first frame of the episode. No frame
between the last ones of two steps is rendered.

## The dictionary

`vector` and `pixels` as above, and `collision`, uint8 {COLLISION_SHAPE}: what the game itself goes by, row by row, for
every cell (16 x 16 pixels) of the room that Link is in; `wRoomCollisions` CE00. A small room fills 8 rows of 10
columns, a large one 11 of 15; the last column is never a part of the room.

| value | cell |
|---|---|
| 0 | free |
| 1 to 15 | solid quarters: 8 top left, 4 top right, 2 bottom left, 1 bottom right; 15 is a wall |
| 16 | a hole, water or lava |
| 17 to 31 | solid eighths, by a table of the game: `zelda_env.encoder.solidity` says how much |
| 255 | outside of the room |
| other | solid: chests, signs and the like |

People and pushed blocks do not show here: they stop Link as objects.
"""


def reward_page() -> str:
    """Return `docs/rewards.md`."""
    fields = RewardConfig.model_fields
    names = " | ".join(f"`{name}`" for name in PRESETS)
    head = f"| term | when it is paid | {names} |\n|---|---|{'---|' * len(PRESETS)}"
    terms = "\n".join(f"| `{name}` | {_text(fields[name].description)} | {_weights(name)} |" for name in TERMS)
    limits = "\n".join(f"| `{name}` | {_text(fields[name].description)} | {_weights(name)} |" for name in LIMITS)
    return f"""# What the reward pays for

{_GENERATED}

The reward of a step is `math.fsum` of the terms it earned; `info["rewards"]` holds those that are not zero, by name. An
episode begins with a clean slate: what is there at the reset earns nothing. Gains cannot be negative and costs cannot
be positive; a weight of 0 switches a term off.

{head}
{terms}

The counts that go with them:

{head.replace("term", "count", 1).replace("when it is paid", "what it says")}
{limits}

## Presets

* `default` makes exploration the slope to climb. Nothing that can be repeated pays, and as all weights are multiples of
  1/1024, every sum of terms, in any order, is exact.
* `october-2025` is coverage in large numbers, and nothing else: {_october()}.
  Its `move` pays for walking in circles, too, and 0.1 has no exact binary form, so sums over many steps are rounded.

A preset is chosen by name wherever a `RewardConfig` is expected, and any term can be set on its own:

```python
from zelda_env import EnvConfig, RewardConfig, ZeldaEnv

env = ZeldaEnv(rewards="october-2025")  # or gym.make(..., rewards="october-2025"), make_vec(8, rewards=...)
env.close()
config = EnvConfig(rewards=RewardConfig(tile_revisit=-1 / 64, stuck=-1 / 16, stuck_after=30))
print(RewardConfig.preset("october-2025").room, config.rewards.stuck)
```

At the command line: `zelda-env record --rewards october-2025`, or `REWARDS=october-2025` in the environment.
"""


def milestone_page() -> str:
    """Return `docs/milestones.md`."""
    rows = "\n".join(
        f"| {number} | `{item.name}` | {item.description} | {item.condition} | {', '.join(sorted(item.games))} |"
        for number, item in enumerate(LADDER, 1)
    )
    return f"""# The ladder

{_GENERATED}

What lies between the first step and the first essence. A milestone is reached in the first stable frame (normal play in
a room that does not change, `Screen.stable`) in which its condition holds, and counts for the rest of the episode; what
holds at the reset counts as reached in step 0. None needs another to count.

| | milestone | what has happened | condition (addresses and `h` values hexadecimal) | games |
|---|---|---|---|---|
{rows}

With `EnvConfig(milestones=True)` every `info["milestones"]` names those reached so far in the episode and the step of
each; `MilestoneTracker` does the same for RAM from anywhere. `zelda_env.LADDER` is this table.
"""


PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"observation.md": observation_page, "rewards.md": reward_page, "milestones.md": milestone_page}
)
"""What writes each page, by the name of its file."""


def _text(description: str | None) -> str:
    return " ".join((description or "").split())


def _weights(name: str) -> str:
    return " | ".join(_number(getattr(config, name)) for config in PRESETS.values())


def _number(value: float) -> str:
    """Return a fraction where it is exact and short."""
    exact = Fraction(value)
    return str(exact) if exact.denominator <= 1024 else repr(value)


def _october() -> str:
    config = PRESETS["october-2025"]
    return ", ".join(f"`{name}` {getattr(config, name):+g}" for name in TERMS if getattr(config, name))

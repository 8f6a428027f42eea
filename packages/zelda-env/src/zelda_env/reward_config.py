"""What the reward pays for: the terms, their weights, and named sets of weights."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Terms = dict[str, float]
"""What a step earned, by the name of the term."""
Preset = Literal["default", "october-2025"]
"""Names of the sets of weights in `PRESETS`."""

Gain = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Cost = Annotated[float, Field(le=0, allow_inf_nan=False)]


class RewardConfig(BaseModel):
    """How much each term pays; 0 switches a term off.

    The defaults make exploration the slope to climb: a whole room of new cells is worth about five, a new room two.
    Wherever a configuration is expected, the name of a preset will do: `ZeldaEnv(rewards="october-2025")`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    tile: Gain = 1 / 16
    """For each cell of a room (16 x 16 pixels) Link stands in for the first time in the episode."""
    tile_revisit: Cost = 0.0
    """For each time Link comes back into a cell he stood in earlier in the episode."""
    room: Gain = 2.0
    """For each room entered for the first time in the episode, once the screen has come to rest."""
    room_revisit: Cost = 0.0
    """For each time Link comes back into a room he was in earlier in the episode, once the screen has come to rest."""
    move: Gain = 0.0
    """For each step that moves Link by a pixel or more: the action is a direction, and Link obeys the player in the
    same room before and after it. It pays for every such step, back and forth as well."""
    stuck: Cost = 0.0
    """For each step in which a direction is pressed in vain, from the `stuck_after`-th in a row on: Link obeys the
    player before and after it and is on the same pixel of the same room. Other actions neither count nor end the row;
    a movement, another room or a moment without control does."""
    stuck_after: Annotated[int, Field(ge=1)] = 15
    """How many steps in vain make Link stuck. A block gives way after 20 frames of pushing, 5 steps of 4 frames."""
    start_press: Cost = 0.0
    """For each step whose action is Start, whether or not a menu opens."""
    health_lost: Cost = -1 / 4
    """For each quarter heart lost."""
    health_gained: Gain = 1 / 16
    """For each quarter heart regained; at most what losing one costs, so that no circle of the two pays."""
    rupees: Gain = 1 / 64
    """For each rupee above the most Link has held in the episode."""
    keys: Gain = 2.0
    """For each small key picked up."""
    kill: Gain = 1 / 4
    """For each enemy killed, up to `kills_per_room` in a room."""
    kills_per_room: Annotated[int, Field(ge=0)] = 8
    """How many kills pay in each room of an episode, as enemies come back when a room is entered again."""
    treasure: Gain = 4.0
    """For each kind of item owned for the first time in the episode."""
    sword: Gain = 4.0
    """For each level of the sword above the best of the episode."""
    essence: Gain = 16.0
    """For each essence of nature."""
    talk: Gain = 1 / 2
    """For each text shown for the first time in the episode."""
    dialog: Gain = 1 / 4
    """For each such text read to its end."""
    death: Cost = -2.0
    """When Link dies."""
    menu: Cost = -1 / 256
    """For each step in a menu."""
    step: Cost = -1 / 1024
    """For each step."""

    @classmethod
    def preset(cls, name: str) -> RewardConfig:
        """Return a named set of weights.

        Args:
            name: A key of `PRESETS`.

        Raises:
            ValueError: There is none of that name.
        """
        for known, config in PRESETS.items():
            if known == name:
                return config
        raise ValueError(f"no reward preset {name!r}; expected one of {', '.join(PRESETS)}")

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        return cls.preset(value).model_dump() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _healing_pays_less(self) -> Self:
        if self.health_gained > -self.health_lost:
            raise ValueError(
                f"health_gained {self.health_gained:g} is more than health_lost {self.health_lost:g} costs: getting "
                "hurt and healed would pay; lower health_gained"
            )
        return self


LIMITS: Final = ("kills_per_room", "stuck_after")
"""Fields of `RewardConfig` that are counts and no weights."""

TERMS: Final = tuple(name for name in RewardConfig.model_fields if name not in LIMITS)
"""The names of the terms."""

_OCTOBER_2025 = {"tile": 5.0, "room": 20.0, "move": 0.1, "stuck": -1.0, "start_press": -0.5, "death": -50.0}

PRESETS: Final[Mapping[Preset, RewardConfig]] = MappingProxyType(
    {
        "default": RewardConfig(),
        "october-2025": RewardConfig.model_validate(dict.fromkeys(TERMS, 0.0) | _OCTOBER_2025),
    }
)
"""Sets of weights by name. `october-2025` is coverage with large numbers, and nothing but these six terms; its sums are
rounded, as 0.1 is no binary fraction, while those of `default` are exact."""

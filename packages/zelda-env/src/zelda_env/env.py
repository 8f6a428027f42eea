"""The environment: one cartridge, eight actions, 128 numbers or the picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import fsum
from typing import Annotated, Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from zelda_env.boot import StateSource, initial_states
from zelda_env.emulator import ACTIONS, Emulator
from zelda_env.encoder import Floats
from zelda_env.errors import EmulatorError
from zelda_env.milestones import MilestoneTracker
from zelda_env.observation import Colors, Kind, Observation, make_view
from zelda_env.ram import Access, Ram
from zelda_env.ram_map import Bytes
from zelda_env.reward import RewardTracker
from zelda_env.reward_config import RewardConfig
from zelda_env.rom import Rom
from zelda_env.state import GameState
from zelda_env.state_encoder import StateEncoder

FRAMES_PER_SECOND = 60

_ACTION_COUNT = len(ACTIONS)
_CLOSED = "the environment is closed; make a new one"


class EnvConfig(BaseModel):
    """What an environment does, apart from the cartridge."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    observation: Kind = "vector"
    """What an observation is: the 128 numbers, float32 (128,), which costs the least; `pixels`, the picture, uint8
    (144, 160, C); or `dict`, both as `vector` and `pixels`, and the room's cells as `collision`, uint8 (11, 16)."""
    pixels: Colors = "grayscale"
    """Colours of the picture, where there is one: one channel a frame, or three."""
    frame_stack: Annotated[int, Field(ge=1, le=16)] = 4
    """Frames in the picture: the last one of each of so many steps, in channels side by side, the oldest first."""
    frame_skip: Annotated[int, Field(ge=1, le=240)] = 4
    """Frames a step lasts; the game runs 60 a second. At 1 a button is held for the step, see `Emulator.act`."""
    episode_length: Annotated[int, Field(ge=1)] = 1200
    """Steps after which an episode is truncated."""
    noop_max: Annotated[int, Field(ge=1, le=600)] = 30
    """An episode starts after 1 to this many frames without input, drawn from the seed."""
    terminate_on_death: bool = True
    """Whether an episode ends when Link dies."""
    state_in_info: bool = False
    """Put the `GameState` of each step into `info["state"]` as a dictionary; costs some 300 µs a step."""
    milestones: bool = False
    """Put the milestones reached in the episode into `info["milestones"]`: the step of each, by name, 0 for those that
    held at its beginning; see `LADDER`. Costs some microseconds a step."""
    ram_access: Access = "auto"
    """How RAM is read: `zero-copy`, `public`, or `auto`: the first if its self-check succeeds."""
    rewards: RewardConfig = RewardConfig()
    """The weights of the reward's terms, or the name of a preset, such as `october-2025`."""


class ZeldaEnv(gym.Env[Observation, np.int64]):
    """Acorn, or your own Oracle of Seasons cartridge, as a Gymnasium environment.

    Actions are `Discrete(8)`: nothing, up, down, left, right, A, B, Start. A direction is held for the whole step and
    on into equal steps; a button is let go in the last frame of its step. Observations are `Box(128,)` float32, or with
    `EnvConfig.observation` the picture or both, in new arrays each time; `zelda_env.describe()` says what the numbers
    are. `info["rewards"]` holds the terms that are not zero, and the reward is `math.fsum` of them.

    Args:
        config: See `EnvConfig`.
        rom: A cartridge file or a `Rom`; without one, Acorn.
        state: Where episodes start: a file made with `zelda-env play --save-state`, what `save_state` returned, or
            several of either, of which each reset draws one; without any, the cartridge is booted, once in each
            process.
        render_mode: `rgb_array` renders the last frame of each step; None renders only what `request_frame` asks for.
        **overrides: Fields of `EnvConfig` to set without making one.

    Raises:
        RomError: The cartridge cannot be used.
        InitialStateError: There is nowhere to start.
        pydantic.ValidationError: An override is unknown or out of range (a ValueError).
    """

    metadata = {  # noqa: RUF012  Gymnasium declares it as an instance attribute
        "render_modes": ["rgb_array"],
        "render_fps": FRAMES_PER_SECOND // 4,
    }

    def __init__(
        self,
        config: EnvConfig | None = None,
        *,
        rom: str | os.PathLike[str] | Rom | None = None,
        state: StateSource | Sequence[StateSource] | None = None,
        render_mode: str | None = None,
        **overrides: object,
    ) -> None:
        settings = config or EnvConfig()
        self.config = EnvConfig.model_validate({**settings.model_dump(), **overrides})
        if render_mode not in {None, "rgb_array"}:
            raise ValueError(f"render_mode {render_mode!r}; expected None or 'rgb_array'")
        if not isinstance(rom, Rom):
            rom = Rom.acorn() if rom is None else Rom.load(rom)
        self.rom = rom
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": max(1, FRAMES_PER_SECOND // self.config.frame_skip)}
        self.action_space = spaces.Discrete(len(ACTIONS))
        self.initial_states = initial_states(rom, state)
        """The states that episodes start from, as PyBoy saves them."""
        self._emulator: Emulator | None = Emulator(rom, access=self.config.ram_access)
        self._encoder = StateEncoder()
        view = make_view(
            self._emulator, self._encoder, self.config.observation, self.config.pixels, self.config.frame_stack
        )
        self.observation_space = view.space
        self._begin, self._observe = view.begin, view.observe
        self._rewards = RewardTracker(self.config.rewards)
        self._milestones = MilestoneTracker(rom.game) if self.config.milestones else None
        self._always = view.renders or render_mode == "rgb_array"
        self._render = self._always
        # Pydantic fields take their time, and `step` reads these each time.
        self._frame_skip, self._episode_length = self.config.frame_skip, self.config.episode_length
        self._ends_on_death, self._state_in_info = self.config.terminate_on_death, self.config.state_in_info
        self._steps = -1

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode: an initial state, then 1 to `noop_max` frames without input, both drawn from the seed.

        Args:
            seed: Starts the random numbers anew; the same seed starts the same series of episodes.
            options: With `state`, bytes that `save_state` returned, the episode starts there instead, after one frame
                without input; nothing is drawn. Others are ignored.

        Returns:
            The observation and `info`: no rewards yet, and in `info["start"]` the number of the initial `state` (-1 for
            one that `options` gave) and the `idle_frames` after it.

        Raises:
            InitialStateError: PyBoy refuses the state of `options`; the environment is then of no more use.
        """
        super().reset(seed=seed, options=options)
        emulator = self._running()
        state, number, frames = self._draw_start((options or {}).get("state"))
        emulator.load_state(state)
        emulator.tick(frames, self._render)
        self._render = self._always
        self._wram = wram = emulator.ram.glance()
        self._rewards.reset(wram)
        self._steps = 0
        if self._milestones is not None:
            self._milestones.reset(emulator.ram.wram())
        return self._begin(wram), self._info({}) | {"start": {"state": number, "idle_frames": frames}}

    def step(self, action: np.int64 | int) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Run `frame_skip` frames with an action.

        Args:
            action: 0 to 7.

        Returns:
            Observation, reward, whether Link died, whether the episode reached its length, and `info`.

        Raises:
            ValueError: The action is not 0 to 7.
            EmulatorError: Before the first reset, or after `close`.
        """
        number = int(action)
        if not 0 <= number < _ACTION_COUNT:
            raise ValueError(f"action {action}; expected 0 to {len(ACTIONS) - 1}: {', '.join(ACTIONS)}")
        emulator = self._emulator
        if emulator is None or self._steps < 0:
            raise EmulatorError("step was called before reset; call reset first" if emulator else _CLOSED)
        emulator.act(number, self._frame_skip, self._render)
        self._render = self._always
        wram = emulator.ram.glance()
        self._steps = steps = self._steps + 1
        rewards = self._rewards
        terms = rewards.step(wram, number)
        terminated = self._ends_on_death and rewards.dead
        truncated = not terminated and steps >= self._episode_length
        if self._milestones is not None:
            self._milestones.step(emulator.ram.wram(), steps)
        return self._observe(wram), fsum(terms.values()), terminated, truncated, self._info(terms)

    def render(self) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """Return the frame of the last step, uint8 (144, 160, 3), or None without a render mode."""
        return self.frame() if self.render_mode else None

    def request_frame(self) -> None:
        """Have the next step (or reset) render its last frame, whatever the render mode; `frame` then returns it."""
        self._render = True

    def frame(self) -> NDArray[np.uint8]:
        """Return a copy of the last frame that was rendered, uint8 (144, 160, 3) RGB."""
        return self._running().frame()

    def vector(self) -> Floats:
        """Return the 128 numbers after the last step, a new array (128,) float32, whatever the observations are."""
        if self._steps < 0:
            raise EmulatorError("there is nothing to observe before the first reset; call reset first")
        return self._encoder.encode(self._wram)

    @property
    def wram(self) -> Bytes:
        """Linear work RAM after the last step, uint8 (12288,), read-only; the next step changes it."""
        if self._steps < 0:
            raise EmulatorError("there is no RAM to look at before the first reset; call reset first")
        return self._wram if self._emulator is None else self._emulator.ram.wram()

    @property
    def emulator(self) -> Emulator:
        """What runs the game; what is done with it directly is no part of an episode."""
        return self._running()

    @property
    def ram(self) -> Ram:
        """The emulator's RAM: `ram.access` says how it is read, `ram.dump()` is all of it."""
        return self._running().ram

    @property
    def state_access(self) -> str:
        """Who loads the initial state at a reset: the `compiled` module or `pyboy`; see `Emulator`."""
        return self._running().state_access

    def save_state(self) -> bytes:
        """Return the whole state of the emulator, as PyBoy saves it, after a frame in which nothing is pressed."""
        return self._running().save_state()

    def snapshot(self) -> bytes:
        """Return a copy of linear work RAM, 12288 bytes, from which `GameState.from_ram` and the encoder work."""
        return self.wram.tobytes()

    def game_state(self) -> GameState:
        """Return the decoded state after the last step."""
        return GameState.from_ram(self.wram)

    def close(self) -> None:
        """Stop the emulator; may be called again."""
        if self._emulator is not None:
            self._emulator.close()
            self._emulator = None

    def _running(self) -> Emulator:
        if self._emulator is None:
            raise EmulatorError(_CLOSED)
        return self._emulator

    def _draw_start(self, given: bytes | None) -> tuple[bytes, int, int]:
        """Return a state to start from, its number and how many frames go by without input."""
        if given is not None:
            return given, -1, 1
        states = self.initial_states
        # One state draws nothing, so that seeds start the same episodes as before there were several.
        number = int(self.np_random.integers(len(states))) if len(states) > 1 else 0
        return states[number], number, int(self.np_random.integers(1, self.config.noop_max + 1))

    def _info(self, terms: dict[str, float]) -> dict[str, Any]:
        info: dict[str, Any] = {"rewards": terms}
        if self._milestones is not None:
            info["milestones"] = self._milestones.reached.copy()
        if self._state_in_info:
            info["state"] = self.game_state().model_dump()
        return info

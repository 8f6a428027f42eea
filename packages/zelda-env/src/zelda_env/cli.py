"""The command `zelda-env`; the only place where the environment is read."""

from __future__ import annotations

import inspect
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, CliSubCommand, SettingsConfigDict, SettingsError
from tqdm import tqdm

from zelda_env import fast
from zelda_env.bench import measure
from zelda_env.boot import read_state, write_state
from zelda_env.check import look_over
from zelda_env.demonstration import (
    Demonstration,
    Tape,
    read_demonstration,
    replay_demonstration,
    write_demonstration,
)
from zelda_env.emulator import Emulator
from zelda_env.encoder import describe
from zelda_env.env import EnvConfig, ZeldaEnv
from zelda_env.errors import DemonstrationError, EmulatorError, ZeldaEnvError
from zelda_env.observation import Kind
from zelda_env.reward_config import Preset, RewardConfig
from zelda_env.rollout import record_random, recorded_steps
from zelda_env.rom import Rom
from zelda_env.state import GameState
from zelda_env.store import Store, StoreError

USER_ERROR = 2
INTERRUPTED = 130

_SETTINGS = SettingsConfigDict(
    frozen=True,
    extra="ignore",
    env_ignore_empty=True,
    use_attribute_docstrings=True,
    populate_by_name=True,
    cli_kebab_case=True,
    cli_avoid_json=True,
    cli_implicit_flags=True,
)


class _Command(BaseSettings):
    model_config = _SETTINGS

    rom: str | None = Field(default=None, validation_alias=AliasChoices("rom", "ZELDA_ROM"))
    """Your own cartridge file (.gbc); also the environment variable ZELDA_ROM. Without it, Acorn."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Let --help show the docstring without its indentation."""
        cls.__doc__ = inspect.cleandoc(cls.__doc__ or "")

    def cartridge(self) -> Rom:
        """Return the cartridge that was named, or Acorn."""
        return Rom.load(self.rom) if self.rom else Rom.acorn()


class _StartedCommand(_Command):
    state: str | None = None
    """A save state to start from, made with `zelda-env play --save-state`; without it, the cartridge is booted."""


class Info(_StartedCommand):
    """Say what a cartridge is, what a save state shows, and what the 128 numbers of an observation are.

    Examples:
      zelda-env info
      zelda-env info --rom seasons.gbc --state start.state
      zelda-env info --layout
    """

    layout: bool = False
    """Print the table of the 128 numbers as Markdown, and nothing else."""

    def cli_cmd(self) -> None:
        """Print the header's facts and a state's, or the table."""
        if self.layout:
            print(describe(), end="")
            return
        rom = self.cartridge()
        print(f"title  {rom.title}\ngame   {rom.game}\nsize   {len(rom.data)} bytes\nsha1   {rom.sha1}")
        known = "known to hold" if rom.verified else "written for the US release; this is another one, so unverified"
        print(f"map    RAM addresses {known}")
        if self.state:
            print(f"state  {_look_at(rom, read_state(self.state, rom)).model_dump_json(indent=2)}")


def _look_at(rom: Rom, state: bytes) -> GameState:
    emulator = Emulator(rom)
    try:
        emulator.load_state(state)
        return GameState.from_ram(emulator.ram.wram())
    finally:
        emulator.close()


class Check(_StartedCommand):
    """Boot a cartridge, look whether its RAM says what the map promises, and run Gymnasium's environment checker.

    example: zelda-env check --rom seasons.gbc
    """

    def cli_cmd(self) -> None:
        """Print what was found; an error if something failed."""
        failed = []
        for finding in look_over(self.cartridge(), self.state):
            mark = {True: "ok", False: "FAILED", None: "-"}[finding.passed]
            print(f"{mark:7} {finding.name}: {finding.detail}")
            failed += [finding.name] if finding.passed is False else []
        if failed:
            raise EmulatorError(f"this cartridge does not behave as expected: {', '.join(failed)}; see the lines above")


class Play(_StartedCommand):
    """Play in a window: arrow keys, A and S for the buttons A and B, Return for Start, Backspace for Select.

    Close the window or press Ctrl-C to stop. With --save-state the place where you stop becomes a file from which
    episodes can start; with --record what you press becomes a file that --replay shows again, frame by frame.

    Examples:
      zelda-env play --save-state start.state --record mine.jsonl
      zelda-env play --replay mine.jsonl
      zelda-env play --replay mine.jsonl --headless
    """

    save_state: str | None = None
    """Where to save the state when playing ends; a note of its cartridge goes beside it (.json)."""
    record: str | None = None
    """Where to write what is pressed: a demonstration, JSON lines."""
    replay: str | None = None
    """A demonstration to show; at its end RAM is compared with what it was."""
    headless: bool = False
    """Replay without a window, as fast as it goes."""

    def cli_cmd(self) -> None:
        """Run until the window is closed, Ctrl-C, or the end of the demonstration."""
        rom = self.cartridge()
        start = read_state(self.state, rom) if self.state else None
        demonstration = self._demonstration(rom, start)
        if not self.headless:
            _expect_display()
        emulator = Emulator(rom, window="null" if self.headless else "SDL2")
        try:
            if start:
                emulator.load_state(start)
            if demonstration:
                _show(emulator, demonstration, self.headless)
            else:
                _play(emulator, start, self.record)
            if self.save_state:
                write_state(self.save_state, emulator)
                print(f"saved {self.save_state}")
        finally:
            emulator.close()

    def _demonstration(self, rom: Rom, start: bytes | None) -> Demonstration | None:
        """Return what to replay, or None, after checking that the flags go together."""
        if self.replay and self.record:
            raise DemonstrationError("--record and --replay exclude each other; give one of them")
        if self.headless and not self.replay:
            raise DemonstrationError("--headless needs a demonstration to play; give --replay FILE")
        if not self.replay:
            return None
        found = read_demonstration(self.replay)
        found.fits(rom, start)
        return found


def _expect_display() -> None:
    displays = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}
    if sys.platform.startswith("linux") and not displays & os.environ.keys():
        raise EmulatorError("there is no display to open a window on; play on a desktop, or set DISPLAY")


def _play(emulator: Emulator, start: bytes | None, record: str | None) -> None:
    """Let the user play until the window is closed or Ctrl-C comes; write what was pressed if asked."""
    tape = Tape(emulator, start)
    stopped = _watch_for_interrupt()
    print(
        f"playing {emulator.rom.title}: arrow keys, A, S, Return; close the window or press Ctrl-C to stop", flush=True
    )
    while not stopped and tape.tick(render=True):
        pass
    if record:
        demonstration = tape.finish()
        write_demonstration(record, demonstration)
        print(f"recorded {demonstration.frames} frames in {record}")


def _show(emulator: Emulator, demonstration: Demonstration, headless: bool) -> None:
    """Play a demonstration to its end, or until the window is closed or Ctrl-C comes."""
    stopped = _watch_for_interrupt()
    print(f"replaying {demonstration.frames} frames of {demonstration.title}", flush=True)

    def tick() -> bool:
        return not stopped and emulator.tick(1, render=not headless)

    if replay_demonstration(emulator, demonstration, tick):
        print(f"RAM is what it was: {demonstration.ram}")
    else:
        print("stopped before the end, so RAM was not compared")


def _watch_for_interrupt() -> list[int]:
    """Return a list that is empty until Ctrl-C; an exception would be lost inside PyBoy, which waits for its frames."""
    seen: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    return seen


class Record(_StartedCommand):
    """Play at random and record it as segments, as a training epoch would.

    The same arguments write the same bytes; a recording that is complete is left alone.

    Examples:
      zelda-env record --store runs/demo --steps 3000 --seed 7
      zelda-env record --store s3://zelda/demo --steps 100000 --seed 7 --epoch 2
    """

    store: str
    """Base URL of the run: file:///…/runs/demo, a path, s3://bucket/prefix."""
    steps: int = Field(default=1200, ge=1)
    """How many steps, over all episodes."""
    seed: int = Field(default=0, ge=0)
    """Of everything random."""
    epoch: int = Field(default=0, ge=0)
    """For the names of the episodes."""
    policy: Literal["random"] = "random"
    """Who plays."""
    episode_length: int = Field(default=1200, ge=1)
    """Steps after which an episode ends."""
    frame_skip: int = Field(default=4, ge=1, le=240)
    """Frames a step lasts."""
    frame_every: int = Field(default=30, ge=1)
    """Every how many steps the picture is kept; 1 keeps all."""
    rewards: Preset = "default"
    """The reward's terms and weights, by name; docs/rewards.md lists them."""

    def cli_cmd(self) -> None:
        """Record, unless it is done."""
        store = Store(self.store)
        if recorded_steps(store, self.epoch, self.seed) >= self.steps:
            print(f"epoch {self.epoch} holds {self.steps} steps of this recording already; nothing to do")
            return
        rewards = RewardConfig.preset(self.rewards)
        config = EnvConfig(episode_length=self.episode_length, frame_skip=self.frame_skip, rewards=rewards)
        with tqdm(total=self.steps, unit="step", desc=f"record epoch {self.epoch}", disable=None) as bar:
            stats = record_random(
                store,
                config,
                rom=self.cartridge(),
                state=self.state,
                epoch=self.epoch,
                steps=self.steps,
                seed=self.seed,
                frame_every=self.frame_every,
                on_step=bar.update,
            )
        print(
            f"epoch {self.epoch}: {self.steps} steps in {stats.episodes} episodes, {stats.segments} segments, "
            f"{stats.bytes} bytes, {stats.dropped} dropped"
        )


class Bench(_StartedCommand):
    """Measure env.step against the bare emulator with the same inputs, in interleaved pairs of CPU time.

    example: zelda-env bench --steps 2000 --pairs 7
    """

    steps: int = Field(default=1000, ge=10)
    """Steps in each measurement."""
    pairs: int = Field(default=7, ge=1)
    """How often both are measured."""
    frame_skip: int = Field(default=4, ge=1, le=240)
    """Frames a step lasts."""
    access: Literal["auto", "zero-copy", "public"] = "auto"
    """How RAM is read."""
    observation: Kind = "vector"
    """What an observation is: the 128 numbers, the picture, or both."""
    rewards: Preset = "default"
    """The reward's terms and weights, by name."""

    def cli_cmd(self) -> None:
        """Print the medians."""
        config = EnvConfig(
            frame_skip=self.frame_skip,
            episode_length=1 << 40,
            ram_access=self.access,
            observation=self.observation,
            rewards=RewardConfig.preset(self.rewards),
        )
        env = ZeldaEnv(config, rom=self.cartridge(), state=self.state)
        try:
            result = measure(env, steps=self.steps, pairs=self.pairs, seed=0)
            print(f"{result.summary()}; RAM access {env.ram.access}, compiled module {fast.MISSING or 'in use'}")
        finally:
            env.close()


class BuildFast(BaseSettings):
    """Compile the optional module: save states in 1 ms instead of 5 to 45, observations in 1 µs instead of 10.

    It needs a C compiler, Cython and setuptools: pip install 'zelda-env[fast]'. Without it everything works the same.

    example: zelda-env build-fast
    """

    model_config = _SETTINGS

    def cli_cmd(self) -> None:
        """Compile it into this package."""
        print(f"built {fast.build()}")


class ZeldaEnvCommand(BaseSettings):
    """Look at a ROM and its state, check it, play it, record segments, measure.

    Every flag is also an environment variable: --frame-skip is FRAME_SKIP, --store is STORE, --rom is ZELDA_ROM.

    Examples:
      zelda-env check
      zelda-env record --store runs/demo --steps 3000
    """

    model_config = SettingsConfigDict(
        **_SETTINGS,
        cli_prog_name="zelda-env",
        cli_exit_on_error=False,
        cli_hide_none_type=True,
        env_prefix="ZELDA_ENV_STEP_",
    )

    info: CliSubCommand[Info]
    """Say what a cartridge is; print the table of the 128 numbers."""
    check: CliSubCommand[Check]
    """Boot a cartridge and check it."""
    play: CliSubCommand[Play]
    """Play in a window."""
    record: CliSubCommand[Record]
    """Record random play as segments."""
    bench: CliSubCommand[Bench]
    """Measure the speed."""
    build_fast: CliSubCommand[BuildFast]
    """Compile the optional module."""

    def cli_cmd(self) -> None:
        """Run the command that was named."""
        CliApp.run_subcommand(self)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Those after the program's name; the process's own if left out.

    Returns:
        0 done; 2 for a mistake the user can cure, said in one line on stderr; 75 if the store
        cannot be reached now; 130 after Ctrl-C.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        CliApp.run(ZeldaEnvCommand, cli_args=list(sys.argv[1:] if arguments is None else arguments))
    except ZeldaEnvError as error:
        return _say(str(error))
    except StoreError as error:
        return _say(str(error), error.exit_code)
    except (SettingsError, ValidationError) as error:
        return _say(_explain(error))
    except KeyboardInterrupt:
        print("zelda-env: interrupted; run the same command again", file=sys.stderr)
        return INTERRUPTED
    return 0


def _say(message: str, code: int = USER_ERROR) -> int:
    print(f"zelda-env: {' '.join(message.split())}", file=sys.stderr)
    return code


def _explain(error: SettingsError | ValidationError) -> str:
    """Return what is wrong with the flags in one line."""
    if isinstance(error, SettingsError):
        first = str(error).strip().splitlines()[0]
        return f"{first.removeprefix('error parsing CLI: ')}; see zelda-env --help"
    fault = error.errors(include_url=False, include_input=False)[0]
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    return f"--{name.replace('_', '-')} ({name.upper()}): {fault['msg']}; see zelda-env --help"


if __name__ == "__main__":
    sys.exit(main())

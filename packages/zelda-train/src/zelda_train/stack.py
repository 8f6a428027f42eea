"""The whole system's epoch: the game of zelda-env, recorded, shaped by the reward model of zelda-rm, and evaluated.

The only module of this package that knows its siblings, and it imports them when they are needed. Everything else
works with any environment and any potential.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, SupportsFloat, cast

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from ray.rllib.env.env_context import EnvContext

from zelda_train.cluster import ray_session
from zelda_train.config import TrainConfig
from zelda_train.epoch import train_epoch
from zelda_train.errors import PotentialError, StackError, TrainError
from zelda_train.evaluation import OnEpisode, evaluate_epoch
from zelda_train.manifest import parent_of, read_manifest
from zelda_train.metric import Progress
from zelda_train.shaping import Potential
from zelda_train.store import Store

if TYPE_CHECKING:
    from zelda_env import SegmentRecorder, SegmentWriter
    from zelda_env.segment import EpisodeRecord, Recording

logger = logging.getLogger(__name__)

INSTALL = 'pip install "zelda-train[stack]"'


def train_stack_epoch(
    config: TrainConfig,
    store: Store,
    epoch: int,
    *,
    rom: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    ray_address: str | None = None,
    verbose: bool = False,
) -> dict[str, Any]:
    """Train one epoch of the game; see `train_epoch` for what that means.

    Args:
        config: The parameters.
        store: The run's store; segments are recorded into it.
        epoch: Number of the epoch, from 0. From 1 on, and unless the shaping weight is 0, the reward model of the
            epoch before has to be fitted. If it was refused, the last accepted one before it shapes this epoch, and
            if there is none, nothing does.
        rom: A cartridge file that every runner can read; None for the free game.
        on_progress: Called after every batch.
        ray_address: Of a running Ray cluster; None starts Ray on this machine.
        verbose: Let Ray and RLlib log everything.

    Returns:
        The `checkpoint/1` record.

    Raises:
        StackError: zelda-env or zelda-rm is not installed.
        TrainError: The ROM or the reward model cannot be used, or as `train_epoch`.
    """
    done = read_manifest(store, epoch)
    if done is not None:
        return done
    layout, cartridge = game_of(rom)
    parent_of(store, epoch, layout)
    potential, reward_model = None, None
    if epoch > 0 and config.shaping_weight > 0:
        potential, reward_model = load_potential(store, epoch - 1, layout)
    creator = GameCreator(store.url, epoch, rom, config.frame_skip, config.episode_length)
    with ray_session(config.ray_workers, ray_address, verbose=verbose):
        return train_epoch(
            config,
            store,
            epoch,
            creator,
            potential=potential,
            reward_model=reward_model,
            layout=layout,
            rom=cartridge,
            on_progress=on_progress,
        )


def evaluate_stack_epoch(
    store: Store, epoch: int, *, episodes: int, rom: str | None = None, on_episode: OnEpisode | None = None
) -> dict[str, Any]:
    """Evaluate the checkpoint of an epoch on the game, unrecorded, in this process; see `evaluate_epoch`.

    Args:
        store: The run's store.
        epoch: A trained epoch.
        episodes: How many to play.
        rom: The cartridge that it was trained on; None for the free game.
        on_episode: Called with the results so far, after each episode.

    Returns:
        The `policy-evaluation/1` record.

    Raises:
        StackError: zelda-env is not installed.
        TrainError: The ROM is not the one that the epoch was trained on, or as `evaluate_epoch`.
    """
    trained = read_manifest(store, epoch)
    layout, cartridge = game_of(rom)
    if trained is not None and (trained["layout"], trained["rom"]) != (layout, cartridge):
        raise TrainError(
            f"epoch {epoch} was trained on {trained['rom']} and {trained['layout']}, this is {cartridge} and {layout}; "
            "give the same --rom"
        )

    def make_env() -> gym.Env[Any, Any]:
        from zelda_env import EnvConfig, SegmentRecorder, ZeldaEnv  # noqa: PLC0415

        parameters = trained["config"] if trained is not None else {}
        settings = {name: parameters[name] for name in ("frame_skip", "episode_length")}
        if "milestones" in EnvConfig.model_fields:
            settings["milestones"] = True
        listener = Listener()
        game = ZeldaEnv(EnvConfig(**settings), rom=rom)
        return RecordedGame(SegmentRecorder(game, cast("SegmentWriter", listener), epoch=epoch), listener)

    return evaluate_epoch(store, epoch, make_env, episodes=episodes, on_episode=on_episode)


def game_of(rom: str | None) -> tuple[str, dict[str, str]]:
    """Return the version of the observations, and `{title, sha1}` of the cartridge.

    Raises:
        StackError: zelda-env is not installed.
        TrainError: The file is not a cartridge that zelda-env reads.
    """
    with _needs("zelda_env"):
        from zelda_env import LAYOUT, Rom, ZeldaEnvError  # noqa: PLC0415
    try:
        cartridge = Rom.acorn() if rom is None else Rom.load(rom)
    except ZeldaEnvError as error:
        raise TrainError(str(error)) from error
    return LAYOUT, {"title": cartridge.title, "sha1": cartridge.sha1}


def load_potential(store: Store, epoch: int, layout: str) -> tuple[Potential, dict[str, Any]] | tuple[None, None]:
    """Return the potential in force once an epoch is fitted, and `{epoch, sha256}` of its rm.pt.

    That is the epoch's own model or, if it was refused, the last accepted one before it; None if all were refused.

    Raises:
        StackError: zelda-rm is not installed.
        PotentialError: The epoch is not fitted, the rm.pt is damaged, or it reads observations of another layout.
    """
    with _needs("zelda_rm"):
        from zelda_rm import RewardModelError, accepted_epoch, read_model  # noqa: PLC0415
        from zelda_rm import Store as ModelStore  # noqa: PLC0415
    models = ModelStore(store.url)
    try:
        accepted = accepted_epoch(models, epoch)
        if accepted is None:
            logger.warning("no reward model up to epoch %d was accepted; this epoch is not shaped", epoch)
            return None, None
        model = read_model(models, accepted, layout)
    except RewardModelError as error:
        raise PotentialError(f"{error}; or train without shaping: --shaping-weight 0") from error
    sha256 = hashlib.sha256(store.read(f"zelda-models/reward_model/epoch_{accepted}/rm.pt")).hexdigest()

    def potential(obs: NDArray[np.float32]) -> NDArray[np.float32]:
        return model.potential(obs)

    return potential, {"epoch": accepted, "sha256": sha256}


@dataclass(frozen=True)
class GameCreator:
    """Makes recorded environments in the runner processes; credentials of the store come from their environment."""

    store_url: str
    epoch: int
    rom: str | None
    frame_skip: int
    episode_length: int

    def __call__(self, context: EnvContext) -> gym.Env[Any, Any]:
        """Return one environment that records what it plays."""
        from zelda_env import EnvConfig, SegmentRecorder, ZeldaEnv  # noqa: PLC0415

        output = Output.of(self.store_url)
        game = ZeldaEnv(EnvConfig(frame_skip=self.frame_skip, episode_length=self.episode_length), rom=self.rom)
        recorder = SegmentRecorder(
            game,
            cast("SegmentWriter", output),
            epoch=self.epoch,
            worker=context.worker_index,
            env_index=output.number(self.epoch, context),
        )
        return RecordedGame(recorder, output)


class Output:
    """What all environments of one process record into: one segment writer, seen through what it is told."""

    _of_process: dict[str, Output] = {}  # noqa: RUF012  one writer, with its one thread, per store and process

    def __init__(self, store: Store, writer: SegmentWriter) -> None:
        self._store, self._writer = store, writer
        self._numbers = -1
        self._told: Counter[str] = Counter()
        self.unique_rooms = 0
        """Rooms seen in the episode that was recorded last."""

    @classmethod
    def of(cls, store_url: str) -> Output:
        """Return this process's output to a store."""
        if store_url not in cls._of_process:
            from zelda_env import SegmentWriter  # noqa: PLC0415
            from zelda_env import Store as EpisodeStore  # noqa: PLC0415

            cls._of_process[store_url] = cls(Store(store_url), SegmentWriter(EpisodeStore(store_url)))
        return cls._of_process[store_url]

    def number(self, epoch: int, context: EnvContext) -> int:
        """Return the number by which a new environment signs its episodes.

        An environment that replaces a failed one counts its episodes from 0 again; under the old number it would write
        over, and mix with, what is already recorded. So it gets the next number that its runner has not used.
        """
        number: int = context.vector_index
        if context.recreated_worker:
            number = max(self._numbers, self._last_recorded(epoch, context.worker_index)) + 1
        self._numbers = max(self._numbers, number)
        return number

    def _last_recorded(self, epoch: int, worker: int) -> int:
        prefix = f"e{epoch:04d}-w{worker:02d}-v"
        names = [name for name in self._store.names("zelda-episodes") if name.startswith(prefix)]
        found = [name[len(prefix) :].split("-")[0] for name in names]
        return max(map(int, found), default=-1)

    def submit(self, recording: Recording) -> bool:
        """Pass a segment on to the writer; return whether it was taken."""
        return self._writer.submit(recording)

    def submit_episode(self, record: EpisodeRecord) -> None:
        """Pass the record of an episode on to the writer, and remember its rooms."""
        self.unique_rooms = record.unique_rooms
        self._writer.submit_episode(record)

    def flush(self) -> dict[str, int]:
        """Wait until all is written; return the segments written and dropped since the last call."""
        self._writer.flush()
        stats = Counter(segments=self._writer.stats.segments, dropped=self._writer.stats.dropped)
        news, self._told = {name: stats[name] - self._told[name] for name in stats}, stats
        return news


class Listener:
    """What an evaluation records into: it keeps nothing but the number of rooms, counted as training counts them."""

    unique_rooms = 0
    """Rooms seen in the episode that ended last."""

    def submit(self, recording: Recording) -> bool:
        """Let a segment go."""
        return True

    def submit_episode(self, record: EpisodeRecord) -> None:
        """Remember the rooms of an episode."""
        self.unique_rooms = record.unique_rooms

    def flush(self) -> dict[str, int]:
        """Return that nothing was written, and nothing dropped."""
        return {}


class RecordedGame(gym.Wrapper[Any, Any, Any, Any]):
    """A recorded environment that tells what it recorded: rooms after an episode, segments after an epoch."""

    def __init__(self, recorder: SegmentRecorder, output: Output | Listener) -> None:
        super().__init__(recorder)
        self._recorder, self._output = recorder, output

    def step(self, action: np.int64) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step the environment; when an episode ends, `info["unique_rooms"]` is the number of rooms seen in it."""
        obs, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            info = {**info, "unique_rooms": self._output.unique_rooms}
        return obs, reward, terminated, truncated, info

    def finish(self) -> dict[str, int]:
        """End the running segment, wait until all segments are written, and return how many there are."""
        self._recorder.finish()
        return self._output.flush()


@contextmanager
def _needs(package: str) -> Iterator[None]:
    """Say how to install a sibling that is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != package:
            raise
        raise StackError(
            f"{package.replace('_', '-')} is not installed, which this command needs: {INSTALL}"
        ) from error

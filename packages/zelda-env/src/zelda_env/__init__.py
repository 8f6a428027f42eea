"""A Gymnasium environment for Zelda: Oracle of Seasons on PyBoy, with a free game inside.

Importing this package registers `zelda_env/Acorn-v0` and `zelda_env/Seasons-v0` with Gymnasium.
"""

from zelda_env.archive import Archive, Cell, Entry, Origin
from zelda_env.boot import boot, read_state, write_state
from zelda_env.demonstration import (
    Demonstration,
    Run,
    Tape,
    read_demonstration,
    replay_demonstration,
    write_demonstration,
)
from zelda_env.emulator import ACTIONS, BUTTONS, Emulator
from zelda_env.encoder import LAYOUT, OBS_SIZE, TABLE, Feature, describe, observation_space
from zelda_env.env import EnvConfig, ZeldaEnv
from zelda_env.errors import (
    ArchiveError,
    BuildError,
    DemonstrationError,
    EmulatorError,
    InitialStateError,
    RecordingError,
    RomError,
    SegmentError,
    ZeldaEnvError,
)
from zelda_env.milestones import LADDER, Milestone, MilestoneTracker, ladder
from zelda_env.ram import Ram
from zelda_env.ram_map import FIELDS, Field
from zelda_env.recorder import SegmentRecorder
from zelda_env.registration import ACORN_ID, SEASONS_ID, make_seasons, make_seasons_vec, register
from zelda_env.restart import ArchiveWrapper, replay
from zelda_env.reward import RewardTracker
from zelda_env.reward_config import PRESETS, TERMS, RewardConfig
from zelda_env.rom import Rom
from zelda_env.segment import (
    EpisodeRecord,
    Segment,
    SegmentManifest,
    StepRecord,
    read_episodes,
    read_segment,
)
from zelda_env.state import Enemy, GameState, Screen, Thing
from zelda_env.state_encoder import StateEncoder
from zelda_env.store import Store, StoreError
from zelda_env.vector import ZeldaVectorEnv, make_vec
from zelda_env.writer import SegmentWriter, WriterStats

__version__ = "0.1.0"

__all__ = [
    "ACORN_ID",
    "ACTIONS",
    "BUTTONS",
    "FIELDS",
    "LADDER",
    "LAYOUT",
    "OBS_SIZE",
    "PRESETS",
    "SEASONS_ID",
    "TABLE",
    "TERMS",
    "Archive",
    "ArchiveError",
    "ArchiveWrapper",
    "BuildError",
    "Cell",
    "Demonstration",
    "DemonstrationError",
    "Emulator",
    "EmulatorError",
    "Enemy",
    "Entry",
    "EnvConfig",
    "EpisodeRecord",
    "Feature",
    "Field",
    "GameState",
    "InitialStateError",
    "Milestone",
    "MilestoneTracker",
    "Origin",
    "Ram",
    "RecordingError",
    "RewardConfig",
    "RewardTracker",
    "Rom",
    "RomError",
    "Run",
    "Screen",
    "Segment",
    "SegmentError",
    "SegmentManifest",
    "SegmentRecorder",
    "SegmentWriter",
    "StateEncoder",
    "StepRecord",
    "Store",
    "StoreError",
    "Tape",
    "Thing",
    "WriterStats",
    "ZeldaEnv",
    "ZeldaEnvError",
    "ZeldaVectorEnv",
    "boot",
    "describe",
    "ladder",
    "make_seasons",
    "make_seasons_vec",
    "make_vec",
    "observation_space",
    "read_demonstration",
    "read_episodes",
    "read_segment",
    "read_state",
    "register",
    "replay",
    "replay_demonstration",
    "write_demonstration",
    "write_state",
]

register()

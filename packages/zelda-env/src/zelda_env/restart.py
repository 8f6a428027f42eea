"""Episodes that begin where others have been: an environment that fills an archive and restarts from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np

from zelda_env.archive import IDLE, Archive, Cell, Entry, Origin, digest
from zelda_env.emulator import Emulator
from zelda_env.env import ZeldaEnv
from zelda_env.errors import ArchiveError
from zelda_env.observation import Observation
from zelda_env.ram_map import Bytes

_RESTART = bytes((IDLE, IDLE))
"""What a restart adds to the inputs: the frame after which the state is saved, and the one after it is loaded."""
_STREAM = 0x60E


def replay(emulator: Emulator, state: bytes, inputs: bytes, frame_skip: int) -> None:
    """Go where inputs lead.

    Args:
        emulator: Of the cartridge they belong to.
        state: The emulator's state they begin at.
        inputs: One byte each; see `Entry`.
        frame_skip: Frames a step.

    Raises:
        InitialStateError: PyBoy refuses the state.
    """
    emulator.load_state(state)
    for number in inputs:
        if number == IDLE:
            emulator.act(0, 1)
        else:
            emulator.act(number, frame_skip)


class ArchiveWrapper(gym.Wrapper[Observation, np.int64, Observation, np.int64]):
    """Fills an archive as it is played, and begins some episodes in a cell drawn from it.

    The step path copies nothing and saves no state: a way is kept as inputs, and the state of a cell is made from them
    when it is drawn for the first time. Rewards and the episode's length begin anew at a restart.
    `info["restart_frames"]` of a reset says how far from the initial state the episode begins, 0 if it begins there.

    Between resets, do not call `save_state` of the environment: it lets a frame go by that the archive does not see.

    Args:
        env: A `ZeldaEnv`, or wrappers around one that pass actions on as they are.
        archive: Filled and drawn from; environments of one process may share one.
        probability: Of a restart, 0 to 1, at each reset while the archive has a cell.
        score: Says of linear work RAM, uint8 (12288,), how good a situation is, so that the better of two ways into a
            cell is kept; without it the faster one. Archives to be merged must be scored alike.

    Raises:
        ArchiveError: The environment is no `ZeldaEnv` or not what the archive belongs to; or `probability` is none.
    """

    def __init__(
        self,
        env: gym.Env[Observation, np.int64],
        archive: Archive,
        *,
        probability: float = 0.5,
        score: Callable[[Bytes], float] | None = None,
    ) -> None:
        super().__init__(env)
        base = env.unwrapped
        if not isinstance(base, ZeldaEnv):
            raise ArchiveError(f"{env} cannot be restarted; expected a ZeldaEnv")
        if not 0 <= probability <= 1:
            raise ArchiveError(f"probability {probability}; expected 0 to 1")
        archive.origin.expect(Origin.of(base, archive.origin.grid), "the environment")
        self.archive = archive
        self.broken = 0
        """Ways that did not lead where they should, and were dropped; more than none means a damaged archive."""
        self._base = base
        self._probability = probability
        self._score = score
        self._random = np.random.default_rng()
        self._start = -1
        self._inputs = bytearray()
        self._cell: Cell | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode, in a cell of the archive or as the environment does.

        Args:
            seed: As for the environment; which cells are drawn follows from it, too.
            options: As for the environment. An episode that begins at a `state` of yours is not archived.

        Raises:
            InitialStateError: PyBoy refuses a state that was read from a file; the environment is of no more use.
        """
        if seed is not None:
            self._random = np.random.default_rng([_STREAM, seed])
        options = dict(options or {})
        restart = "state" not in options and self._random.random() < self._probability
        drawn = self._draw() if restart else None
        if drawn is not None:
            options["state"] = drawn[1]
        observation, info = self.env.reset(seed=seed, options=options or None)
        if drawn is None:
            self._start = info["start"]["state"]
            self._inputs = bytearray([IDLE]) * info["start"]["idle_frames"]
        else:
            self._start = drawn[0].start
            self._inputs = bytearray(drawn[0].inputs + _RESTART)
        self._cell = None
        self._look()
        frames = drawn[0].frames if drawn else 0
        return observation, info | {"restart_frames": frames}

    def step(self, action: np.int64) -> tuple[Observation, Any, bool, bool, dict[str, Any]]:
        """Step the environment; if it comes into another cell, tell the archive."""
        result = self.env.step(action)
        self._inputs.append(int(action))
        self._look()
        return result

    def _look(self) -> None:
        """Count the visit when the game has come into a cell."""
        if self._start < 0:
            return
        wram = self._base.wram
        cell = Cell.read(wram, self.archive.origin.grid)
        if cell is not None and cell != self._cell:
            self._cell = cell
            score = self._score(wram) if self._score else 0.0
            self.archive.visit(cell, wram, self._start, self._inputs, score)

    def _draw(self) -> tuple[Entry, bytes] | None:
        """Draw a cell and return it with the state to start from, or None if there is none left."""
        while len(self.archive):
            entry = self.archive.draw(self._random)
            state = self._state_of(entry)
            if state is not None:
                return entry, state
            self.broken += 1
            self.archive.drop(entry.cell)
        return None

    def _state_of(self, entry: Entry) -> bytes | None:
        """Return the emulator's state of an entry, made now if it is not kept, or None if its inputs lead elsewhere."""
        kept = self.archive.state(entry.cell)
        if kept is not None:
            return kept
        emulator = self._base.emulator
        state, at = self._nearest(entry)
        replay(emulator, state, entry.inputs[at:], self.archive.origin.frame_skip)
        if digest(emulator.ram.wram()) != entry.digest:
            return None
        state = emulator.save_state()
        self.archive.keep_state(entry.cell, state)
        return state

    def _nearest(self, entry: Entry) -> tuple[bytes, int]:
        """Return the last state on an entry's way that is known, and how many of its inputs lie before it."""
        known = {
            other.inputs: other.cell
            for other in self.archive
            if other.state is not None and other.start == entry.start and len(other.inputs) < len(entry.inputs)
        }
        at = entry.inputs.rfind(_RESTART)
        while known and at > 0:
            cell = known.get(entry.inputs[:at])
            state = None if cell is None else self.archive.state(cell)
            if state is not None:
                return state, at + 1
            at = entry.inputs.rfind(_RESTART, 0, at + 1)
        return self._base.initial_states[entry.start], 0

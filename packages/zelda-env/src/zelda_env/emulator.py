"""A thin layer over PyBoy: one cartridge, stepped by actions, with fast and bank-explicit reads of its RAM."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from zelda_env import fast
from zelda_env._pyboy import PyBoy, PyBoyException, WindowEvent
from zelda_env.errors import EmulatorError, InitialStateError
from zelda_env.ram import Access, Ram
from zelda_env.rom import Rom
from zelda_env.saved_state import PYBOY, REMEDY, check_state, seal

ACTIONS: Final = ("NOP", "up", "down", "left", "right", "A", "B", "Start")
"""The actions by number."""

BUTTONS: Final = ("a", "b", "select", "start", "right", "left", "up", "down")
"""The buttons of the console, by the bit the game sees them at."""

StateAccess = Literal["auto", "compiled", "pyboy"]

FRAME_SHAPE: Final = (144, 160, 3)
"""Rows, columns and colour channels of a frame."""

_DIRECTIONS: Final = 4
PRESS: Final = (
    None,
    WindowEvent.PRESS_ARROW_UP,
    WindowEvent.PRESS_ARROW_DOWN,
    WindowEvent.PRESS_ARROW_LEFT,
    WindowEvent.PRESS_ARROW_RIGHT,
    WindowEvent.PRESS_BUTTON_A,
    WindowEvent.PRESS_BUTTON_B,
    WindowEvent.PRESS_BUTTON_START,
)
RELEASE: Final = (
    None,
    WindowEvent.RELEASE_ARROW_UP,
    WindowEvent.RELEASE_ARROW_DOWN,
    WindowEvent.RELEASE_ARROW_LEFT,
    WindowEvent.RELEASE_ARROW_RIGHT,
    WindowEvent.RELEASE_BUTTON_A,
    WindowEvent.RELEASE_BUTTON_B,
    WindowEvent.RELEASE_BUTTON_START,
)
_BUTTON_NAMES: Final = (
    *(f"BUTTON_{name}" for name in ("A", "B", "SELECT", "START")),
    *(f"ARROW_{name}" for name in ("RIGHT", "LEFT", "UP", "DOWN")),
)
_PRESSED: Final = {getattr(WindowEvent, f"PRESS_{name}"): bit for bit, name in enumerate(_BUTTON_NAMES)}
_RELEASED: Final = {getattr(WindowEvent, f"RELEASE_{name}"): bit for bit, name in enumerate(_BUTTON_NAMES)}
_PRESS_BIT: Final = tuple(_PRESSED)
_RELEASE_BIT: Final = tuple(_RELEASED)


class Emulator:
    """One cartridge in PyBoy, without sound, at full speed.

    The ROM is handed over in memory, so PyBoy never writes a `.ram` file beside it.

    Args:
        rom: The cartridge.
        access: How RAM is read; see `Ram`.
        window: `null`, or `SDL2` to watch and play in real time.
        state_access: Who saves and loads states: the `compiled` module, some 1 ms, or `pyboy` itself, 5 to 45 ms with
            the same bytes; `auto` takes the first if it was built.

    Raises:
        EmulatorError: `compiled` or `zero-copy` was asked for and is not to be had.
    """

    def __init__(
        self,
        rom: Rom,
        *,
        access: Access = "auto",
        window: Literal["null", "SDL2"] = "null",
        state_access: StateAccess = "auto",
    ) -> None:
        if state_access == "compiled" and fast.MODULE is None:
            raise EmulatorError(f"no compiled save states ({fast.MISSING}); or use 'pyboy'")
        self.rom = rom
        self._module = None if state_access == "pyboy" else fast.MODULE
        self.state_access: Literal["compiled", "pyboy"] = "pyboy" if self._module is None else "compiled"
        """Which way was taken."""
        self._pyboy = PyBoy(io.BytesIO(rom.data), window=window, sound_emulated=False, log_level="CRITICAL")
        if window == "null":
            self._pyboy.set_emulation_speed(0)
        self._tick: Callable[..., Any] = self._pyboy.tick
        self._send: Callable[..., Any] = self._pyboy.send_input
        self._held = 0
        self._down = 0
        self._broken = ""
        # The first frame an instance renders can be wrong: it is rendered here, where nobody sees it.
        self._tick(1, True, False)
        self.ram = Ram(self._pyboy, access)

    def tick(self, frames: int = 1, render: bool = False) -> bool:
        """Run frames with the buttons as they are; return False once the window was closed.

        Args:
            frames: How many, >= 0.
            render: Draw the last of them, so that `frame` shows it.
        """
        return bool(self._tick(frames, render, False))

    def act(self, action: int, frames: int, render: bool = False) -> None:
        """Run frames with an action.

        A direction is held for all of the frames and let go when another action comes, so that walking and pushing go
        on over equal actions. A button is held for all frames but the last, so that each action is a press of its own;
        in a single frame it is held for that frame and let go before the next input, so equal buttons follow without
        a gap.

        Args:
            action: 0 to 7, see `ACTIONS`.
            frames: How many, >= 1.
            render: Draw the last frame.
        """
        held = self._held
        if held and (held != action or held > _DIRECTIONS):
            self._send(RELEASE[held])
            self._held = held = 0
        if held != action:
            self._send(PRESS[action])
            if action > _DIRECTIONS and frames > 1:
                self._tick(frames - 1, False, False)
                self._send(RELEASE[action])
                frames = 1
            else:
                self._held = action
        self._tick(frames, render, False)

    def hold(self, buttons: Iterable[str]) -> None:
        """Hold exactly these buttons from the next frame on, several at once if need be, until told otherwise.

        Args:
            buttons: Some of `BUTTONS`.

        Raises:
            ValueError: There is no such button.
        """
        wanted = 0
        for button in buttons:
            if button not in BUTTONS:
                raise ValueError(f"there is no button {button!r}; expected some of {', '.join(BUTTONS)}")
            wanted |= 1 << BUTTONS.index(button)
        for bit in range(len(BUTTONS)):
            if (wanted ^ self._down) >> bit & 1:
                self._send((_PRESS_BIT if wanted >> bit & 1 else _RELEASE_BIT)[bit])
        self._down = wanted

    def listen(self, render: bool = False) -> tuple[bool, int]:
        """Run a frame in which the window's keys count too; `buttons` then says what was held in it.

        Args:
            render: Draw it.

        Returns:
            Whether the window is still open, and how many frames went by: 0 while PyBoy is paused.
        """
        events, before = self._pyboy.events, self._pyboy.frame_count
        running = self._tick(1, render, False)
        for event in events:  # the window has added its own to those that were sent
            number = int(event)
            if number in _PRESSED:
                self._down |= 1 << _PRESSED[number]
            elif number in _RELEASED:
                self._down &= ~(1 << _RELEASED[number])
        return bool(running), self._pyboy.frame_count - before

    @property
    def buttons(self) -> tuple[str, ...]:
        """The buttons held by `hold` or, after `listen`, in the window; those of `act` are no part of it."""
        return tuple(button for bit, button in enumerate(BUTTONS) if self._down >> bit & 1)

    def frame(self) -> NDArray[np.uint8]:
        """Return a copy of the last frame that was rendered, uint8 (144, 160, 3) RGB."""
        return np.array(self._pyboy.screen.ndarray[:, :, :3], order="C")

    @property
    def screen(self) -> NDArray[np.uint8]:
        """PyBoy's own picture, uint8 (144, 160, 4) RGBA, without a copy; the next frame that is rendered changes it."""
        picture: NDArray[np.uint8] = self._pyboy.screen.ndarray
        return picture

    def save_state(self) -> bytes:
        """Return the whole state of the emulator, with no button held, and a note of what it belongs to behind it."""
        self._let_go()
        if self._module is not None:
            return seal(self._module.save_state(self._pyboy), self.rom)
        file = io.BytesIO()
        self._pyboy.save_state(file)
        return seal(file.getvalue(), self.rom)

    def load_state(self, state: bytes) -> None:
        """Go back to a saved state.

        Args:
            state: What `save_state` returned; or as PyBoy saves it, which does not say of which cartridge it is.

        Raises:
            InitialStateError: It belongs to another cartridge, PyBoy version or colour mode, and nothing was loaded;
                or PyBoy refuses it half way: then close this emulator and make another.
            EmulatorError: An earlier load failed half way.
        """
        if self._broken:
            self._refuse()
        bare = check_state(state, self.rom)
        # PyBoy keeps pending input over a load, so nothing may be pending.
        self._let_go()
        try:
            if self._module is not None:
                self._module.load_state(self._pyboy, bytes(bare))
            else:
                self._pyboy.load_state(io.BytesIO(bare))
        except (PyBoyException, IndexError, TypeError, ValueError, OverflowError) as error:
            self._broken = f"{type(error).__name__}: {error}"
            self._tick = self._send = self._refuse
            raise InitialStateError(
                f"the save state ({len(state)} bytes) does not load ({self._broken}); expected one made with "
                f"PyBoy {PYBOY} and the cartridge {self.rom.title}: {REMEDY}"
            ) from error

    def _refuse(self, *_: object) -> NoReturn:
        """Stand in for what a half loaded emulator must not do."""
        raise EmulatorError(f"the emulator is broken by a failed load ({self._broken}); make a new one")

    def close(self) -> None:
        """Stop the emulator; nothing is written. May be called again."""
        self._pyboy.stop(save=False)

    def _let_go(self) -> None:
        """Release what is held and let a frame pass, so that no input is pending."""
        if self._held:
            self._send(RELEASE[self._held])
            self._held = 0
        if self._down:
            self.hold(())
        self._tick(1, False, False)

"""Run as a program: `zelda-env play` with the arguments given, in a real window with keys from SDL's own queue.

The first argument says what is pressed, as in a recipe; then the window is closed.
"""

import ctypes
import sys
import warnings

warnings.filterwarnings("ignore", "Using SDL2 binaries")
import sdl2  # noqa: E402
from zelda_env import Tape, cli  # noqa: E402

KEYS = {
    "a": sdl2.SDLK_a, "b": sdl2.SDLK_s, "start": sdl2.SDLK_RETURN, "select": sdl2.SDLK_BACKSPACE,
    "right": sdl2.SDLK_RIGHT, "left": sdl2.SDLK_LEFT, "up": sdl2.SDLK_UP, "down": sdl2.SDLK_DOWN,
}  # fmt: skip


def push(kind, key=0):
    event = sdl2.SDL_Event()
    event.type = kind
    event.key.keysym.sym = key
    sdl2.SDL_PushEvent(ctypes.byref(event))


def script(text):
    """Yield the buttons of each frame."""
    for word in text.split():
        buttons, frames = word.split(":")
        for _ in range(int(frames)):
            yield set() if buttons == "wait" else set(buttons.split("+"))


def main(text, arguments):
    frames, held, tick = script(text), set(), Tape.tick

    def press_and_tick(self, render=False):
        wanted = next(frames, None)
        if wanted is None:
            print("driver", sdl2.SDL_GetCurrentVideoDriver().decode())
            push(sdl2.SDL_QUIT)
            wanted = held.copy()
        for button in held - wanted:
            push(sdl2.SDL_KEYUP, KEYS[button])
        for button in wanted - held:
            push(sdl2.SDL_KEYDOWN, KEYS[button])
        held.clear()
        held.update(wanted)
        return tick(self, render)

    Tape.tick = press_and_tick
    return cli.main(["play", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

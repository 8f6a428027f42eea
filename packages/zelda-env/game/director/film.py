"""`python -m director.film`: a recorded play as a short moving picture."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image
from zelda_env import Emulator, Rom, read_demonstration

from director.console import BOOT_FRAMES

GAME: Final = Path(__file__).parents[1]
PICTURE: Final = GAME.parent / "docs" / "images" / "quest.gif"
_COLOURS: Final = 64


def pictures(rom: Rom, path: Path, every: int) -> Iterator[Image.Image]:
    """Yield what the screen shows in every so many frames of a demonstration from power-on, 160x144."""
    demonstration = read_demonstration(path)
    demonstration.fits(rom, None)
    emulator = Emulator(rom)
    at = 0
    for buttons, frames in demonstration.runs:
        emulator.hold(buttons)
        for _ in range(frames):
            at += 1
            emulator.tick(1, render=at % every == 0)
            if at % every == 0 and at > BOOT_FRAMES:
                yield Image.fromarray(emulator.frame())
    emulator.close()


def main() -> None:
    """Write the film."""
    parser = argparse.ArgumentParser(prog="director.film", description=__doc__)
    parser.add_argument("--play", type=Path, default=GAME / "quest.jsonl", help="a demonstration from power-on")
    parser.add_argument("--out", type=Path, default=PICTURE, help="the GIF to write")
    parser.add_argument("--every", type=int, default=30, help="frames of the game between two pictures (default 30)")
    parser.add_argument("--show-ms", type=int, default=60, help="how long each is shown (default 60)")
    options = parser.parse_args()
    found = list(pictures(Rom.acorn(), options.play, options.every))
    # One palette for all keeps what does not move equal from picture to picture, so that it is stored once.
    sheet = Image.new("RGB", (160, 144 * (len(found) // 8 + 1)))
    for number, picture in enumerate(found[::8]):
        sheet.paste(picture, (0, 144 * number))
    palette = sheet.quantize(_COLOURS, dither=Image.Dither.NONE)
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in found]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    frames[0].save(
        options.out, save_all=True, append_images=frames[1:], duration=options.show_ms, loop=0, optimize=True
    )
    print(f"{options.out.name}: {len(frames)} pictures, {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

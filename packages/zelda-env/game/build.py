#!/usr/bin/env python3
"""Builds acorn.gbc from the text sources. Standard library only.

    build.py OUTPUT    compile and write the cartridge
    build.py OUTPUT --burn   the same game, but it never sleeps while it waits for a frame
    build.py --data    only check the art, rooms and texts and write build/gen.*

The steps: drawings, rooms and texts become build/gen.c, build/gen.h and two
graphics banks; sdcc compiles and links; the header gets its two checksums.
"""

import sys
from pathlib import Path

from art import Layout, lay_out, read_art
from cartridge import cartridge, compile_all, graphics, write_moving
from palette import Group, read_palettes
from room import TILE_SETS, Legend, join_rooms, read_dungeons, read_legend, read_rooms
from source import BUILD, HERE, SourceError
from table import (
    Ground,
    Output,
    write_dungeons,
    write_items,
    write_palettes,
    write_rooms,
    write_screen,
    write_sprites,
    write_texts,
)
from text import read_items, read_texts
from thing import ThingEncoder

TILES = HERE / "tiles"
ROOMS = HERE / "rooms"
TEXTS = HERE / "texts"


def generate() -> bytes:
    """Write build/gen.c and build/gen.h and return the graphics banks.

    Raises:
        SourceError: A source has a mistake.
    """
    palettes = read_palettes(TILES / "palettes.txt")
    sprite_art = read_art(TILES / "sprites.txt")
    legends = [read_legend(ROOMS / f"{name}.txt") for _, name in TILE_SETS]
    rooms = read_rooms(ROOMS, legends)
    dungeons = read_dungeons(ROOMS / "dungeons.txt")
    join_rooms(rooms, dungeons)
    texts = read_texts(TEXTS / "texts.txt")
    items = read_items(TEXTS / "items.txt", texts, sprite_art, [name for name, _ in palettes["obj"]])

    out = Output()
    layouts = write_ground(out, legends, palettes)
    write_texts(out, texts)
    maps = write_rooms(out, rooms, ThingEncoder(rooms, list(texts), list(items)))
    write_dungeons(out, dungeons)
    write_items(out, items, sprite_art)
    screen = write_screen(out, read_art(TILES / "font.txt"), read_art(TILES / "ui.txt"))
    sprites = write_sprites(out, sprite_art)
    colours = write_palettes(out, palettes)
    write_moving(out, layouts)
    gfx = graphics(layouts, screen, sprites, colours, maps)
    out.write(BUILD)
    outside, inside = (len(layout.tiles.tiles) for layout in layouts)
    first, second = (len(bank.tiles) for bank in sprites)
    print(
        f"outside {outside}/256 tiles, inside {inside}/256, screen {len(screen.tiles)}/256, "
        f"sprites {first}/128 + {second}/128"
    )
    return gfx


def write_ground(out: Output, legends: list[Legend], palettes: dict[str, Group]) -> list[Layout]:
    """Lay out the tiles of both sets and write the records of their cells."""
    ground, layouts = Ground(), []
    for number, ((art_name, _), group) in enumerate(zip(TILE_SETS, ("bg", "bg-inside"), strict=True)):
        art_of = read_art(TILES / f"{art_name}.txt")
        layout = lay_out(art_of, art_name)
        ground.add(number, legends[number], art_of, layout, [name for name, _ in palettes[group]])
        layouts.append(layout)
    ground.write(out)
    return layouts


def main(arguments: list[str]) -> int:
    """Do what the module's docstring says; return the exit status."""
    burn = "--burn" in arguments[1:]
    if len(arguments) != 1 + burn:
        print(__doc__)
        return 2
    try:
        gfx = generate()
        if arguments[0] != "--data":
            Path(arguments[0]).write_bytes(cartridge(compile_all(burn), gfx))
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Builds acorn.gbc from the text sources. Standard library only.

    build.py OUTPUT    compile and write the cartridge
    build.py OUTPUT --burn   the same game, but it never sleeps while it waits for a frame
    build.py --data    only check the art, rooms and texts and write build/gen.*

The steps: drawings, rooms and texts become build/gen.c, build/gen.h and banks
of data; sdcc compiles and links; the header gets its two checksums.
"""

import sys
from pathlib import Path

from art import read_art
from bank import DATA_BANK, GRAPHICS_BANK, SET_BANK, DataBanks
from cartridge import BANK_SIZE, cartridge, compile_all
from ground import ground_sets, set_bank
from palette import read_palettes
from source import BUILD, HERE, SourceError
from table import (
    HERO_AT,
    PALETTES_AT,
    Output,
    looks_of,
    write_dungeons,
    write_items,
    write_looks,
    write_packs,
    write_palettes,
    write_rooms,
    write_screen,
    write_sprites,
    write_texts,
)
from text import read_items, read_texts
from thing import ThingEncoder
from world import TILES, read_world

TEXTS = HERE / "texts"


def generate() -> dict[int, bytes]:
    """Write build/gen.c and build/gen.h and return the banks of data.

    Raises:
        SourceError: A source has a mistake.
    """
    palettes = read_palettes(TILES / "palettes.txt")
    sprite_art = read_art(TILES / "sprites.txt")
    world = read_world()
    rooms = world.rooms
    texts = read_texts(TEXTS / "texts.txt")
    figures = [name for name, _ in palettes["obj"]]
    items = read_items(TEXTS / "items.txt", texts, sprite_art, figures)
    looks = looks_of(sprite_art)

    out, data = Output(), DataBanks(DATA_BANK, SET_BANK - 1)
    encoder = ThingEncoder(rooms, texts, items, looks, figures)
    write_packs(out, world.packs, SET_BANK)
    write_rooms(out, data, rooms, encoder)
    write_texts(out, data, texts, encoder.choices, items)
    write_dungeons(out, world.dungeons)
    write_items(out, items, sprite_art)
    write_looks(out, looks, sprite_art)
    screen = write_screen(out, read_art(TILES / "font.txt"), read_art(TILES / "ui.txt"))
    sprites = write_sprites(out, sprite_art)
    colours = write_palettes(out, palettes)
    out.write(BUILD)
    sets = ground_sets(rooms, world.packs, world.legends, world.arts, palettes, len(screen.tiles))

    first, second, hero = (len(bank.tiles) for bank in sprites)
    print(f"screen {len(screen.tiles)}/256 tiles, sprites {first}/128 + {second}/128, hero {hero}/256")
    print(f"{len(rooms)} rooms, {len(texts)} texts + {len(encoder.choices)} choices; data by bank {data.used}")
    used = ", ".join(f"{ground.name} {ground.used[0]}+{ground.used[1]}" for ground in sets)
    print(f"tiles of 256+{256 - len(screen.tiles)} by set: {used}")
    graphics = screen.blob() + sprites[0].blob() + sprites[1].blob()
    graphics = graphics.ljust(PALETTES_AT - BANK_SIZE, b"\0") + colours
    graphics = graphics.ljust(HERO_AT - BANK_SIZE, b"\0") + sprites[2].blob()
    banks = {set_bank(number): ground.content for number, ground in enumerate(sets)}
    return {GRAPHICS_BANK: graphics} | {bank: bytes(content) for bank, content in data.banks.items()} | banks


def main(arguments: list[str]) -> int:
    """Do what the module's docstring says; return the exit status."""
    burn = "--burn" in arguments[1:]
    if len(arguments) != 1 + burn:
        print(__doc__)
        return 2
    try:
        banks = generate()
        if arguments[0] != "--data":
            Path(arguments[0]).write_bytes(cartridge(compile_all(burn) | banks))
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

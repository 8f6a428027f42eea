"""The maps of docs/acorn.md show what the game shows: cell by cell, on the real emulator."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest
from zelda_env import Rom

ROOT = Path(__file__).resolve().parent.parent
ROOMS = [
    ((0, 0x93), "spring"),
    ((0, 0x96), "autumn"),
    ((0, 0xA6), "winter"),
    ((0, 0xD6), "summer"),
    ((0, 0xD7), "spring"),
    ((0, 0xD8), "winter"),
    ((0, 0xBB), "spring"),
    ((0, 0xC4), "summer"),
    ((0, 0xF3), "autumn"),
    ((0, 0xCC), "winter"),
    ((3, 0x14), "spring"),
    ((4, 0x13), "spring"),
]
COLOUR_STEPS = 31
CELL = 16


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def maps():
    return load("acorn_map")


@pytest.fixture(scope="module")
def painter(maps):
    return maps.Painter(maps.read_world(), maps.read_palettes(maps.TILES / "palettes.txt"))


@pytest.fixture(scope="module")
def shots():
    return load("acorn_sheet")


@pytest.fixture(scope="module")
def booted(shots):
    cartridge = Rom.acorn().data
    return cartridge, shots.start(cartridge)


def colours(picture):
    """Colours in the steps of the hardware, (height, width, 3) int."""
    return (np.asarray(picture).astype(int) * COLOUR_STEPS + 127) // 255


def still_cells(maps, room, season, link):
    """The cells on which nothing moves: no animated drawing there, nobody on it or beside it."""
    art_of = maps.read_world().arts[not room.is_outside]
    busy = [(thing.column, thing.row) for thing in room.things if thing.kind not in ("sign", "warp", "chest")] + [link]
    for row in range(8):
        for column in range(10):
            name = room.legend.at(room.chars[row][column], season).art.partition(".")[0]
            near = any(abs(column - x) <= 2 and abs(row - y) <= 2 for x, y in busy)
            if not near and f"{name}@1" not in art_of:
                yield column, row


def first_free(room, season):
    """A cell to stand on where no warp is."""
    warps = {(thing.column, thing.row) for thing in room.things if thing.kind == "warp"}
    cells = ((x, y) for y in range(1, 5) for x in range(1, 9) if (x, y) not in warps)
    return next((x, y) for x, y in cells if room.legend.at(room.chars[y][x], season).collision == 0)


@pytest.mark.parametrize(("key", "season_name"), ROOMS)
def test_a_room_looks_as_its_sources_say(maps, painter, shots, booted, key, season_name):
    cartridge, state = booted
    room, season = painter.world.rooms[key], maps.SEASONS.index(season_name)
    link = first_free(room, season)
    pyboy = shots.boot(cartridge)
    pyboy.load_state(io.BytesIO(state))
    place = shots.Place(room.name, *key, *link, season=season if room.is_outside else None, pack=room.pack)
    seen = colours(shots.visit(pyboy, place))[16:]
    pyboy.stop(save=False)
    drawn = colours(painter.room(room, season))
    compared = 0
    for column, row in still_cells(maps, room, season, link):
        area = np.s_[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        assert np.abs(seen[area] - drawn[area]).max() <= 1, f"cell {(column, row)}"
        compared += 1
    assert compared >= 20

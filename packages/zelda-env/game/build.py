#!/usr/bin/env python3
"""Builds acorn.gbc from the text sources. Standard library only.

    build.py OUTPUT    compile and write the cartridge
    build.py OUTPUT --burn   the same game, but it never sleeps while it waits for a frame
    build.py --data    only check the art, rooms and texts and write build/gen.*

The steps: drawings, rooms and texts become build/gen.c, build/gen.h and one
graphics bank; sdcc compiles and links; the header gets its two checksums.
"""
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE / "build"
ROM_SIZE = 0x10000  # four banks: two of code, two of graphics
FACING = {"up": 0, "right": 1, "down": 2, "left": 3}
SETS = (("world", "legend"), ("inside", "legend-inside"))  # drawings and legend of each tile set
OUTSIDE_GROUPS = (0,)
DOORS = {0x70: "up", 0x71: "right", 0x72: "down", 0x73: "left"}   # +4 boss door, +8 shutter


class SourceError(Exception):
    """A mistake in a text source, worded for the person who made it."""


def lines_of(path):
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        yield number, line.rstrip()


# --- palettes --------------------------------------------------------------

def read_palettes(path):
    """name, then four RRGGBB colours a line; `bg`, `bg-inside` or `obj` starts a group."""
    groups = {"bg": [], "bg-inside": [], "obj": []}
    group = None
    for number, line in lines_of(path):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if line in groups:
            group = groups[line]
            continue
        name, *colours = line.split()
        if group is None or len(colours) != 4:
            raise SourceError(f"{path.name}:{number}: want a name and four colours")
        rgb = [tuple(int(c[i:i + 2], 16) for i in (0, 2, 4)) for c in colours]
        group.append((name, rgb))
    for name, group in groups.items():
        if len(group) > 8:
            raise SourceError(f"{path.name}: more than 8 {name} palettes")
    return groups


def word(rgb):
    r, g, b = (min(31, (c * 31 + 127) // 255) for c in rgb)
    return r | g << 5 | b << 10


def faded(rgb, level, goal=(14, 16, 36)):
    """level 0 is the colour itself, 4 the dark blue of night."""
    return tuple((c * (4 - level) + g * level) // 4 for c, g in zip(rgb, goal))


# --- drawings --------------------------------------------------------------

class Art:
    def __init__(self, name, options, rows, where):
        self.name, self.options, self.rows, self.where = name, options, rows, where
        self.w, self.h = len(rows[0]), len(rows)
        for row in rows:
            if len(row) != self.w or set(row) - set("0123"):
                raise SourceError(f"{where}: [{name}] rows must be {self.w} digits 0-3: {row}")
        if self.w % 8 or self.h % 8:
            raise SourceError(f"{where}: [{name}] is {self.w}x{self.h}, not a multiple of 8")

    def tile(self, tx, ty):
        out = bytearray()
        for row in self.rows[ty * 8:ty * 8 + 8]:
            low = high = 0
            for c in row[tx * 8:tx * 8 + 8]:
                low = low << 1 | (int(c) & 1)
                high = high << 1 | int(c) >> 1
            out += bytes((low, high))
        return bytes(out)


def read_art(path):
    """Blocks of `[name] key=value ...` followed by rows of digits."""
    arts, head, rows = {}, None, []

    def close():
        if head:
            name, options, where = head
            if not rows:
                raise SourceError(f"{where}: [{name}] has no rows")
            if name in arts:
                raise SourceError(f"{where}: [{name}] is there twice")
            arts[name] = Art(name, options, list(rows), where)

    for number, line in lines_of(path):
        if line.startswith("["):
            close()
            name, _, rest = line[1:].partition("]")
            head = (name, dict(o.split("=") for o in rest.split()), f"{path.name}:{number}")
            rows = []
        elif line and not line.startswith("#"):
            if head is None:
                raise SourceError(f"{path.name}:{number}: rows before the first [name]")
            rows.append(line)
    close()
    return arts


class TileSet:
    def __init__(self, limit, what):
        self.tiles, self.limit, self.what = [], limit, what

    def add(self, tile, share=True):
        if share and tile in self.tiles:
            return self.tiles.index(tile)
        if len(self.tiles) >= self.limit:
            raise SourceError(f"more than {self.limit} {self.what} tiles")
        self.tiles.append(tile)
        return len(self.tiles) - 1

    def blob(self):
        return b"".join(self.tiles).ljust(self.limit * 16, b"\0")


# --- the world -------------------------------------------------------------

def read_legend(path):
    """char name tile collision type art [cut=TILE]"""
    cells = {}
    for number, line in lines_of(path):
        if not line or line.startswith("# "):
            continue
        parts = line.split()
        if len(parts) < 6:
            raise SourceError(f"{path.name}:{number}: want char name tile collision type art")
        char, name, tile, coll, kind, art = parts[:6]
        if char in cells:
            raise SourceError(f"{path.name}:{number}: {char!r} is there twice")
        extra = dict(p.split("=") for p in parts[6:])
        cells[char] = dict(name=name, tile=int(tile, 16), coll=int(coll, 16),
                           type=int(kind, 16), art=art,
                           **{k: int(extra.pop(k, "0"), 16) for k in ("cut", "bomb", "push")})
        if extra:
            raise SourceError(f"{path.name}:{number}: no such option: {', '.join(extra)}")
    return cells


def room_file(path):
    """b5.txt is room B5 of group 0, 3-10.txt is room 10 of group 3."""
    found = re.fullmatch(r"(?:([0-7])-)?([0-9a-f]{2})", path.stem)
    return (int(found[1] or "0"), int(found[2], 16)) if found else None


def read_room(path, key, legends):
    group, number = key
    inside = group not in OUTSIDE_GROUPS
    large = group >= 4
    room = {"name": path.stem, "key": key, "map": [], "objects": [], "set": int(inside),
            "w": 15 if large else 10, "h": 11 if large else 8}
    legend = legends[room["set"]]
    section = None
    for line_number, line in lines_of(path):
        where = f"rooms/{path.name}:{line_number}"
        if not line or (line.startswith("# ") and section != "map"):
            continue
        if line in ("map", "objects"):
            section = line
        elif section == "map":
            if len(line) != room["w"]:
                raise SourceError(f"{where}: a row has {room['w']} cells, this has {len(line)}")
            for c in line:
                if c not in legend:
                    raise SourceError(f"{where}: {c!r} is not in rooms/{SETS[room['set']][1]}.txt")
            room["map"].append([legend[c] for c in line])
            if len(room["map"]) == room["h"]:
                section = None
        elif section == "objects":
            kind, col, row, *rest = line.split()
            room["objects"].append((kind, int(col), int(row),
                                    dict(r.partition("=")[::2] for r in rest), where))
        else:
            raise SourceError(f"{where}: {line!r} stands outside of map and objects")
    if len(room["map"]) != room["h"]:
        raise SourceError(f"rooms/{path.name}: a room has {room['h']} rows")
    return room


def read_dungeons(path):
    """`dungeon INDEX group=G`, then for each floor eight rows of eight room numbers or --"""
    dungeons = []
    for number, line in lines_of(path):
        if not line or line.startswith("# "):
            continue
        if line.startswith("dungeon "):
            _, index, group = line.split()
            dungeons.append({"index": int(index, 16), "group": int(group.partition("=")[2]), "cells": []})
            continue
        row = line.split()
        if not dungeons or len(row) != 8:
            raise SourceError(f"{path.name}:{number}: want eight room numbers")
        dungeons[-1]["cells"] += [None if c == "--" else int(c, 16) for c in row]
    for d in dungeons:
        if not d["cells"] or len(d["cells"]) % 64 or len(d["cells"]) > 256:
            raise SourceError(f"{path.name}: dungeon {d['index']:x} needs one to four floors of eight rows")
    return dungeons


def check_world(rooms, dungeons):
    """Openings of neighbours must meet, and no way may lead out of the world."""
    def free(room, col, row):
        cell = room["map"][row][col]
        return cell["coll"] == 0 or 0x70 <= cell["tile"] <= 0x7B and bool(room["set"])

    neighbours = {}
    for (group, number) in rooms:
        if group == 0:
            for way, step in enumerate((-16, 1, 16, -1)):
                neighbours[group, number, way] = rooms.get((group, (number + step) & 0xFF))
    for d in dungeons:
        for at, number in enumerate(d["cells"]):
            if number is None:
                continue
            if (d["group"], number) not in rooms:
                raise SourceError(f"rooms/dungeons.txt: there is no room {d['group']}-{number:02x}.txt")
            room = rooms[d["group"], number]
            room["place"] = (d["index"], at)
            for way, (dy, dx) in enumerate(((-1, 0), (0, 1), (1, 0), (0, -1))):
                y, x = at % 64 // 8 + dy, at % 8 + dx
                if 0 <= y < 8 and 0 <= x < 8:
                    other = d["cells"][at // 64 * 64 + y * 8 + x]
                    if other is not None:
                        neighbours[d["group"], number, way] = rooms.get((d["group"], other))
    for key, room in rooms.items():
        w, h = room["w"], room["h"]
        room["exits"] = 0
        warps = {(o[1], o[2]) for o in room["objects"] if o[0] == "warp"}
        for way, (mine, theirs, count) in enumerate((
                (lambda i: (i, 0), lambda i: (i, h - 1), w), (lambda i: (w - 1, i), lambda i: (0, i), h),
                (lambda i: (i, h - 1), lambda i: (i, 0), w), (lambda i: (0, i), lambda i: (w - 1, i), h))):
            other = neighbours.get((*key, way))
            for i in range(count):
                here = free(room, *mine(i))
                if here and mine(i) not in warps:
                    room["exits"] |= 1 << way
                if other is None:
                    if here and mine(i) not in warps:
                        raise SourceError(f"rooms/{room['name']}.txt: cell {mine(i)} leads out of the world")
                elif here != free(other, *theirs(i)):
                    raise SourceError(f"rooms/{room['name']}.txt: cell {mine(i)} does not meet "
                                      f"cell {theirs(i)} of {other['name']}.txt")


def read_texts(path):
    """`[name] id=XXXX`, lines of up to 18 characters, two a page, pages split by ---

    `ask=Yes,No then=a,b` ends the text with a question; text a or b follows.
    `do=heal` fills the hearts when the text is over, `flag=40` sets bits of the room's flags.
    """
    texts, name = {}, None
    for number, line in lines_of(path):
        if line.startswith("["):
            name, _, rest = line[1:].partition("]")
            options = dict(o.split("=") for o in rest.split())
            texts[name] = (int(options["id"], 16), [[]], options)
        elif line == "---":
            texts[name][1].append([])
        elif line and not line.startswith("# "):
            if len(line) > 18:
                raise SourceError(f"{path.name}:{number}: a line has at most 18 characters")
            texts[name][1][-1].append(line)
            if len(texts[name][1][-1]) > 2:
                raise SourceError(f"{path.name}:{number}: a page has two lines")
    for name, (_, pages, options) in texts.items():
        if "ask" in options:
            answers = options["ask"].split(",")
            if len(answers) != 2 or max(map(len, answers)) > 6 or len(pages[-1]) != 1:
                raise SourceError(f"{path.name}: [{name}] asks: two answers of up to 6 letters, "
                                  "and one line of text before them")
            pages[-1].append("  " + answers[0].ljust(8) + answers[1])
            for follow in options["then"].split(","):
                if follow not in texts:
                    raise SourceError(f"{path.name}: [{name}] leads to {follow!r}, which is not there")
    return texts


def read_items(path, texts, sprites, palettes):
    """name treasure parameter drawing palette text"""
    items = {}
    for number, line in lines_of(path):
        if not line or line.startswith("# "):
            continue
        parts = line.split()
        if len(parts) != 6:
            raise SourceError(f"{path.name}:{number}: want name treasure parameter drawing palette text")
        name, treasure, parameter, art, palette, text = parts
        if art not in sprites or palette not in palettes or (text != "-" and text not in texts):
            raise SourceError(f"{path.name}:{number}: unknown drawing, palette or text")
        items[name] = (int(treasure, 16), int(parameter, 16), art, palettes.index(palette),
                       list(texts).index(text) if text != "-" else 0xFF)
    return items


def object_bytes(room, rooms, texts, items):
    """Six bytes an object, and the room's properties: exits, key, chest."""
    kinds = {"villager": 1, "burr": 2, "sign": 3, "warp": 4, "chest": 5, "item": 6, "button": 7, "shutter": 8}
    data, props, flags = bytearray(), room["exits"], set()
    for kind, col, row, options, where in room["objects"]:
        if kind not in kinds:
            raise SourceError(f"{where}: no object kind {kind!r}")
        if not (0 <= row < room["h"] and 0 <= col < room["w"]):
            raise SourceError(f"{where}: outside of the room")
        text, cell = options.get("text"), room["map"][row][col]
        if text is not None and text not in texts:
            raise SourceError(f"{where}: no text {text!r} in texts/texts.txt")
        if (cell["coll"] == 0) == (kind in ("sign", "chest", "shutter")):
            raise SourceError(f"{where}: {kind} cannot stand on {cell['name']}")
        rest = [FACING[options.get("dir", "down")], texts.index(text) if text else 0, 0, 0]
        if kind == "warp":
            group, number = options["to"].split(":")
            goal = rooms.get((int(group), int(number, 16)))
            x, y = map(int, options["at"].split(","))
            if goal is None or goal["map"][y][x]["coll"]:
                raise SourceError(f"{where}: the warp leads nowhere or into a wall")
            rest = [goal["key"][0], goal["key"][1], y << 4 | x, rest[0]]
        elif kind in ("chest", "item"):
            flag = int(options.get("flag", "20"), 16)
            if options["item"] not in items:
                raise SourceError(f"{where}: no item {options['item']!r} in texts/items.txt")
            if flag in flags and flag:
                raise SourceError(f"{where}: two things share the room flag {flag:02x}; say flag=40 or flag=80")
            flags.add(flag)
            rest = [items.index(options["item"]), flag, 0, 0]
            props |= (kind == "chest") << 5 | (options["item"] == "small_key") << 4
        elif kind == "button":
            rest = [1 << int(options.get("bit", "0")), int("hold" in options), 0, 0]
        elif kind == "shutter":
            rest = [0 if "enemies" in options else 1 << int(options.get("bit", "0")), cell["tile"], 0, 0]
        data += bytes((kinds[kind], row << 4 | col, *rest))
    return bytes(data), props


# --- writing ---------------------------------------------------------------

def c_bytes(name, data):
    body = ",".join(str(b) for b in data)
    return f"const u8 {name}[{len(data)}] = {{{body}}};\n"


def lay_out(art_of, limit_name):
    """The tiles of one set. Moving ones come first, so that one copy moves them all."""
    tiles = TileSet(256, limit_name)
    frames = {}
    for name, art in art_of.items():
        base, _, n = name.partition("@")
        if n:
            frames.setdefault(base, []).append(art)
    placed = {}
    steps = max((len(f) for f in frames.values()), default=0) + 1
    moving = [bytearray() for _ in range(steps)]
    for base, more in frames.items():
        art = art_of[base]
        placed[base] = []
        series = [art, *more]
        for ty in range(art.h // 8):
            for tx in range(art.w // 8):
                placed[base].append(tiles.add(art.tile(tx, ty), share=False))
                for i in range(steps):
                    moving[i] += series[i % len(series)].tile(tx, ty)
    for name, art in art_of.items():
        if "@" in name or name in placed:
            continue
        # the game counts from the first tile of an `auto` drawing: all sixteen, in order
        share = "auto" not in art.options
        placed[name] = [tiles.add(art.tile(tx, ty), share) for ty in range(art.h // 8) for tx in range(art.w // 8)]
    return tiles, placed, moving


def generate():
    palettes = read_palettes(HERE / "tiles" / "palettes.txt")
    ui_art = read_art(HERE / "tiles" / "ui.txt")
    font_art = read_art(HERE / "tiles" / "font.txt")
    sprite_art = read_art(HERE / "tiles" / "sprites.txt")
    legends = [read_legend(HERE / "rooms" / f"{legend}.txt") for _, legend in SETS]
    rooms = {}
    for path in sorted((HERE / "rooms").glob("*.txt")):
        key = room_file(path)
        if key:
            rooms[key] = read_room(path, key, legends)
    dungeons = read_dungeons(HERE / "rooms" / "dungeons.txt")
    check_world(rooms, dungeons)
    texts = read_texts(HERE / "texts" / "texts.txt")
    items = read_items(HERE / "texts" / "items.txt", texts, sprite_art, [n for n, _ in palettes["obj"]])

    c = ['#include "ram.h"\n#include "gen.h"\n']
    h = ["/* written by build.py */\n"]

    # each tile id of each set points to a record: look, collision, type, and what it becomes
    tile_mt = bytearray(512)
    records = {name: bytearray() for name in ("mt_coll", "mt_type", "mt_cut", "mt_bomb", "mt_push")}
    mt_tile, mt_attr, mt_auto = bytearray(), bytearray(), bytearray()
    autos = {}
    sets = []
    for number, ((art_name, legend_name), legend) in enumerate(zip(SETS, legends)):
        art_of = read_art(HERE / "tiles" / f"{art_name}.txt")
        tiles, placed, moving = lay_out(art_of, art_name)
        sets.append((tiles, moving))
        bg_names = [n for n, _ in palettes["bg" if number == 0 else "bg-inside"]]

        def attribute(art):
            pal = art.options.get("pal", bg_names[0])
            if pal not in bg_names:
                raise SourceError(f"{art.where}: no palette {pal!r}")
            return bg_names.index(pal)

        seen = set()
        for cell in legend.values():
            name, _, part = cell["art"].partition(".")
            if name not in art_of:
                raise SourceError(f"rooms/{legend_name}.txt: no drawing {name!r} in tiles/{art_name}.txt")
            art, t = art_of[name], number << 8 | cell["tile"]
            if t in seen:
                raise SourceError(f"rooms/{legend_name}.txt: tile {cell['tile']:02x} is there twice")
            seen.add(t)
            for name_of, data in records.items():
                data.append(cell[name_of[3:]])
            tile_mt[t] = len(mt_auto)
            group = art.options.get("auto")
            if group:
                autos.setdefault(group, len(autos) + 1)
                mt_auto.append(autos[group])
                mt_tile += bytes((placed[name][0], 0, 0, 0))
                mt_attr.append(attribute(art))
            else:
                across = art.w // 8
                index = int(part or 0)
                cx, cy = index % (art.w // 16) * 2, index // (art.w // 16) * 2
                mt_auto.append(0)
                mt_tile += bytes(placed[name][(cy + dy) * across + cx + dx] for dy in (0, 1) for dx in (0, 1))
                mt_attr.append(attribute(art))
    for name, data in (("tile_mt", tile_mt), *records.items(), ("mt_tile", mt_tile), ("mt_attr", mt_attr), ("mt_auto", mt_auto)):
        c.append(c_bytes(name, data))
        h.append(f"extern const u8 {name}[];\n")

    # texts
    names = list(texts)
    for i, name in enumerate(names):
        pages = texts[name][1]
        data = b"\x0c".join(b"\n".join(line.encode("ascii") for line in page) for page in pages) + b"\0"
        c.append(c_bytes(f"text_{i}", data))
    c.append("const u8 *const text_of[] = {%s};\n" % ",".join(f"text_{i}" for i in range(len(names))))
    c.append("const u16 text_id[] = {%s};\n" % ",".join(str(texts[n][0]) for n in names))
    h.append("extern const u8 *const text_of[];\nextern const u16 text_id[];\n")
    then, deed, flag = bytearray(), bytearray(), bytearray()
    deeds = ["-", "heal"]
    for name in names:
        options = texts[name][2]
        follow = options["then"].split(",") if "ask" in options else []
        then += bytes([names.index(f) for f in follow] or [0xFF, 0xFF])
        if options.get("do", "-") not in deeds:
            raise SourceError(f"texts/texts.txt: [{name}] do={options['do']} is not known")
        deed.append(deeds.index(options.get("do", "-")))
        flag.append(int(options.get("flag", "0"), 16))
    for name, data in (("text_then", then), ("text_do", deed), ("text_flag", flag)):
        c.append(c_bytes(name, data))
        h.append(f"extern const u8 {name}[];\n")

    # rooms
    order = sorted(rooms)
    meta = {name: bytearray() for name in ("room_ids", "room_groups", "room_dungeon", "room_place",
                                           "room_floor", "room_props")}
    maps, map_at = bytearray(), []   # the maps and the palettes lie in bank 3, from 6000
    for i, key in enumerate(order):
        room = rooms[key]
        map_at.append(0x6400 + len(maps))
        maps += bytes(cell["tile"] for row in room["map"] for cell in row)
        data, props = object_bytes(room, rooms, names, list(items))
        c.append(c_bytes(f"objects_{i}", data + b"\0"))
        dungeon, place = room.get("place", (0xFF, 0))
        for name, value in (("room_ids", key[1]), ("room_groups", key[0]), ("room_dungeon", dungeon),
                            ("room_place", place % 64), ("room_floor", place // 64), ("room_props", props)):
            meta[name].append(value)
    for name, data in meta.items():
        c.append(c_bytes(name, data))
        h.append(f"extern const u8 {name}[];\n")
    c.append("const u8 *const room_objects[] = {%s};\n" % ",".join(f"objects_{i}" for i in range(len(order))))
    c.append("const u16 room_map_at[] = {%s};\n" % ",".join(map(str, map_at)))
    h.append("extern const u8 *const room_objects[];\nextern const u16 room_map_at[];\n")
    h.append(f"#define ROOM_COUNT {len(order)}\n#define DUNGEON_COUNT {len(dungeons)}\n")
    for i, d in enumerate(dungeons):
        c.append(c_bytes(f"dungeon_{i}", bytes(r or 0 for r in d["cells"])))
    c.append("const u8 *const dungeon_maps[] = {%s};\n" % ",".join(f"dungeon_{i}" for i in range(len(dungeons))))
    c.append(c_bytes("dungeon_index", bytes(d["index"] for d in dungeons)))
    c.append(c_bytes("dungeon_floors", bytes(len(d["cells"]) // 64 for d in dungeons)))
    h.append("extern const u8 *const dungeon_maps[];\nextern const u8 dungeon_index[], dungeon_floors[];\n")

    # items: treasure, parameter, text, drawing
    wide = {n: a.w == 16 for n, a in sprite_art.items()}
    for name, column in (("item_id", 0), ("item_param", 1), ("item_pal", 3), ("item_text", 4)):
        c.append(c_bytes(name, bytes(v[column] for v in items.values())))
        h.append(f"extern const u8 {name}[];\n")
    c.append("const u8 item_tile[] = {%s};\n" % ",".join(f"S_{v[2].upper()}" for v in items.values()))
    c.append(c_bytes("item_wide", bytes(wide[v[2]] for v in items.values())))
    h.append("extern const u8 item_tile[], item_wide[];\n")

    # the second VRAM bank: font, then the bar, the boxes and the menu
    ui = TileSet(256, "screen")
    for code in range(0x20, 0x80):
        key = f"{code:02x}"
        ui.add(font_art[key].tile(0, 0) if key in font_art else b"\xff\0" * 8, share=False)
    for name, art in ui_art.items():
        first = len(ui.tiles)
        for ty in range(art.h // 8):
            for tx in range(art.w // 8):
                ui.add(art.tile(tx, ty), share=False)
        h.append(f"#define UI_{name.upper()} {first}u\n")

    # sprites: 8x16 units, two of them for a 16x16 drawing
    banks = [TileSet(128, "sprite"), TileSet(128, "second-bank sprite")]
    for name, art in sprite_art.items():
        bank = int(art.options.get("bank", "0"))
        first = len(banks[bank].tiles)
        for tx in range(art.w // 8):
            for ty in range(art.h // 8):
                banks[bank].add(art.tile(tx, ty), share=False)
        h.append(f"#define S_{name.upper()} {first}\n")
    for i, (name, _) in enumerate(palettes["obj"]):
        h.append(f"#define PAL_{name.upper()} {i}\n")
    for i, (name, _) in enumerate(palettes["bg"]):
        h.append(f"#define BGP_{name.upper()} {i}\n")

    table = bytearray()
    for group in ("bg", "bg-inside", "obj"):
        h.append(f"#define PALETTES_{group.upper().replace('-', '_')} 0x{0x6000 + len(table):04x}u\n")
        for level in range(5):
            for i in range(8):
                colours = palettes[group][i][1] if i < len(palettes[group]) else [(0, 0, 0)] * 4
                for rgb in colours:
                    table += word(faded(rgb, level)).to_bytes(2, "little")

    # bank 2: outside, screen, sprites, and from 7000 the pictures of what moves; bank 3: inside, then at 5000
    gfx = bytearray()
    h.append("#define ANIM_TABLE %s\n" % ",".join("{%d,%d,0x%04x,0x%04x}" % (
        len(moving), len(moving[0]) // 16, at, -(-len(moving[0]) // 256) * 256)
        for (_, moving), at in zip(sets, (0x7000, 0x5000))))
    for number, (tiles, moving) in enumerate(sets):
        bank = tiles.blob()
        if number == 0:
            bank += ui.blob() + banks[0].blob() + banks[1].blob()
        for frame in moving:
            bank += bytes(frame).ljust(-(-len(frame) // 256) * 256, b"\0")
        if number == 1:
            if len(bank) > 0x2000:
                raise SourceError("the pictures of what moves inside run into the palettes at 6000")
            bank = bank.ljust(0x2000, b"\0") + bytes(table).ljust(0x400, b"\0") + maps
        if len(bank) > 0x4000:
            raise SourceError("the graphics do not fit their bank")
        gfx += bank.ljust(0x4000, b"\0")

    BUILD.mkdir(exist_ok=True)
    (BUILD / "gen.c").write_text("".join(c))
    (BUILD / "gen.h").write_text("".join(h))
    print(f"outside {len(sets[0][0].tiles)}/256 tiles, inside {len(sets[1][0].tiles)}/256, screen {len(ui.tiles)}/256, "
          f"sprites {len(banks[0].tiles)}/128 + {len(banks[1].tiles)}/128")
    return gfx


def tool(*command):
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    noise = done.stdout + done.stderr
    if noise.strip():
        print(noise.strip())
    if done.returncode:
        raise SourceError(f"{command[0]} failed")


def read_ihx(path):
    image, top = bytearray(0x8000), 0
    for line in path.read_text().splitlines():
        count, address, kind = int(line[1:3], 16), int(line[3:7], 16), int(line[7:9], 16)
        if kind == 0:
            if address + count > 0x8000:
                raise SourceError("the code does not fit 32 KiB")
            image[address:address + count] = bytes.fromhex(line[9:9 + 2 * count])
            top = max(top, address + count)
    return image, top


def compile_all(burn):
    for need in ("sdcc", "sdasgb"):
        if not shutil.which(need):
            raise SourceError(f"{need} is not installed: install the Debian package sdcc 4.2")
    start = (HERE / "src" / "crt0.s").read_text()
    if burn:
        start = re.sub(r".*; SLEEP\n", "", start)
    (BUILD / "crt0.s").write_text(start)
    tool("sdasgb", "-o", "build/crt0.rel", "build/crt0.s")
    objects = ["build/crt0.rel"]
    sources = sorted((HERE / "src").glob("*.c")) + [BUILD / "gen.c"]
    for source in sources:
        out = f"build/{source.stem}.rel"
        newest = max(p.stat().st_mtime for p in [source, BUILD / "gen.h", *(HERE / "src").glob("*.h")])
        target = HERE / out
        if not target.exists() or target.stat().st_mtime <= newest:
            tool("sdcc", "-msm83", "--std-c11", "--opt-code-speed", "-Isrc", "-Ibuild", "-c",
                 str(source.relative_to(HERE)), "-o", out)
        objects.append(out)
    tool("sdcc", "-msm83", "--no-std-crt0", "--code-loc", "0x0400", "--data-loc", "0xC000",
         *objects, "-o", "build/acorn.ihx")
    image, top = read_ihx(BUILD / "acorn.ihx")
    areas = (BUILD / "acorn.map").read_text()
    for line in areas.splitlines():
        parts = line.split()
        if parts[:1] == ["_DATA"] and "bytes" in line:
            end = int(parts[1], 16) + int(parts[2], 16)
            print(f"code ends at {top:04X}, private variables at {end:04X}")
            if end > 0xC100:
                raise SourceError("private variables run into the drawing queue at C100")
    return image


def cartridge(image, gfx):
    rom = bytearray(image) + bytearray(gfx)
    rom = rom.ljust(ROM_SIZE, b"\0")
    rom[0x134:0x143] = b"ACORN".ljust(15, b"\0")
    rom[0x143] = 0xC0              # Game Boy Color only
    rom[0x144:0x146] = b"\0\0"
    rom[0x147] = 0x1B              # MBC5 + RAM + battery
    rom[0x148] = 0x01              # 64 KiB
    rom[0x149] = 0x02              # 8 KiB of save RAM
    rom[0x14A] = 0x01
    rom[0x14B] = 0x33
    rom[0x14C] = 0x00
    check = 0
    for byte in rom[0x134:0x14D]:
        check = (check - byte - 1) & 0xFF
    rom[0x14D] = check
    rom[0x14E:0x150] = b"\0\0"
    rom[0x14E:0x150] = (sum(rom) & 0xFFFF).to_bytes(2, "big")
    return bytes(rom)


def main(arguments):
    burn = "--burn" in arguments[1:]
    if len(arguments) != 1 + burn:
        print(__doc__)
        return 2
    try:
        gfx = generate()
        if arguments[0] != "--data":
            pathlib.Path(arguments[0]).write_bytes(cartridge(compile_all(burn), gfx))
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

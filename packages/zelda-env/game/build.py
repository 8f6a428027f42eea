#!/usr/bin/env python3
"""Builds acorn.gbc from the text sources. Standard library only.

    build.py OUTPUT    compile and write the cartridge
    build.py --data    only check the art, rooms and texts and write build/gen.*

The steps: drawings, rooms and texts become build/gen.c, build/gen.h and one
graphics bank; sdcc compiles and links; the header gets its two checksums.
"""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE / "build"
ROM_SIZE = 0x10000  # four banks: two of code, one of graphics, one spare
ROOM_W, ROOM_H = 10, 8
FACING = {"up": 0, "right": 1, "down": 2, "left": 3}


class SourceError(Exception):
    """A mistake in a text source, worded for the person who made it."""


def lines_of(path):
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        yield number, line.rstrip()


# --- palettes --------------------------------------------------------------

def read_palettes(path):
    """name, then four RRGGBB colours a line; `bg` or `obj` starts a group."""
    groups = {"bg": [], "obj": []}
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
                           type=int(kind, 16), art=art, cut=int(extra.get("cut", "0"), 16))
    return cells


def read_room(path, legend):
    room = {"name": path.stem, "id": int(path.stem, 16), "map": [], "objects": []}
    section = None
    for number, line in lines_of(path):
        where = f"rooms/{path.name}:{number}"
        if not line or (line.startswith("# ") and section != "map"):
            continue
        if line in ("map", "objects"):
            section = line
        elif section == "map":
            if len(line) != ROOM_W:
                raise SourceError(f"{where}: a row has {ROOM_W} cells, this has {len(line)}")
            for c in line:
                if c not in legend:
                    raise SourceError(f"{where}: {c!r} is not in rooms/legend.txt")
            room["map"].append(line)
            if len(room["map"]) == ROOM_H:
                section = None
        elif section == "objects":
            kind, col, row, *rest = line.split()
            room["objects"].append((kind, int(col), int(row),
                                    dict(r.split("=") for r in rest), where))
        else:
            raise SourceError(f"{where}: {line!r} stands outside of map and objects")
    if len(room["map"]) != ROOM_H:
        raise SourceError(f"rooms/{path.name}: a room has {ROOM_H} rows")
    return room


def check_world(rooms, legend):
    """Openings of neighbours must meet, and no way may lead out of the world."""
    def free(room, col, row):
        cell = legend[room["map"][row][col]]
        return cell["coll"] == 0
    for number, room in rooms.items():
        for step, mine, theirs, count in ((1, lambda i: (9, i), lambda i: (0, i), ROOM_H),
                                          (16, lambda i: (i, 7), lambda i: (i, 0), ROOM_W)):
            for i in range(count):
                here = free(room, *mine(i))
                other = rooms.get(number + step)
                if other is None:
                    if here:
                        raise SourceError(f"rooms/{room['name']}.txt: cell {mine(i)} leads out of the world")
                elif here != free(other, *theirs(i)):
                    raise SourceError(f"rooms/{room['name']}.txt: cell {mine(i)} does not meet "
                                      f"cell {theirs(i)} of {other['name']}.txt")
        for step, mine, count in ((-1, lambda i: (0, i), ROOM_H), (-16, lambda i: (i, 0), ROOM_W)):
            if number + step not in rooms and any(free(room, *mine(i)) for i in range(count)):
                raise SourceError(f"rooms/{room['name']}.txt: its edge leads out of the world")


def read_texts(path):
    """`[name] id=XXXX`, lines of up to 18 characters, two a page, pages split by ---"""
    texts, name = {}, None
    for number, line in lines_of(path):
        if line.startswith("["):
            name, _, rest = line[1:].partition("]")
            texts[name] = (int(rest.strip().partition("=")[2], 16), [[]])
        elif line == "---":
            texts[name][1].append([])
        elif line and not line.startswith("# "):
            if len(line) > 18:
                raise SourceError(f"{path.name}:{number}: a line has at most 18 characters")
            texts[name][1][-1].append(line)
            if len(texts[name][1][-1]) > 2:
                raise SourceError(f"{path.name}:{number}: a page has two lines")
    return texts


# --- writing ---------------------------------------------------------------

def c_bytes(name, data):
    body = ",".join(str(b) for b in data)
    return f"const u8 {name}[{len(data)}] = {{{body}}};\n"


def generate():
    palettes = read_palettes(HERE / "tiles" / "palettes.txt")
    bg_names = [n for n, _ in palettes["bg"]]
    world_art = read_art(HERE / "tiles" / "world.txt")
    ui_art = read_art(HERE / "tiles" / "ui.txt")
    font_art = read_art(HERE / "tiles" / "font.txt")
    sprite_art = read_art(HERE / "tiles" / "sprites.txt")
    legend = read_legend(HERE / "rooms" / "legend.txt")
    rooms = {}
    for path in sorted((HERE / "rooms").glob("[0-9a-f][0-9a-f].txt")):
        room = read_room(path, legend)
        rooms[room["id"]] = room
    check_world(rooms, legend)
    texts = read_texts(HERE / "texts" / "texts.txt")

    c = ['#include "ram.h"\n#include "gen.h"\n']
    h = ["/* written by build.py */\n"]

    # world tiles; moving ones come first, so that one copy moves them all
    world = TileSet(256, "world")
    frames = {}
    for name, art in world_art.items():
        base, _, n = name.partition("@")
        if n:
            frames.setdefault(base, []).append(art)
    placed = {}
    steps = max((len(f) for f in frames.values()), default=0) + 1
    moving = [bytearray() for _ in range(steps)]
    for base, more in frames.items():
        art = world_art[base]
        placed[base] = []
        series = [art, *more]
        for ty in range(art.h // 8):
            for tx in range(art.w // 8):
                placed[base].append(world.add(art.tile(tx, ty), share=False))
                for i in range(steps):
                    moving[i] += series[i % len(series)].tile(tx, ty)
    for name, art in world_art.items():
        if "@" in name or name in placed:
            continue
        # the game counts from the first tile of an `auto` drawing: all sixteen, in order
        share = "auto" not in art.options
        placed[name] = [world.add(art.tile(tx, ty), share) for ty in range(art.h // 8) for tx in range(art.w // 8)]

    def attribute(art):
        pal = art.options.get("pal", bg_names[0])
        if pal not in bg_names:
            raise SourceError(f"{art.where}: no palette {pal!r}")
        return bg_names.index(pal)

    tile_mt, coll_of, type_of, cut_to = [bytearray(256) for _ in range(4)]
    mt_tile, mt_attr, mt_auto = bytearray(), bytearray(), bytearray()
    autos = {}
    seen = {}
    for char, cell in legend.items():
        name, _, part = cell["art"].partition(".")
        if name not in world_art:
            raise SourceError(f"rooms/legend.txt: no drawing {name!r} in tiles/world.txt")
        art, t = world_art[name], cell["tile"]
        if t in seen:
            raise SourceError(f"rooms/legend.txt: tile {t:02x} is there twice")
        seen[t] = char
        coll_of[t], type_of[t], cut_to[t] = cell["coll"], cell["type"], cell["cut"]
        tile_mt[t] = len(mt_auto)
        group = art.options.get("auto")
        if group:
            autos.setdefault(group, len(autos) + 1)
            mt_auto.append(autos[group])
            mt_tile += bytes((placed[name][0], 0, 0, 0))
            mt_attr += bytes([attribute(art)] * 4)
        else:
            across = art.w // 8
            index = int(part or 0)
            cx, cy = index % (art.w // 16) * 2, index // (art.w // 16) * 2
            mt_auto.append(0)
            mt_tile += bytes(placed[name][(cy + dy) * across + cx + dx] for dy in (0, 1) for dx in (0, 1))
            mt_attr += bytes([attribute(art)] * 4)
    for name, data in (("tile_mt", tile_mt), ("coll_of", coll_of), ("type_of", type_of), ("cut_to", cut_to),
                       ("mt_tile", mt_tile), ("mt_attr", mt_attr), ("mt_auto", mt_auto)):
        c.append(c_bytes(name, data))
        h.append(f"extern const u8 {name}[];\n")

    # texts
    names = list(texts)
    for i, name in enumerate(names):
        _, pages = texts[name]
        data = b"\x0c".join(b"\n".join(line.encode("ascii") for line in page) for page in pages) + b"\0"
        c.append(c_bytes(f"text_{i}", data))
    c.append("const u8 *const text_of[] = {%s};\n" % ",".join(f"text_{i}" for i in range(len(names))))
    c.append("const u16 text_id[] = {%s};\n" % ",".join(str(texts[n][0]) for n in names))
    h.append("extern const u8 *const text_of[];\nextern const u16 text_id[];\n")
    h.append(f"#define TEXT_COUNT {len(names)}\n")

    # rooms
    kinds = {"villager": 1, "burr": 2, "sign": 3}
    order = sorted(rooms)
    for number in order:
        room = rooms[number]
        c.append(c_bytes(f"map_{number:02x}", bytes(legend[ch]["tile"] for row in room["map"] for ch in row)))
        data = bytearray()
        for kind, col, row, options, where in room["objects"]:
            if kind not in kinds:
                raise SourceError(f"{where}: no object kind {kind!r}")
            text = options.get("text")
            if text is not None and text not in texts:
                raise SourceError(f"{where}: no text {text!r} in texts/texts.txt")
            free = legend[room["map"][row][col]]["coll"] == 0
            if free == (kind == "sign"):
                raise SourceError(f"{where}: {kind} cannot stand on {room['map'][row][col]!r}")
            data += bytes((kinds[kind], row << 4 | col, FACING[options.get("dir", "down")],
                           names.index(text) if text else 0))
        c.append(c_bytes(f"objects_{number:02x}", bytes(data) + b"\0"))
    c.append(c_bytes("room_ids", bytes(order)))
    c.append("const u8 *const room_maps[] = {%s};\n" % ",".join(f"map_{n:02x}" for n in order))
    c.append("const u8 *const room_objects[] = {%s};\n" % ",".join(f"objects_{n:02x}" for n in order))
    h.append(f"#define ROOM_COUNT {len(order)}\nextern const u8 room_ids[];\n"
             "extern const u8 *const room_maps[];\nextern const u8 *const room_objects[];\n")

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
    for i, name in enumerate(bg_names):
        h.append(f"#define BGP_{name.upper()} {i}\n")

    for group in ("bg", "obj"):
        table = bytearray()
        for level in range(5):
            for i in range(8):
                colours = palettes[group][i][1] if i < len(palettes[group]) else [(0, 0, 0)] * 4
                for rgb in colours:
                    table += word(faded(rgb, level)).to_bytes(2, "little")
        c.append(c_bytes(f"pal_table_{group}", table))
        h.append(f"extern const u8 pal_table_{group}[];\n")

    gfx = world.blob() + ui.blob() + banks[0].blob() + banks[1].blob()
    assert len(gfx) == 0x3000
    for frame in moving:
        gfx += bytes(frame).ljust(-(-len(frame) // 256) * 256, b"\0")
    stride = -(-len(moving[0]) // 256) * 256
    h.append(f"#define ANIM_STEPS {steps}\n#define ANIM_TILES {len(moving[0]) // 16}\n"
             f"#define ANIM_SRC 0x{0x7000:04x}\n#define ANIM_STRIDE 0x{stride:04x}\n")
    if len(gfx) > 0x4000:
        raise SourceError("the graphics do not fit their bank")

    BUILD.mkdir(exist_ok=True)
    (BUILD / "gen.c").write_text("".join(c))
    (BUILD / "gen.h").write_text("".join(h))
    print(f"world {len(world.tiles)}/256 tiles, screen {len(ui.tiles)}/256, "
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


def compile_all():
    for need in ("sdcc", "sdasgb"):
        if not shutil.which(need):
            raise SourceError(f"{need} is not installed: install the Debian package sdcc 4.2")
    tool("sdasgb", "-o", "build/crt0.rel", "src/crt0.s")
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
    rom = bytearray(image) + bytearray(gfx).ljust(0x4000, b"\0")
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
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        gfx = generate()
        if arguments[0] != "--data":
            pathlib.Path(arguments[0]).write_bytes(cartridge(compile_all(), gfx))
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""From C to a cartridge: compiling, linking, the banks of graphics and the header."""

import re
import shutil
import subprocess
from pathlib import Path

from art import Layout, TileSet
from source import BUILD, HERE, SourceError
from table import MAPS_AT, PALETTES_AT, Output

ROM_SIZE = 0x10000  # four banks: two of code, two of graphics
CODE_SIZE = 0x8000
BANK_SIZE = 0x4000
BANK_AT = 0x4000
MOVING_AT = (0x7000, 0x5000)
"""Where each tile set has the pictures of what moves."""
PRIVATE_END = 0xC100


def write_moving(out: Output, layouts: list[Layout]) -> None:
    """Tell the game of each tile set: how many pictures, how many tiles, where, and how far apart."""
    entries = []
    for layout, at in zip(layouts, MOVING_AT, strict=True):
        size = len(layout.moving[0])
        entries.append(f"{{{len(layout.moving)},{size // 16},0x{at:04x},0x{whole_pages(size):04x}}}")
    out.define("ANIM_TABLE", ",".join(entries))


def whole_pages(size: int) -> int:
    """Round up to 256 bytes."""
    return -(-size // 256) * 256


def moving_bytes(layout: Layout) -> bytes:
    """Join the pictures of what moves, each from a new page on."""
    return b"".join(bytes(picture).ljust(whole_pages(len(picture)), b"\0") for picture in layout.moving)


def graphics(
    layouts: list[Layout], screen: TileSet, sprites: tuple[TileSet, TileSet], palettes: bytes, maps: bytes
) -> bytes:
    """Fill the two banks of graphics.

    Bank 2 holds the tiles of outside, the screen and the sprites, and from 7000
    what moves outside; bank 3 the tiles of inside, from 5000 what moves there,
    from 6000 the palettes and from 6400 the maps.

    Raises:
        SourceError: Something does not fit.
    """
    outside, inside = layouts
    first = outside.tiles.blob() + screen.blob() + sprites[0].blob() + sprites[1].blob() + moving_bytes(outside)
    second = inside.tiles.blob() + moving_bytes(inside)
    if len(second) > PALETTES_AT - BANK_AT:
        raise SourceError("the pictures of what moves inside run into the palettes at 6000")
    second = second.ljust(PALETTES_AT - BANK_AT, b"\0") + palettes.ljust(MAPS_AT - PALETTES_AT, b"\0") + maps
    if max(len(first), len(second)) > BANK_SIZE:
        raise SourceError("the graphics do not fit their bank")
    return first.ljust(BANK_SIZE, b"\0") + second.ljust(BANK_SIZE, b"\0")


def run_tool(*command: str) -> None:
    """Run a command in the game's folder and show what it has to say."""
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    noise = (done.stdout + done.stderr).strip()
    if noise:
        print(noise)
    if done.returncode:
        raise SourceError(f"{command[0]} failed")


def compile_all(burn: bool) -> bytes:
    """Compile and link everything.

    Args:
        burn: Leave out the instructions of the start-up code that sleep.

    Returns:
        The two banks of code.

    Raises:
        SourceError: The compiler is missing or fails, or the program is too large.
    """
    for need in ("sdcc", "sdasgb"):
        if not shutil.which(need):
            raise SourceError(f"{need} is not installed: install the Debian package sdcc 4.2")
    start = (HERE / "src" / "crt0.s").read_text()
    if burn:
        start = re.sub(r".*; SLEEP\n", "", start)
    (BUILD / "crt0.s").write_text(start)
    run_tool("sdasgb", "-o", "build/crt0.rel", "build/crt0.s")
    sources = [*sorted((HERE / "src").glob("*.c")), BUILD / "gen.c"]
    objects = ["build/crt0.rel", *map(compile_one, sources)]
    places = ("--code-loc", "0x0400", "--data-loc", "0xC000")
    run_tool("sdcc", "-msm83", "--no-std-crt0", *places, *objects, "-o", "build/acorn.ihx")
    image, top = read_ihx(BUILD / "acorn.ihx")
    check_variables(BUILD / "acorn.map", top)
    return image


def compile_one(source: Path) -> str:
    """Compile a file, unless that was done after its last change; return the object file."""
    target = f"build/{source.stem}.rel"
    newest = max(path.stat().st_mtime for path in [source, BUILD / "gen.h", *(HERE / "src").glob("*.h")])
    if not (HERE / target).exists() or (HERE / target).stat().st_mtime <= newest:
        options = ("-msm83", "--std-c11", "--opt-code-speed", "-Isrc", "-Ibuild")
        run_tool("sdcc", *options, "-c", str(source.relative_to(HERE)), "-o", target)
    return target


def read_ihx(path: Path) -> tuple[bytes, int]:
    """Read the linker's Intel hex file; return the code and the address after its last byte."""
    image, top = bytearray(CODE_SIZE), 0
    for line in path.read_text().splitlines():
        count, address, kind = int(line[1:3], 16), int(line[3:7], 16), int(line[7:9], 16)
        if kind == 0:
            if address + count > CODE_SIZE:
                raise SourceError("the code does not fit 32 KiB")
            image[address : address + count] = bytes.fromhex(line[9 : 9 + 2 * count])
            top = max(top, address + count)
    return bytes(image), top


def check_variables(linker_map: Path, code_end: int) -> None:
    """Say how full the memory is, and refuse variables where the documented ones begin."""
    for line in linker_map.read_text().splitlines():
        parts = line.split()
        if parts[:1] == ["_DATA"] and "bytes" in line:
            end = int(parts[1], 16) + int(parts[2], 16)
            print(f"code ends at {code_end:04X}, private variables at {end:04X}")
            if end > PRIVATE_END:
                raise SourceError("private variables run into the drawing queue at C100")


def cartridge(code: bytes, gfx: bytes) -> bytes:
    """Join the banks and write the header with its two checksums."""
    rom = bytearray(code + gfx).ljust(ROM_SIZE, b"\0")
    rom[0x134:0x143] = b"ACORN".ljust(15, b"\0")
    rom[0x143] = 0xC0  # Game Boy Color only
    rom[0x144:0x146] = b"\0\0"  # no licensee
    rom[0x147] = 0x1B  # MBC5 + RAM + battery
    rom[0x148] = 0x01  # 64 KiB
    rom[0x149] = 0x02  # 8 KiB of save RAM
    rom[0x14A] = 0x01  # not for Japan
    rom[0x14B] = 0x33  # the licensee is at 144
    rom[0x14C] = 0x00  # version
    rom[0x14D] = -sum(byte + 1 for byte in rom[0x134:0x14D]) & 0xFF
    rom[0x14E:0x150] = b"\0\0"
    rom[0x14E:0x150] = (sum(rom) & 0xFFFF).to_bytes(2, "big")
    return bytes(rom)

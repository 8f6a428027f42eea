"""From C to a cartridge: compiling, linking, the banks of code and data, and the header."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from source import BUILD, HERE, SourceError

BANK_SIZE = 0x4000
BANK_AT = 0x4000
CODE_BANKS = (1, 3, 4, 5)
"""Banks of code beside bank 0, which always shows; a C file says `#pragma bank N` to lie in one."""
PRIVATE_AT, PRIVATE_END = 0xC100, 0xC2EE
"""The game's own variables: after the drawing queue, up to the first documented one."""
TOOLS = {"PATH": os.defpath}
"""All that the compiler sees of the environment: the code that sdcc 4.2 picks depends on how its heap lies, and with it
on how long the strings are that it reads there, PATH among them."""
SIZES = {0x10000 << code: code + 1 for code in range(4)}
"""The cartridges there are, and how the header says so."""


def run_tool(*command: str) -> None:
    """Run a command in the game's folder and show what it has to say."""
    done = subprocess.run(command, cwd=HERE, env=TOOLS, capture_output=True, text=True, check=False)
    noise = (done.stdout + done.stderr).strip()
    if noise:
        print(noise)
    if done.returncode:
        raise SourceError(f"{command[0]} failed")


def compile_all(burn: bool) -> dict[int, bytes]:
    """Compile and link everything.

    Args:
        burn: Leave out the instructions of the start-up code that sleep.

    Returns:
        The banks of code by their numbers.

    Raises:
        SourceError: The compiler is missing or fails, or the program is too large.
    """
    for need in ("sdcc", "sdasgb"):
        if not shutil.which(need, path=TOOLS["PATH"]):
            raise SourceError(f"{need} is not in {TOOLS['PATH']}: install the Debian package sdcc 4.2")
    start = (HERE / "src" / "crt0.s").read_text()
    if burn:
        start = re.sub(r".*; SLEEP\n", "", start)
    (BUILD / "crt0.s").write_text(start)
    run_tool("sdasgb", "-o", "build/crt0.rel", "build/crt0.s")
    sources = [*sorted((HERE / "src").glob("*.c")), BUILD / "gen.c"]
    objects = ["build/crt0.rel", *map(compile_one, sources)]
    places = ["--code-loc", "0x0400", "--data-loc", hex(PRIVATE_AT)]
    places += [f"-Wl-b_CODE_{bank}={bank:#x}4000" for bank in CODE_BANKS]
    run_tool("sdcc", "-msm83", "--no-std-crt0", *places, *objects, "-o", "build/acorn.ihx")
    check_sizes(BUILD / "acorn.map")
    return read_ihx(BUILD / "acorn.ihx")


def compile_one(source: Path) -> str:
    """Compile a file, unless that was done after its last change; return the object file."""
    target = f"build/{source.stem}.rel"
    newest = max(path.stat().st_mtime for path in [source, BUILD / "gen.h", *(HERE / "src").glob("*.h")])
    if not (HERE / target).exists() or (HERE / target).stat().st_mtime <= newest:
        options = ["-msm83", "--std-c11", "--opt-code-speed", "--disable-warning", "218", "-Isrc", "-Ibuild"]
        bank = re.search(r"^#pragma bank (\d+)$", source.read_text(), re.MULTILINE)
        if bank:
            options += ["--codeseg", f"CODE_{bank[1]}", "--constseg", f"CODE_{bank[1]}"]
        run_tool("sdcc", *options, "-c", str(source.relative_to(HERE)), "-o", target)
    return target


def read_ihx(path: Path) -> dict[int, bytes]:
    """Read the linker's Intel hex file, whose addresses count from the start of the cartridge."""
    banks = {bank: bytearray(BANK_SIZE) for bank in (0, *CODE_BANKS)}
    upper = 0
    for line in path.read_text().splitlines():
        count, address, kind = int(line[1:3], 16), int(line[3:7], 16), int(line[7:9], 16)
        data = bytes.fromhex(line[9 : 9 + 2 * count])
        if kind == 4:
            upper = int.from_bytes(data, "big") << 16
        elif kind == 0:
            bank, at = divmod(upper + address, BANK_SIZE)
            banks[bank][at : at + count] = data
    return {bank: bytes(data) for bank, data in banks.items()}


def check_sizes(linker_map: Path) -> None:
    """Say how full the banks and the memory are.

    Raises:
        SourceError: A bank is too small, or variables reach the documented ones.
    """
    sizes = dict.fromkeys(("_CODE", "_DATA", *(f"_CODE_{bank}" for bank in CODE_BANKS)), 0)
    for line in linker_map.read_text().splitlines():
        parts = line.split()
        if parts and parts[0] in sizes and "bytes" in parts:
            sizes[parts[0]] = int(parts[2], 16)
    data = sizes.pop("_DATA")
    room = {name: BANK_SIZE - (0x400 if name == "_CODE" else 0) for name in sizes}
    used = ", ".join(f"{name[6:] or '0'}: {size}/{room[name]}" for name, size in sizes.items())
    print(f"code by bank {used}; variables {data}/{PRIVATE_END - PRIVATE_AT}")
    for name, size in sizes.items():
        if size > room[name]:
            raise SourceError(f"the code of bank {name[6:] or '0'} does not fit: move a file of src/ to another")
    if data > PRIVATE_END - PRIVATE_AT:
        raise SourceError(f"private variables run into the documented ones at {PRIVATE_END:04X}")


def cartridge(banks: dict[int, bytes]) -> bytes:
    """Join the banks and write the header with its two checksums."""
    used = BANK_SIZE * (max(banks) + 1)
    size = next((size for size in SIZES if size >= used), 0)
    if not size:
        raise SourceError(f"{max(banks) + 1} banks are more than a cartridge of {max(SIZES)} bytes holds")
    rom = bytearray(size)
    for bank, data in banks.items():
        rom[bank * BANK_SIZE : bank * BANK_SIZE + len(data)] = data
    rom[0x134:0x143] = b"ACORN".ljust(15, b"\0")
    rom[0x143] = 0xC0  # Game Boy Color only
    rom[0x144:0x146] = b"\0\0"  # no licensee
    rom[0x147] = 0x1B  # MBC5 + RAM + battery
    rom[0x148] = SIZES[size]
    rom[0x149] = 0x02  # 8 KiB of save RAM
    rom[0x14A] = 0x01  # not for Japan
    rom[0x14B] = 0x33  # the licensee is at 144
    rom[0x14C] = 0x00  # version
    rom[0x14D] = -sum(byte + 1 for byte in rom[0x134:0x14D]) & 0xFF
    rom[0x14E:0x150] = b"\0\0"
    rom[0x14E:0x150] = (sum(rom) & 0xFFFF).to_bytes(2, "big")
    return bytes(rom)

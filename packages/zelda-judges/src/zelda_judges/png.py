"""Whole-number enlargement of PNG images without an imaging library.

A vision model sees 160 × 144 pixels as about 30 tokens; enlarged twice, nearest neighbour, as about 110, with every
pixel edge kept. Pillow would do the same, but then the picture sent would depend on what happens to be installed.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_SIDE = 1024
"""Larger pictures are no Game Boy's; they are refused before anything is unpacked."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


@dataclass(frozen=True)
class _Header:
    width: int
    height: int
    depth: int
    colour: int

    @property
    def bits(self) -> int:
        """Bits of a pixel."""
        return _CHANNELS[self.colour] * self.depth

    @property
    def stride(self) -> int:
        """Bytes of a row without its filter byte."""
        return (self.width * self.bits + 7) // 8


def encode_rgb(width: int, height: int, pixels: bytes) -> bytes:
    """Return an 8-bit RGB picture as PNG.

    Args:
        width: In pixels.
        height: In pixels.
        pixels: Row by row, three bytes a pixel, `3 * width * height` in all.

    Raises:
        ValueError: The number of bytes is not that.
    """
    if len(pixels) != 3 * width * height:
        raise ValueError(f"{len(pixels)} bytes of pixels; expected 3 * {width} * {height}")
    rows = b"".join(b"\0" + pixels[3 * width * y : 3 * width * (y + 1)] for y in range(height))
    return _assemble(_Header(width, height, 8, 2), [], rows)


def enlarge(data: bytes, factor: int) -> bytes:
    """Return a PNG enlarged by a whole number, nearest neighbour, in the same colours.

    Args:
        data: A PNG, not interlaced, at most 1024 pixels a side.
        factor: 1 or more; with 1 the picture is checked and returned as it is.

    Raises:
        ValueError: Not such a PNG, or damaged.
    """
    header, ancillary, rows = _read(data)
    if factor == 1:
        return data
    spread = [_widen(row, header, factor) for row in rows]
    # A row equal to the one above it is all zeros under the filter "Up" (2): the copies cost almost nothing.
    body = b"".join((b"\0" + row) + (b"\2" + bytes(len(row))) * (factor - 1) for row in spread)
    depth = max(8, header.depth) if header.colour in {0, 3} else header.depth
    return _assemble(_Header(header.width * factor, header.height * factor, depth, header.colour), ancillary, body)


def _read(data: bytes) -> tuple[_Header, list[tuple[bytes, bytes]], list[bytes]]:
    """Return the header, the palette chunks and the unfiltered rows."""
    chunks = _chunks(data)
    header = _header(chunks[0])
    size = header.height * (header.stride + 1)
    unpacker = zlib.decompressobj()
    try:
        packed = b"".join(body for name, body in chunks if name == b"IDAT")
        raw = unpacker.decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError(f"the picture's data is damaged: {error}") from error
    if len(raw) != size:
        raise ValueError(f"the picture has {len(raw)} bytes of rows; expected {size}")
    kept = [(name, body) for name, body in chunks if name in {b"PLTE", b"tRNS"}]
    return header, kept, _unfilter(raw, header)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    if not data.startswith(SIGNATURE):
        raise ValueError("not a PNG: the signature is missing")
    found: list[tuple[bytes, bytes]] = []
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        if data[place + 8 + length : place + 12 + length] != struct.pack(">I", zlib.crc32(name + body)):
            raise ValueError(f"chunk {name!r} is damaged or cut off")
        found.append((name, body))
        place += 12 + length
    if not found or found[0][0] != b"IHDR" or found[-1][0] != b"IEND":
        raise ValueError("not a whole PNG: it does not begin with IHDR and end with IEND")
    return found


def _header(chunk: tuple[bytes, bytes]) -> _Header:
    if len(chunk[1]) != 13:
        raise ValueError(f"IHDR has {len(chunk[1])} bytes; expected 13")
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunk[1])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValueError(f"the picture is {width} x {height}; expected at most {MAX_SIDE} a side")
    if depth not in _DEPTHS.get(colour, ()) or interlace:
        raise ValueError(f"colour type {colour}, depth {depth}, interlace {interlace}: not a picture this reads")
    return _Header(width, height, depth, colour)


def _unfilter(raw: bytes, header: _Header) -> list[bytes]:
    """Undo the row filters of the PNG specification, section 9."""
    step, stride = max(1, header.bits // 8), header.stride
    above = bytearray(stride)
    rows: list[bytes] = []
    for start in range(0, len(raw), stride + 1):
        row = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter_row(raw[start], row, above, step)
        rows.append(bytes(row))
        above = row
    return rows


def _unfilter_row(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    if kind > 4:
        raise ValueError(f"row filter {kind}; expected 0 to 4")
    if kind == 0:
        return
    for at in range(len(row)):
        left = row[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
        row[at] = (row[at] + guess) & 0xFF


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))


def _widen(row: bytes, header: _Header, factor: int) -> bytes:
    """Repeat every pixel of a row; pixels below 8 bits are unpacked to 8 first."""
    if header.depth < 8:
        row = _unpack(row, header)
    size = max(1, header.bits // 8)
    return b"".join(row[at : at + size] * factor for at in range(0, len(row), size))


def _unpack(row: bytes, header: _Header) -> bytes:
    mask, per_byte = (1 << header.depth) - 1, 8 // header.depth
    scale = 255 // mask if header.colour == 0 else 1
    shifts = [8 - header.depth * (index + 1) for index in range(per_byte)]
    pixels = bytes(((byte >> shift) & mask) * scale for byte in row for shift in shifts)
    return pixels[: header.width]


def _assemble(header: _Header, ancillary: list[tuple[bytes, bytes]], rows: bytes) -> bytes:
    packed = struct.pack(">IIBBBBB", header.width, header.height, header.depth, header.colour, 0, 0, 0)
    chunks = [(b"IHDR", packed), *ancillary, (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    ]
    return SIGNATURE + b"".join(parts)

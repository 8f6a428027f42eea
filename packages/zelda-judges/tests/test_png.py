import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from zelda_judges.png import SIGNATURE, encode_rgb, enlarge

pictures = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda size: st.tuples(st.just(size), st.binary(min_size=3 * size[0] * size[1], max_size=3 * size[0] * size[1]))
)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def picture(width, height, depth, colour, rows, extra=b"", interlace=0):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return SIGNATURE + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pixels(data):
    """Return the RGB pixels as Pillow, an independent reader, sees them."""
    with Image.open(BytesIO(data)) as found:
        rgb = found.convert("RGBA")
        return rgb.size, rgb.tobytes()


def nearest(data, factor):
    """Return Pillow's own enlargement."""
    with Image.open(BytesIO(data)) as found:
        big = found.convert("RGBA").resize((found.width * factor, found.height * factor), Image.Resampling.NEAREST)
        return big.size, big.tobytes()


@given(pictures, st.integers(1, 4))
def test_enlarging_rgb_is_what_pillow_does(drawn, factor):
    (width, height), data = drawn
    small = encode_rgb(width, height, data)
    assert pixels(enlarge(small, factor)) == nearest(small, factor)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
@pytest.mark.parametrize("colours", [2, 4, 16, 200])
def test_pictures_that_pillow_wrote(mode, colours):
    source = Image.new("RGB", (37, 23))
    source.putdata([((x * 7 + y * 3) % 256, (x * y) % 256, (x * 13) % 256) for y in range(23) for x in range(37)])
    source = source.quantize(colours) if mode == "P" else source.convert(mode)
    file = BytesIO()
    source.save(file, "PNG", optimize=True)
    assert pixels(enlarge(file.getvalue(), 3)) == nearest(file.getvalue(), 3)


@pytest.mark.parametrize("kind", range(5))
def test_every_row_filter(kind):
    rows = b"".join(bytes([kind]) + bytes((17 * y + 5 * x) % 256 for x in range(3 * 6)) for y in range(5))
    small = picture(6, 5, 8, 2, rows)
    assert pixels(enlarge(small, 2)) == nearest(small, 2)


def test_factor_one_keeps_the_bytes():
    small = encode_rgb(2, 1, bytes(6))
    assert enlarge(small, 1) == small


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "signature"),
        (b"GIF89a", "signature"),
        (SIGNATURE, "whole PNG"),
        (encode_rgb(2, 2, bytes(12))[:-20], r"damaged|whole"),
        (encode_rgb(2, 2, bytes(12)).replace(b"IDAT", b"IDAX"), "damaged"),
        (picture(5000, 5000, 8, 2, b""), "at most"),
        (picture(0, 4, 8, 2, b""), "at most"),
        (picture(2, 2, 8, 2, bytes(14), interlace=1), "interlace"),
        (picture(2, 2, 3, 2, bytes(14)), "depth 3"),
        (picture(2, 2, 8, 2, bytes(13)), "13 bytes"),
        (picture(2, 2, 8, 2, bytes(10_000_000)), "15 bytes"),
        (picture(2, 2, 8, 2, b"\x09" + bytes(13)), "row filter 9"),
        (SIGNATURE + chunk(b"IHDR", b"") + chunk(b"IEND", b""), "IHDR has 0"),
    ],
)
def test_damaged_pictures_are_refused(data, message):
    with pytest.raises(ValueError, match=message):
        enlarge(data, 2)


def test_wrong_number_of_pixels():
    with pytest.raises(ValueError, match="expected 3"):
        encode_rgb(2, 2, bytes(11))


@given(st.binary(max_size=200))
def test_hostile_bytes_are_refused_in_one_way(data):
    with pytest.raises(ValueError, match=r"."):
        enlarge(SIGNATURE + data, 2)

"""Makes the PNGs of manifest.webmanifest from the bars in icon.svg: python icons.py"""

import re
import struct
import zlib

# The bars of icon.svg, which is 32 by 32.
with open("icon.svg", encoding="utf-8") as file:
    SVG = file.read()
BARS = [
    tuple(int(number) for number in bar)
    for bar in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx="(\d+)"/>', SVG)
]
COLOUR = bytes.fromhex(re.search(r"rect { fill: #(\w{6}) }", SVG)[1])
GROUND = bytes.fromhex("f6f6f3")

# A pixel has this many samples in each direction, and a palette of 16 colours.
SAMPLES = 4
LEVELS = 15


def is_inside(x, y, bar):
    left, top, width, height, radius = bar
    across = abs(x - left - width / 2) - width / 2 + radius
    down = abs(y - top - height / 2) - height / 2 + radius
    if across > radius or down > radius:
        return False
    return across <= 0 or down <= 0 or across**2 + down**2 <= radius**2


def level(column, row, size, scale):
    """How much of a pixel the bars cover, from 0 to LEVELS."""
    centre = lambda pixel, sample: 16 + (pixel + (sample + 0.5) / SAMPLES - size / 2) * 32 / (size * scale)
    points = [(centre(column, x), centre(row, y)) for x in range(SAMPLES) for y in range(SAMPLES)]
    covered = sum(any(is_inside(x, y, bar) for bar in BARS) for x, y in points)
    return round(covered * LEVELS / SAMPLES**2)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(name, size, scale=1.0, ground=None):
    rows = bytearray()
    for row in range(size):
        levels = [level(column, row, size, scale) for column in range(size)]
        rows.append(0)
        rows.extend(left << 4 | right for left, right in zip(levels[::2], levels[1::2]))
    shares = [step / LEVELS for step in range(LEVELS + 1)]
    if ground:
        mixed = [[round(a + (b - a) * share) for a, b in zip(ground, COLOUR)] for share in shares]
        palette = chunk(b"PLTE", bytes(sum(mixed, [])))
    else:
        opacity = bytes(round(255 * share) for share in shares)
        palette = chunk(b"PLTE", COLOUR * (LEVELS + 1)) + chunk(b"tRNS", opacity)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 4, 3, 0, 0, 0)))
        file.write(palette + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


write("icon-192.png", 192)
write("icon-512.png", 512)
# Within the circle of four fifths that every mask leaves.
write("icon-maskable.png", 512, scale=0.75, ground=GROUND)
# Those of the extension, in the toolbar and in lists of extensions.
for size in (16, 32, 48, 128):
    write(f"../extension/icons/{size}.png", size)

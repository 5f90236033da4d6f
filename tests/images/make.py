"""Makes the files of this folder: python make.py, with pillow, pillow-heif, imagecodecs, numpy, tifffile."""

import gzip
import struct

import imagecodecs
import numpy
import pillow_heif
import tifffile
from PIL import Image

pillow_heif.register_heif_opener()


def picture(width, height, mode="RGB"):
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def boxed(kind, content):
    return struct.pack(">I", 8 + len(content)) + kind + content


picture(67, 45).save("baseline.jpg", quality=30)
picture(67, 45).save("progressive.jpg", quality=30, progressive=True)
picture(67, 45).save("plain.png")
picture(67, 45, "P").save("plain.gif")
picture(67, 45).save("lossy.webp", quality=20)
picture(67, 45).save("lossless.webp", lossless=True)
picture(67, 45, "RGBA").save("extended.webp", quality=20, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
picture(67, 45).save("animated.webp", save_all=True, append_images=[picture(67, 45).rotate(180)], quality=20)
picture(67, 45).save("plain.avif", quality=20)
transparent = picture(67, 45, "RGBA")
transparent.putalpha(picture(67, 45, "L").rotate(180))
transparent.save("alpha.avif", quality=20)
picture(67, 45, "1").save("plain.bmp")
picture(67, 45).save("little.tif", compression="tiff_lzw")
picture(67, 45, "1").save("big.tif", big_tiff=True)
Image.new("I;16B", (67, 5)).save("motorola.tif")
picture(64, 64).save("icon.ico", sizes=[(16, 16), (64, 64), (32, 32)])

# The second image is the primary one, and the first one is larger and has a thumbnail.
heif = pillow_heif.HeifFile()
heif.add_from_pillow(picture(150, 90))
heif.add_from_pillow(picture(67, 45))
heif.save("second.heic", quality=20, primary_index=1, save_all=True)
pillow_heif.from_pillow(picture(166, 144)).save("thumbnail.heic", quality=20, thumbnails=[64])
# HEVC has even sizes only: the last row and column are cropped.
pillow_heif.from_pillow(picture(67, 45)).save("cropped.heic", quality=20)

for name, (width, height), container in [
    ("square.jxl", (64, 64), False),
    ("odd.jxl", (67, 45), False),
    ("ratio.jxl", (400, 300), False),
    ("container.jxl", (667, 45), True),
]:
    pixels = numpy.asarray(picture(width, height))
    write(name, imagecodecs.jpegxl_encode(pixels, level=40, usecontainer=container))

# JPEG 2000 in boxes and bare, of high throughput, JPEG XR, JPEG-LS.
pixels = numpy.asarray(picture(67, 45))
picture(67, 45).save("plain.jp2", quality_layers=[40])
picture(67, 45).save("tiled.j2k", quality_layers=[40], tile_size=(32, 32))
write("throughput.jhc", imagecodecs.htj2k_encode(pixels, level=0.1, reversible=False))
write("plain.jxr", imagecodecs.jpegxr_encode(pixels, level=0.4))
write("plain.jls", imagecodecs.jpegls_encode(numpy.asarray(picture(67, 45, "L")), level=9))

# Two pictures in one file; one with a gain map; one with a film behind it.
picture(67, 45).save("two.mpo", save_all=True, append_images=[picture(31, 20)], quality=20)
hdr = numpy.zeros((48, 64, 4), "float16")
hdr[:, :, :3] = numpy.asarray(picture(64, 48))[:, :, :] / 64.0
hdr[:, :, 3] = 1
write("gain.jpg", imagecodecs.ultrahdr_encode(hdr, level=30))
film = boxed(b"ftyp", b"isom\0\0\2\0isom") + boxed(b"mdat", bytes(200))
metadata = (
    b"http://ns.adobe.com/xap/1.0/\0"
    b'<rdf:li Item:Semantic="Primary" Item:Length="0" Item:Padding="8"/>'
    b'<rdf:li Item:Semantic="MotionPhoto" Item:Length="%d"/>' % len(film)
)
with open("baseline.jpg", "rb") as file:
    jpeg = file.read()
segment = b"\xff\xe1" + struct.pack(">H", len(metadata) + 2) + metadata
write("motion.jpg", jpeg[:2] + segment + jpeg[2:] + bytes(8) + film)

# A sequence; several pages; tiles; strips before and behind the directory; a raw file.
picture(64, 48).save("sequence.avif", save_all=True, append_images=[picture(64, 48).rotate(180)], quality=10)
pages = [picture(67, 45, "L"), picture(31, 20, "L")]
pages[0].save("pages.tif", save_all=True, append_images=pages[1:])
tifffile.imwrite("tiles.tif", numpy.asarray(picture(67, 45, "L")), tile=(16, 16))
tifffile.imwrite("strips.tif", numpy.asarray(picture(67, 45, "L")), rowsperstrip=7, byteorder=">")
tifffile.imwrite("plain.dng", numpy.asarray(picture(67, 45, "L")), extratags=[(50706, 1, 4, b"\1\4\0\0", True)])

# Of games, servers and astronomers.
picture(67, 45).save("plain.tga")
picture(67, 45, "L").save("runs.tga", compression="tga_rle")
write("plain.qoi", imagecodecs.qoi_encode(pixels))
picture(67, 45, "1").save("plain.pbm")
picture(67, 45, "L").save("plain.pgm")
picture(12, 9).save("plain.ppm")
write("plain.pam", b"P7\nWIDTH 20\nHEIGHT 9\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" + bytes(720))
picture(12, 9).save("plain.dds")
picture(12, 9, "RGBA").save("blocks.dds", pixel_format="DXT1")
picture(12, 9).save("numbered.dds", pixel_format="BC5")
picture(64, 64).save("plain.icns")
write("plain.hdr", imagecodecs.rgbe_encode((pixels[:9, :12] / 255).astype("float32"), header=True))
cards = ["SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    3"]
cards += ["NAXIS1  =                   12 / columns", "NAXIS2  =                    9", "NAXIS3  =                   26"]


def unit(cards, blocks):
    return "".join(card.ljust(80) for card in cards + ["END"]).ljust(2880).encode() + bytes(2880 * blocks)


write("plain.fits", unit(cards, 1))
with_table = unit(cards + ["EXTEND  =                    T"], 1)
cards = ["XTENSION= 'BINTABLE'", "BITPIX  =                    8", "NAXIS   =                    2"]
cards += ["NAXIS1  =                  300", "NAXIS2  =                   10", "PCOUNT  =                 2740"]
cards += ["GCOUNT  =                    1"]
write("table.fits", with_table + unit(cards, 2))
write("flat.hdr", b"#?RGBE\nFORMAT=32-bit_rle_rgbe\n\n-Y 60 +X 20\n" + (b"\x10\x20\x30\x80" + b"\1\1\1\x13") * 60)
write("runs.hdr", b"#?RADIANCE\n\n+X 6 -Y 20\n" + (b"\2\2\0\x14" + b"\x94\7" * 3 + b"\x14" + bytes(20)) * 6)

# A cursor, of an icon's picture; a bitmap of runs; one with a header of OS/2's.
with open("icon.ico", "rb") as file:
    icon = file.read()
write("arrow.cur", icon[:2] + b"\2" + icon[3:])
rows = b"".join(bytes([5, row, 0, 3, 1, 2, 3, 0, 0, 0]) for row in range(6)) + b"\0\1"
palette = bytes(1024)
header = struct.pack("<IiiHHIIiiII", 40, 8, 6, 1, 8, 1, len(rows), 0, 0, 0, 0)
write("runs.bmp", b"BM" + struct.pack("<IHHI", 54 + 1024 + len(rows), 0, 0, 54 + 1024) + header + palette + rows)

# Photoshop's documents, without compression and with it, and a large one.
for name, version, compression in [("plain.psd", 1, 0), ("runs.psd", 1, 1), ("runs.psb", 2, 1)]:
    head = struct.pack(">4sH6xHIIHH", b"8BPS", version, 3, 9, 12, 8, 3)
    layers = struct.pack(">Q" if version == 2 else ">I", 6) + bytes(6)
    sections = struct.pack(">I", 0) + struct.pack(">I", 4) + b"abcd" + layers
    row = bytes(12) if compression == 0 else b"\xf5\x07"
    lengths = b"" if compression == 0 else struct.pack(">I" if version == 2 else ">H", 2) * 27
    write(name, head + sections + struct.pack(">H", compression) + lengths + row * 27)

# EXRs of rows, of rows from the bottom up, of tiles, and of two parts, with empty pixels.
window = b"box2i\0" + struct.pack("<Iiiii", 16, -1, -2, 65, 42)
attributes = b"channels\0chlist\0" + struct.pack("<I", 1) + b"\0" + b"dataWindow\0" + window
attributes += b"displayWindow\0" + window


def exr(flags, header, chunks, order=1):
    places, at = [], 8 + len(header) + 8 * len(chunks)
    for chunk in chunks:
        places.append(at)
        at += len(chunk)
    table = b"".join(struct.pack("<Q", place) for place in places[::order])
    return struct.pack("<II", 20000630, 2 | flags) + header + table + b"".join(chunks)


rows = [struct.pack("<iI", row - 2, 134) + bytes(134) for row in range(45)]
write("plain.exr", exr(0, attributes + b"\0", rows))
write("upwards.exr", exr(0, attributes + b"\0", rows[::-1], -1))
write("tiles.exr", exr(0x200, attributes + b"\0", [struct.pack("<4iI", x, 0, 0, 0, 500) + bytes(500) for x in range(3)]))
write("parts.exr", exr(0x1000, (attributes + b"\0") * 2 + b"\0", [struct.pack("<i", row % 2) + rows[row] for row in range(90 // 2)]))

# Raw files of cameras, of which only the structure is real.
parts = [b"\xff\xd8\xff\xd9" * 25, bytes(60), bytes(900)]
places = b"".join(struct.pack(">II", 108 + sum(map(len, parts[:n])), len(parts[n])) for n in range(3))
write("plain.raf", b"FUJIFILMCCD-RAW 0201FF129502" + b"X-T0".ljust(32, b"\0") + b"0100".ljust(24, b"\0") + places + b"".join(parts))
for name, mark, begins, entries in [
    ("plain.orf", b"IIRO", 80, [(256, 3, 1, 67), (257, 3, 1, 45), (273, 4, 1, 80), (279, 4, 1, 900)]),
    ("plain.rw2", b"IIU\0", 9000, [(2, 3, 1, 67), (273, 4, 1, 0xFFFFFFFF), (279, 4, 1, 99999), (280, 4, 1, 9000)]),
]:
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    write(name, (mark + struct.pack("<I", 8) + directory + bytes(4)).ljust(begins, b"\0") + bytes(900))

# A page of DjVu.
page = b"DJVUINFO" + struct.pack(">IHH6B", 10, 67, 45, 24, 0, 44, 1, 22, 1) + b"TXTa" + struct.pack(">I", 80) + bytes(80)
write("page.djvu", b"AT&TFORM" + struct.pack(">I", len(page)) + page)

# Drawings in UTF-16, and compressed.
drawing = '<?xml version="1.0"?>\n<!-- м<ϼ -->\n<svg xmlns="http://www.w3.org/2000/svg" width="67" height="45"><g/></svg>\n'
write("little.svg", drawing.encode("utf-16"))
write("big.svg", b"\xfe\xff" + drawing.encode("utf-16-be"))
write("plain.svgz", gzip.compress(drawing.encode(), mtime=0))

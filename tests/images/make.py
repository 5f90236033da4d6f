"""Makes the files of this folder: python make.py, with pillow, pillow-heif, imagecodecs and numpy."""

import imagecodecs
import numpy
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def picture(width, height, mode="RGB"):
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


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

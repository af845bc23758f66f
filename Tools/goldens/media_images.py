"""Small JPEG and PNG files of every kind, and the pixels that Pillow reads from them."""

import io
import json
import struct
import warnings

import numpy as np
from PIL import Image, ImageCms, features

from media_common import GOLDENS, fnv1a, save, text, versions
from media_png import CHANNELS, chunk, png

# Decoders of one family: libjpeg-turbo 2.1 and the one in Pillow give the same bytes.
TOLERANCES = {"jpeg": 1, "png": 0}


def scene(width: int, height: int) -> Image.Image:
    """Something smooth with edges, as JPEG expects."""
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    red = 128 + 100 * np.sin(x / 4.0) * np.cos(y / 5.0)
    green = 255 * (x + y) / (width + height - 1)
    blue = np.where((x // 5 + y // 4) % 2 == 0, 220, 40)
    return Image.fromarray(np.stack([red, green, blue], -1).round().clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **{"quality": 88, **options})
    return buffer.getvalue()


def cmyk(width: int, height: int) -> Image.Image:
    black = Image.fromarray(
        (np.arange(width * height).reshape(height, width) * 7 % 200).astype(np.uint8))
    return Image.merge("CMYK", (*scene(width, height).split(), black))


def without_adobe_marker(jpeg: bytes) -> bytes:
    start = jpeg.index(b"\xff\xee")
    return jpeg[:start] + jpeg[start + 2 + struct.unpack(">H", jpeg[start + 2:start + 4])[0]:]


def as_ycck(jpeg: bytes) -> bytes:
    """The same four planes, declared YCCK by the transform byte of the Adobe marker."""
    place = jpeg.index(b"Adobe") + 11
    assert jpeg[place] == 0
    return jpeg[:place] + b"\2" + jpeg[place + 1:]


def colour_profile() -> bytes:
    """An sRGB profile without the moment it was made (bytes 24 to 35 of the header)."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]


def jpegs() -> dict:
    image = scene(19, 13)
    orientation = Image.Exif()
    orientation[0x0112] = 6
    inks = encoded(cmyk(19, 13))
    plain = encoded(image, subsampling=0)
    damaged = bytearray(encoded(scene(40, 40), quality=95))
    damaged[-300] ^= 0x55
    return {
        "jpeg-444": plain,
        "jpeg-422": encoded(image, subsampling=1),
        "jpeg-420": encoded(image, subsampling=2),
        "jpeg-420-large": encoded(scene(50, 37), subsampling=2, quality=60),
        "jpeg-quality-20": encoded(image, quality=20),
        "jpeg-progressive": encoded(image, progressive=True),
        "jpeg-progressive-444": encoded(image, progressive=True, subsampling=0),
        "jpeg-restart-markers": encoded(scene(40, 20), restart_marker_blocks=1),
        "jpeg-rgb-planes": encoded(image, keep_rgb=True),
        "jpeg-grey": encoded(image.convert("L")),
        "jpeg-grey-progressive": encoded(image.convert("L"), progressive=True),
        "jpeg-cmyk-adobe": inks,
        "jpeg-cmyk-no-marker": without_adobe_marker(inks),
        "jpeg-ycck": as_ycck(inks),
        "jpeg-exif-rotated": encoded(image, exif=orientation),
        "jpeg-icc": encoded(image, icc_profile=colour_profile()),
        "jpeg-1x1": encoded(scene(1, 1)),
        "jpeg-bytes-after-end": plain + b"something else",
        "jpeg-damaged-data": bytes(damaged),
    }


def pngs() -> dict:
    random = np.random.default_rng(7)
    files = {}
    kinds = [(0, d) for d in (1, 2, 4, 8, 16)] + [(c, d) for c in (2, 4, 6) for d in (8, 16)]
    for colour, depth in kinds:
        samples = random.integers(0, 2**depth, (9, 11, CHANNELS[colour]))
        if (colour, depth) == (0, 16):
            samples[0] = np.array([0, 1, 127, 128, 254, 255, 256, 257, 511, 512, 65535])[:, None]
        for interlaced in (False, True):
            name = f"png-colour{colour}-{depth}bit" + ("-interlaced" if interlaced else "")
            files[name] = png(samples, colour, depth, interlaced=interlaced)

    for depth in (1, 2, 4, 8):
        entries = 2**depth
        palette = chunk(b"PLTE", random.integers(0, 256, entries * 3, dtype=np.uint8).tobytes())
        transparency = chunk(b"tRNS", random.integers(0, 256, entries, dtype=np.uint8).tobytes())
        samples = random.integers(0, entries, (9, 11, 1))
        files[f"png-palette-{depth}bit"] = png(samples, 3, depth, chunks=palette)
        files[f"png-palette-{depth}bit-transparent"] = png(
            samples, 3, depth, chunks=palette + transparency, interlaced=True)
    short = chunk(b"PLTE", bytes([200, 10, 30, 5, 250, 90]))
    files["png-palette-index-past-end"] = png(
        np.arange(16).reshape(2, 8, 1), 3, 4, chunks=short)

    grey = random.integers(0, 256, (9, 11, 1))
    colour = random.integers(0, 256, (9, 11, 3))
    files["png-grey-transparent-value"] = png(
        grey, 0, 8, chunks=chunk(b"tRNS", struct.pack(">H", int(grey[0, 0, 0]))))
    files["png-colour-transparent-value"] = png(
        colour, 2, 8, chunks=chunk(b"tRNS", struct.pack(">3H", *map(int, colour[0, 0]))))
    files["png-gamma-background-significant-bits"] = png(
        colour, 2, 8, chunks=chunk(b"gAMA", struct.pack(">I", 100000))
        + chunk(b"sBIT", bytes([5, 5, 5])) + chunk(b"bKGD", struct.pack(">3H", 9, 9, 9)))
    files["png-1x1"] = png(np.array([[[1, 2, 3]]]), 2, 8)

    for depth in (1, 2, 4, 16):
        grey = random.integers(0, 2**depth, (9, 11, 1))
        grey[0, :2, 0] = [1, {2: 2, 16: 77}.get(depth, 0)]
        files[f"png-grey-{depth}bit-transparent-value"] = png(
            grey, 0, depth, chunks=chunk(b"tRNS", struct.pack(">H", int(grey[0, 1, 0]))))
    deep = random.integers(0, 2**16, (9, 11, 3))
    deep[0, 0] = [0x0707, 0x0808, 0x0909]
    files["png-colour-16bit-transparent-value"] = png(
        deep, 2, 16, chunks=chunk(b"tRNS", struct.pack(">3H", *map(int, deep[0, 0]))))
    clear = chunk(b"tRNS", bytes([255, 255, 0, 255]))
    files["png-palette-one-clear-entry"] = png(
        random.integers(0, 4, (9, 11, 1)), 3, 2,
        chunks=chunk(b"PLTE", random.integers(0, 256, 12, dtype=np.uint8).tobytes()) + clear)
    return files


def pixels(file: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(file)).convert("RGB")


def on_white(file: bytes) -> bytes | None:
    """The pixels as transformers 5 (image_transforms.convert_to_rgb) sees them; None without
    transparency."""
    image = Image.open(io.BytesIO(file))
    if "A" not in image.getbands() and image.info.get("transparency") is None:
        return None
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB").tobytes()


def raises(file: bytes) -> bool:
    try:
        pixels(file)
    except Exception:
        return True
    return False


def write(cifar) -> None:
    files = jpegs() | pngs()
    cases = []
    for name, file in files.items():
        image = pixels(file)
        cases.append({"name": name, "file": text(file), "width": image.width,
                      "height": image.height, "pixels": text(image.tobytes())})
        white = on_white(file)
        if white is not None:
            cases[-1]["onWhite"] = text(white)
    whole = [name for name in ("jpeg-444", "jpeg-progressive", "png-colour2-8bit")
             if all(raises(files[name][:n]) for n in range(len(files[name])))]
    previous = GOLDENS / "images.json"
    checksum = json.loads(previous.read_text()).get("cifar10Test") if previous.exists() else None
    if cifar:
        paths = sorted(cifar.glob("*/*.jpg"))
        data = b"".join(pixels(path.read_bytes()).tobytes() for path in paths)
        checksum = {"files": len(paths), "bytes": len(data), "fnv1a": fnv1a(data)}
    save("images.json", {
        "versions": versions("pillow", "numpy")
        | {"libjpeg-turbo": features.version_feature("libjpeg_turbo")},
        "tolerances": TOLERANCES, "everyPrefixRaisesInPillow": whole,
        "cifar10Test": checksum, "cases": cases})

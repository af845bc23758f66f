"""Writes the goldens of heat, depth and video: resizes by PyTorch and Pillow, frames by numpy.

    python Tools/goldens/pictures.py [--output FOLDER]

Writes `pictures.json` for HoldfastMediaTests. The order of steps follows the released code of
LanguageBind and ImageBind; sizes, crops and clips are pytorchvideo's and torchvision's rules written
out, with exact fractions of the duration as ConstantClipsPerVideoSampler has them.
"""

import argparse
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from media_common import GOLDENS, fnv1a, pattern, text, versions
from media_png import CHANNELS, png
from PIL import Image
from torch.nn.functional import interpolate

SIDE = 32


def picked(values, count: int = 96) -> dict:
    values = np.asarray(values, dtype=np.float64)
    flat = values.reshape(-1)
    step = max(1, flat.size // count) | 1
    return {"shape": list(values.shape), "step": step, "mean": float(flat.mean()),
            "values": [round(float(value), 7) for value in flat[::step]]}


def frame(width: int, height: int, index: int) -> Image.Image:
    """The pattern, 17 lighter for each frame, modulo 256."""
    pixels = np.asarray(pattern(width, height)).astype(np.int64)
    return Image.fromarray(((pixels + 17 * index) % 256).astype(np.uint8))


def planes(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 255


def exact_size(width: int, height: int, side: int) -> tuple[int, int]:
    """torchvision's Resize of the short side, as (height, width)."""
    if width <= height:
        return int(side * height / width), side
    return side, int(side * width / height)


def float_size(width: int, height: int, side: int) -> tuple[int, int]:
    """pytorchvideo's short_side_scale, as (height, width)."""
    if width < height:
        return int(math.floor((float(height) / width) * side)), side
    return side, int(math.floor((float(width) / height) * side))


def centre(x: torch.Tensor, side: int) -> torch.Tensor:
    """torchvision's CenterCrop, which rounds halves to even."""
    top = int(round((x.shape[-2] - side) / 2.0))
    left = int(round((x.shape[-1] - side) / 2.0))
    return x[..., top:top + side, left:left + side]


def bicubic(x: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    return interpolate(x[None], size=size, mode="bicubic", align_corners=False,
                       antialias=False)[0]


def resizes() -> list:
    cases = []
    for width, height, side in [(41, 57, 32), (70, 33, 32), (9, 9, 32), (32, 45, 32), (500, 3, 8)]:
        x = planes(pattern(width, height))
        for mode in ("bilinear", "bicubic"):
            for name, size in (("exact", exact_size), ("float", float_size)):
                y = interpolate(x[None], size=size(width, height, side), mode=mode,
                                align_corners=False)[0]
                cases.append({"width": width, "height": height, "side": side, "mode": mode,
                              "longSide": name, "result": picked(y)})
    return cases


def pillow(image: Image.Image, side: int) -> np.ndarray:
    height, width = exact_size(image.width, image.height, side)
    resized = torch.from_numpy(np.asarray(image.resize((width, height), Image.BICUBIC)).copy())
    if resized.ndim == 3:
        resized = resized.permute(2, 0, 1)
    return centre(resized.float() / 255, side).numpy()


def pictures() -> list:
    cases = []
    for width, height in [(61, 48), (48, 75), (32, 32), (20, 31)]:
        image = pattern(width, height)
        grey = image.convert("L")
        size = exact_size(width, height, SIDE)
        tensor = centre(bicubic(planes(image), size), SIDE).clamp(0, 1)
        cases.append({
            "width": width, "height": height, "luma": fnv1a(grey.tobytes()),
            "imageBind": picked(pillow(grey, SIDE)[None]), "languageBind": picked(tensor)})
    return cases


def millimetres(width: int, height: int) -> np.ndarray:
    """Depth that any language can make again: (997 x + 311 y + 13 x y) mod 14000."""
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    return ((997 * x + 311 * y + 13 * x * y) % 14000).astype(np.uint16)


def depths() -> list:
    cases = []
    for width, height in [(50, 40), (33, 64)]:
        depth = millimetres(width, height)
        size = exact_size(width, height, SIDE)
        metres = depth.astype(np.float32) / np.float32(1000)
        part = torch.from_numpy(metres.clip(0.01, 10) / np.float32(10))
        language = centre(bicubic(part[None].repeat(3, 1, 1), size), SIDE).clamp(0.001, 1)
        focal, baseline = 518.857, 0.075
        disparity = torch.from_numpy(
            (baseline * focal / metres.clip(0.01, 50)).astype(np.float32))
        image = centre(bicubic(disparity[None], size), SIDE)
        image = image.clamp(baseline * focal / 50, baseline * focal / 0.01)
        rotated = ((depth << 3) | (depth >> 13)).astype(np.uint16)
        back = ((rotated >> 3) | (rotated << 13)).astype(np.float32) / 1000.0
        back[back > 8] = 8
        disparity = torch.from_numpy((baseline * focal / back.clip(0.01, 50)).astype(np.float32))
        turned = centre(bicubic(disparity[None], size), SIDE)
        turned = turned.clamp(baseline * focal / 50, baseline * focal / 0.01)
        cases.append({
            "width": width, "height": height, "focal": focal, "baseline": baseline,
            "languageBind": picked(language), "imageBind": picked(image),
            "rotated": picked(turned)})
    return cases


def whole(total: int, count: int) -> list:
    return [int(index) for index in np.linspace(0, total - 1, count, dtype=int)]


def clips(total: int, rate: float) -> list:
    """Frames of 5 clips of 2 s, 2 of each; a video that is too short has the same clip five times."""
    duration = float(total) / rate
    result, index = [], 0
    step = Fraction(max(Fraction(duration) - 2, 0)) / 4
    while True:
        start = step * index
        first = math.ceil(rate * float(start))
        end = min(math.ceil(rate * float(start + 2)), total)
        frames = list(range(first, end))
        places = torch.linspace(0, len(frames) - 1, 2).clamp(0, len(frames) - 1).long()
        result.append([frames[place] for place in places])
        index += 1
        if index >= 5 or step * index + 2 > duration:
            break
    return result if len(result) == 5 else [result[0]] * 5


def scaled(index: int, width: int, height: int) -> torch.Tensor:
    x = planes(frame(width, height, index))
    return interpolate(x[None], size=float_size(width, height, SIDE), mode="bilinear",
                       align_corners=False)[0]


def crops(x: torch.Tensor) -> list:
    """ImageBind's uniform_crop at 0, 1 and 2."""
    height, width = x.shape[-2:]
    result = []
    for place in range(3):
        top, left = math.ceil((height - SIDE) / 2), math.ceil((width - SIDE) / 2)
        if height > width:
            top = [0, top, height - SIDE][place]
        else:
            left = [0, left, width - SIDE][place]
        result.append(x[..., top:top + SIDE, left:left + SIDE])
    return result


def videos() -> list:
    cases = []
    for width, height, total, rate in [(53, 36, 120, 25.0), (36, 47, 20, 10.0), (40, 40, 1, 25.0)]:
        language = torch.stack(
            [centre(scaled(index, width, height), SIDE) for index in whole(total, 8)], 1)
        views = []
        for clip in clips(total, rate):
            views += crops(torch.stack([scaled(index, width, height) for index in clip], 1))
        small = np.stack([pillow(frame(width, height, index), SIDE) for index in whole(total, 4)],
                         1)
        cases.append({
            "width": width, "height": height, "frames": total, "rate": rate,
            "languageBind": picked(language), "imageBind": picked(torch.stack(views)),
            "general": picked(small)})
    return cases


def choices() -> dict:
    spread = [{"frames": total, "count": count, "indices": whole(total, count)}
              for count in (1, 2, 4, 8, 16, 31) for total in (1, 2, 7, 8, 9, 50, 127, 300, 1001)]
    cut = [{"frames": total, "rate": rate, "indices": clips(total, rate)}
           for rate in (10.0, 24.0, 25.0, 29.97, 30000 / 1001, 59.94)
           for total in (1, 7, 50, 61, 123, 500, 1801)]
    return {"whole": spread, "clips": cut}


def files() -> list:
    cases = []
    for colour, depth in [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (4, 8), (4, 16)]:
        for interlaced in (False, True):
            y, x, c = np.meshgrid(np.arange(9), np.arange(13), np.arange(CHANNELS[colour]),
                                  indexing="ij")
            samples = (4099 * x + 257 * y + 77 * x * y + 31 * c + 5) % (1 << depth)
            scale = {1: 255, 2: 85, 4: 17}.get(depth, 1)
            cases.append({
                "name": f"grey{colour}-{depth}bit" + ("-interlaced" if interlaced else ""),
                "file": text(png(samples, colour, depth, interlaced=interlaced)),
                "width": 13, "height": 9, "depth": 16 if depth == 16 else 8,
                "values": [int(value) for value in (samples[..., 0] * scale).reshape(-1)]})
    return cases


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=GOLDENS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    content = {
        "script": "Tools/goldens/pictures.py",
        "versions": versions("torch", "numpy", "pillow"),
        "tolerances": {"float32": 2e-6, "disparityRatio": 2e-6},
        "side": SIDE, "resizes": resizes(), "pictures": pictures(), "depths": depths(),
        "videos": videos(), "choices": choices(), "files": files()}
    (options.output / "pictures.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")

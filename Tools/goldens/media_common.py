"""What the media goldens share: a test pattern, a checksum, the JSON files."""

import base64
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/HoldfastMediaTests/Goldens"


def pattern(width: int, height: int) -> Image.Image:
    """An image that any language can make again: (37x + 59y + 91c + 13xy) mod 256."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return Image.fromarray(((37 * x + 59 * y + 91 * c + 13 * x * y) % 256).astype(np.uint8))


def fnv1a(data: bytes) -> str:
    """The 64-bit FNV-1a checksum, in hexadecimal."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def versions(*packages: str) -> dict:
    return {package: version(package) for package in packages}


def save(name: str, content: dict) -> None:
    (GOLDENS / name).write_text(json.dumps(content, indent=1) + "\n")

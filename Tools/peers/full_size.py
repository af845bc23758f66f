"""Writes random weights at a published model's sizes, under its names: for `scripts/bench load`.

    python full_size.py image-bind --output DIR      4.8 GB, as imagebind_huge.pth
    python full_size.py uni-bind --output DIR        4.9 GB, as pretrained_weights.pt
    python full_size.py language-bind --output DIR   2.1 GB, LanguageBind_Video_FT's folder

It takes as much memory to make them. Nothing of upstream is in them.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/goldens"))
import image_bind  # noqa: E402
import language_bind  # noqa: E402
import uni_bind  # noqa: E402
from image_bind import Sense  # noqa: E402

SENSES = [
    Sense("vision", 1280, 16, (2, 14, 14), channels=3, tokens=257, stem="rgbt_stem.proj.1",
          layers=32),
    Sense("audio", 768, 12, (16, 16), tokens=229, scale=20, layers=12),
    Sense("depth", 384, 8, (16, 16), tokens=197, stem="depth_stem.proj", scale=5, layers=12),
    Sense("thermal", 768, 12, (16, 16), tokens=197, scale=10, layers=12),
    Sense("imu", 512, 8, (8,), channels=6, tokens=251, stem="imu_stem.proj", scale=5, layers=6),
]
TEXT = Sense("text", 1024, 16, tokens=77, scale=100, layers=24)


def bind():
    return image_bind.weights(
        SENSES, TEXT, embedding=1024, vocabulary=49408, context=77, share=0.1)


def points():
    """UniBind's tower of point clouds: I2P-MAE's sizes, and the way into ImageBind's space."""
    sizes = {"WIDTHS": [96, 192, 384], "LAYERS": [5, 5, 5], "FIRST": [128, 256, 512],
             "SPACE": 512}
    for name, value in sizes.items():
        setattr(uni_bind, name, value)
    image_bind.EMBEDDING = 1024
    return uni_bind.point_weights(torch.Generator().manual_seed(62))


def video():
    """The sizes of CLIP ViT-L/14 with attention over time."""
    sizes = {"WIDTH": 1024, "HIDDEN": 4096, "LAYERS": 24, "HEADS": 16, "PATCH": 14,
             "PROJECTION": 768, "TEXT_WIDTH": 768, "TEXT_HIDDEN": 3072, "TEXT_LAYERS": 12,
             "TEXT_HEADS": 12, "CONTEXT": 77, "VOCABULARY": 49408}
    for name, value in sizes.items():
        setattr(language_bind, name, value)
    variant = language_bind.Variant("language-bind-video-ft", "video", 46, (224, 224), frames=8)
    state = language_bind.weights(variant)
    for name, tensor in state.items():
        if tensor.is_floating_point() and tensor.dim() >= 2:
            tensor.mul_(0.1)
    return state, language_bind.configuration(variant)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", choices=["image-bind", "language-bind", "uni-bind"])
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.family == "language-bind":
        state, configuration = video()
        (arguments.output / "config.json").write_text(json.dumps(configuration, indent=2) + "\n")
        name, expected = "pytorch_model.bin", None
    elif arguments.family == "image-bind":
        state, name, expected = bind(), "imagebind_huge.pth", (1311, 1_200_786_990)
    else:
        state = points() | {f"bind.{key}": value for key, value in bind().items()}
        name, expected = "pretrained_weights.pt", (1550, 1_214_166_326)
    count = sum(tensor.numel() for tensor in state.values())
    if expected and (len(state), count) != expected:
        raise SystemExit(f"{(len(state), count)} tensors and numbers, but the published model has "
                         f"{expected}")
    torch.save(state, arguments.output / name)
    print(f"{arguments.output / name}: {len(state)} tensors, {count} numbers")


if __name__ == "__main__":
    main()

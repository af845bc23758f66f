"""Writes random weights of the published ImageBind, under its names and at its sizes.

4.8 GB, and as much memory to make them: for the bench, which loads them once. Nothing of upstream is
in them.

    python image_bind_huge.py --output /tmp/huge/imagebind_huge.pth
"""

import argparse
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/goldens"))
from image_bind import Sense, weights  # noqa: E402

SENSES = [
    Sense("vision", 1280, 16, (2, 14, 14), channels=3, tokens=257, stem="rgbt_stem.proj.1",
          layers=32),
    Sense("audio", 768, 12, (16, 16), tokens=229, scale=20, layers=12),
    Sense("depth", 384, 8, (16, 16), tokens=197, stem="depth_stem.proj", scale=5, layers=12),
    Sense("thermal", 768, 12, (16, 16), tokens=197, scale=10, layers=12),
    Sense("imu", 512, 8, (8,), channels=6, tokens=251, stem="imu_stem.proj", scale=5, layers=6),
]
TEXT = Sense("text", 1024, 16, tokens=77, scale=100, layers=24)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    state = weights(SENSES, TEXT, embedding=1024, vocabulary=49408, context=77, share=0.1)
    count = sum(tensor.numel() for tensor in state.values())
    assert (len(state), count) == (1311, 1_200_786_990), (len(state), count)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, arguments.output)
    print(f"{arguments.output}: {len(state)} tensors, {count} numbers")


if __name__ == "__main__":
    main()

"""Writes the goldens of HoldfastMedia: pixels by Pillow, torchvision, transformers and open_clip.

    python Tools/goldens/media.py [--cifar FOLDER]

Run with the packages that the results name in their `versions`. `--cifar` is a folder of
`<class>/<number>.jpg` (the CIFAR-10 test images); without it that one golden is kept as it is.
"""

import argparse
from pathlib import Path

import media_images
import media_preprocessing
import media_resize
from media_common import GOLDENS

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cifar", type=Path)
    options = parser.parse_args()
    GOLDENS.mkdir(parents=True, exist_ok=True)
    media_images.write(options.cifar)
    media_resize.write()
    media_preprocessing.write()

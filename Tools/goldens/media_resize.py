"""Pillow's resize and torchvision's centre crop on the test pattern."""

import numpy as np
import torchvision.transforms.functional as F
from PIL import Image

from media_common import fnv1a, pattern, save, text, versions

FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}


def write() -> None:
    random = np.random.default_rng(11)
    sizes = [((7, 9), (4, 3)), ((7, 9), (10, 12)), ((7, 9), (7, 5)), ((7, 9), (20, 9)),
             ((1, 1), (5, 3)), ((64, 3), (1, 1)), ((13, 200), (7, 100))]
    sizes += [(tuple(map(int, random.integers(1, 60, 2))), tuple(map(int, random.integers(1, 60, 2))))
              for _ in range(12)]
    sizes += [((640, 427), (335, 224)), ((100, 75), (299, 224))]
    resizes = []
    for source, target in sizes:
        image = pattern(*source)
        for name, code in FILTERS.items():
            result = image.resize(target, Image.Resampling(code)).tobytes()
            resizes.append({"source": source, "target": target, "filter": name,
                            "sum": sum(result), "fnv1a": fnv1a(result)})
    crops = []
    for source in [(9, 7), (10, 7), (11, 12), (3, 4), (4, 20), (20, 3), (12, 5)]:
        for crop in [(4, 4), (5, 7), (6, 5), (9, 7)]:
            result = F.center_crop(pattern(*source), [crop[1], crop[0]])
            crops.append({"source": source, "target": crop, "pixels": text(result.tobytes())})
    save("resize.json", {"versions": versions("pillow", "torchvision", "numpy"), "tolerance": 0,
                         "resizes": resizes, "centerCrops": crops})

"""Are the successes that `holdfast-bench strength` counts successes for transformers too?

    python confirm_examples.py FOLDER --models MODELS --images CIFAR10/test

FOLDER is what its option `--examples` wrote: for each comparison the very inputs that made verdicts,
found at the first success. Each is classified alone, in float32, by transformers' own model, and its
distance from the picture on disk is taken in float64. Prints one line per file and the sums; exits
with 1 where a success outside 0.001 logits of the boundary fails, or an input is out of its ball.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open

from confirm_run import BAND, margin
from zero_shot import ZeroShotClassifier, cifar10_images

ORDER = {"linf": torch.inf, "l2": 2, "l1": 1}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    models, pictures = {}, {}
    totals = {"successes": 0, "confirmed": 0, "in_band": 0, "failed": 0, "unreachable": 0}
    for path in sorted(arguments.folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            about = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        name, per_class = about["model"], int(about.get("per_class", 30))
        if name not in models:
            models[name] = ZeroShotClassifier(
                arguments.models / name, about["classes"].split(","), about["template"]).eval()
        if per_class not in pictures:
            pictures[per_class] = cifar10_images(arguments.images, per_class)[0]
        x, clean = tensors["inputs"], pictures[per_class][tensors["places"]]
        distances = (x.double() - clean.double()).flatten(1).norm(ORDER[about["norm"]], dim=1)
        counts = dict.fromkeys(totals, 0)
        counts["successes"] = len(x)
        counts["unreachable"] = int(
            ((distances > tensors["radii"] * (1 + 1e-12)) | (x.flatten(1).amin(1) < 0)
             | (x.flatten(1).amax(1) > 1)).sum())
        for row in range(len(x)):
            with torch.no_grad():
                found = margin(models[name](x[row:row + 1])[0], int(tensors["labels"][row]), None)
            counts["confirmed"] += found > 0
            if abs(found) < BAND or tensors["margins"][row] < BAND:
                counts["in_band"] += 1
            else:
                counts["failed"] += found <= 0
        for key, count in counts.items():
            totals[key] += count
        print(json.dumps({"file": path.name} | counts), flush=True)
    print(json.dumps(totals))
    sys.exit(1 if totals["failed"] or totals["unreachable"] else 0)


if __name__ == "__main__":
    main()

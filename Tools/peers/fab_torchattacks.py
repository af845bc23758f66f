"""Per-sample smallest perturbations that torchattacks' FAB-T finds on a zero-shot CLIP classifier.

A reference for strength: on the same images our FAB-T should find perturbations of the same size.
Every target is run to its end for every sample that is right to begin with.

    python fab_torchattacks.py --model MODEL --images CIFAR10/test --output peer-fab.json
"""

import argparse
import json
import time
from pathlib import Path

import torch
import torchattacks
import transformers

from zero_shot import ZeroShotClassifier, cifar10_images

TEMPLATE = "a photo of a {class}."
ORDER = {"Linf": float("inf"), "L2": 2, "L1": 1}


def smallest(model, pixels, labels, norm, steps, targets):
    """The norm of the smallest perturbation over all targets, infinite where none succeeds."""
    attack = torchattacks.FAB(model, norm=norm, eps=1, steps=steps, n_restarts=1,
                              multi_targeted=True)
    best = torch.full((len(pixels),), float("inf"))
    for target in range(2, targets + 2):
        attack.target_class = target
        adversarial = attack.attack_single_run_targeted(pixels, labels)
        with torch.no_grad():
            fooled = model(adversarial).argmax(1) != labels
        size = (adversarial - pixels).flatten(1).norm(ORDER[norm], dim=1)
        best = torch.where(fooled, torch.minimum(best, size), best)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="CLIP directory")
    parser.add_argument("--images", type=Path, required=True, help="class folders of images")
    parser.add_argument("--per-class", type=int, default=2)
    parser.add_argument("--norms", nargs="+", default=["Linf"])
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--targets", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    pixels, labels, classes, paths = cifar10_images(arguments.images, arguments.per_class)
    model = ZeroShotClassifier(arguments.model, classes, TEMPLATE).eval()
    with torch.no_grad():
        right = model(pixels).argmax(1) == labels
    record = {
        "script": "Tools/peers/fab_torchattacks.py", "model": arguments.model.name,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__,
                     "torchattacks": "3.5.1"},
        "steps": arguments.steps, "targets": arguments.targets, "template": TEMPLATE,
        "images": [path for path, keep in zip(paths, right) if keep], "distances": {},
    }
    for norm in arguments.norms:
        start = time.perf_counter()
        found = smallest(model, pixels[right], labels[right], norm, arguments.steps,
                         arguments.targets)
        record["distances"][norm] = [round(value, 7) for value in found.tolist()]
        print(f"{norm}: {time.perf_counter() - start:.0f} s", flush=True)
    arguments.output.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()

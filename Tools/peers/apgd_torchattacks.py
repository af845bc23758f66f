"""Per-sample verdicts of torchattacks' APGD-CE and PGD on a zero-shot CLIP classifier.

A reference for strength: an attack of ours with the same budget should leave no more samples
standing than these do, up to the spread between the two seeds. Only the samples that are
right to begin with are attacked; the others count as not robust.

    python apgd_torchattacks.py --models MODELS --images CIFAR10/test --output peer-apgd.json
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


def standing(model, attack, pixels, labels):
    """Which samples survive, judged once more on the returned pixels in float32."""
    survivors = []
    for x, y in zip(pixels.split(64), labels.split(64)):
        adversarial = attack(x, y)
        assert (adversarial - x).abs().max() <= attack.eps + 1e-6
        with torch.no_grad():
            survivors.append(model(adversarial).argmax(1) == y)
    return torch.cat(survivors)


def attacks_of(model, radius, arguments):
    eps = radius / 255
    for seed in arguments.seeds:
        yield f"pgd-{arguments.pgd_steps}", seed, torchattacks.PGD(
            model, eps=eps, alpha=2.5 * eps / arguments.pgd_steps, steps=arguments.pgd_steps)
        yield f"apgd-ce-{arguments.steps}", seed, torchattacks.APGD(
            model, norm="Linf", eps=eps, steps=arguments.steps, n_restarts=1, seed=seed, loss="ce")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, required=True, help="folder of CLIP directories")
    parser.add_argument("--names", nargs="+",
                        default=["clip-tiny-cifar10-robust", "clip-tiny-cifar10"])
    parser.add_argument("--images", type=Path, required=True, help="class folders of images")
    parser.add_argument("--per-class", type=int, default=10)
    parser.add_argument("--radii", nargs="+", type=float, default=[1, 2, 4], help="in 1/255")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--steps", type=int, default=100, help="of APGD")
    parser.add_argument("--pgd-steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    pixels, labels, classes, paths = cifar10_images(arguments.images, arguments.per_class)
    record = {
        "script": "Tools/peers/apgd_torchattacks.py",
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__,
                     "torchattacks": "3.5.1"},
        "template": TEMPLATE, "classes": classes, "images": paths, "runs": [],
    }
    for name in arguments.names:
        model = ZeroShotClassifier(arguments.models / name, classes, TEMPLATE).eval()
        with torch.no_grad():
            right = model(pixels).argmax(1) == labels
        for radius in arguments.radii:
            for attack_name, seed, attack in attacks_of(model, radius, arguments):
                torch.manual_seed(seed)
                start = time.perf_counter()
                robust = right.clone()
                robust[right] = standing(model, attack, pixels[right], labels[right])
                record["runs"].append({
                    "model": name, "attack": attack_name, "norm": "linf",
                    "epsilon": f"{radius:g}/255", "seed": seed,
                    "clean_correct": int(right.sum()), "robust": int(robust.sum()),
                    "seconds": round(time.perf_counter() - start, 1),
                    # One character per image, in the order of "images".
                    "clean_verdicts": verdicts(right), "robust_verdicts": verdicts(robust),
                })
                print(json.dumps({key: value for key, value in record["runs"][-1].items()
                                  if not key.endswith("verdicts")}), flush=True)
                arguments.output.write_text(json.dumps(record, indent=1) + "\n")


def verdicts(flags):
    return "".join("1" if flag else "0" for flag in flags)


if __name__ == "__main__":
    main()

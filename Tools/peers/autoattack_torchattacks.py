"""Per-sample verdicts of torchattacks on a zero-shot CLIP classifier, attack by attack.

A reference for strength. Each attack of the standard ensemble, with the ensemble's settings (100
steps, 9 targets, 5,000 queries), is run by itself on every sample that is right to begin with, so
that the ensemble's verdict is that of all its attacks. `torchattacks.AutoAttack` is not used: it
gives its parts no steps and so runs 10. FAB-T uses no radius and, without restarts, no noise: its
smallest distances are computed once and serve every radius and seed.

    python autoattack_torchattacks.py --model DIR --images CIFAR10/test --output peer.json
    python autoattack_torchattacks.py --model DIR --images CIFAR10/test --output peer-l2.json \
        --norm L2 --radii 0.5 0.25 0.125 --per-class 3 --seeds 0 --attacks apgd-ce apgd-t fab-t
    python autoattack_torchattacks.py --model DIR --images CIFAR10/test --output peer-l1.json \
        --norm L1 --radii 16 8 4 --per-class 3 --seeds 0 --attacks fab-t

`pgd-20` is there in Linf only, and in L1 there is FAB-T alone. Runs that the output already holds
are not repeated. With `--compile`, Square asks a compiled copy of the model (torch.compile, still
float32), which is somewhat faster; its verdicts too are judged on the model as it is.
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
STEPS, QUERIES = 100, 5000


class Attacks:
    """PGD, and the parts of the ensemble that are run at a radius."""

    def __init__(self, model, classes, norm, compiled):
        self.norm = norm
        # Square needs no gradient, so its copy of the model may be frozen.
        queried = compiled_for_inference(model) if compiled else model
        self.makers = {
            "pgd-20": lambda eps, seed: torchattacks.PGD(
                model, eps=eps, alpha=2.5 * eps / 20, steps=20),
            "apgd-ce": lambda eps, seed: torchattacks.APGD(
                model, norm=norm, eps=eps, steps=STEPS, n_restarts=1, seed=seed, loss="ce"),
            "apgd-t": lambda eps, seed: torchattacks.APGDT(
                model, norm=norm, eps=eps, steps=STEPS, n_restarts=1, seed=seed,
                n_classes=classes),
            "square": lambda eps, seed: torchattacks.Square(
                queried, norm=norm, eps=eps, n_queries=QUERIES, n_restarts=1, p_init=0.8,
                seed=seed, loss="margin", resc_schedule=False),
        }
        self.model = model

    def standing(self, name, eps, seed, pixels, labels):
        """Which samples survive, judged once more on the returned pixels in float32."""
        torch.manual_seed(seed)
        attack = self.makers[name](eps, seed)
        survivors = []
        for x, y in zip(pixels.split(64), labels.split(64)):
            adversarial = attack(x, y)
            assert (size(adversarial - x, self.norm) <= eps * (1 + 1e-5) + 1e-6).all()
            with torch.no_grad():
                survivors.append(self.model(adversarial).argmax(1) == y)
        return torch.cat(survivors)


def compiled_for_inference(model):
    """The model as inductor fuses it for any batch size, with the weights as constants."""
    import torch._inductor.config
    torch._inductor.config.freezing = True
    return torch.compile(model, dynamic=True)


def size(perturbation, norm):
    """The norm of each row."""
    order = {"Linf": torch.inf, "L2": 2, "L1": 1}[norm]
    return perturbation.flatten(1).norm(order, dim=1)


def fab_distances(model, pixels, labels, classes, norm):
    """The smallest distance at which FAB-T fools each sample, over all targets."""
    fab = torchattacks.FAB(model, norm=norm, eps=1.0, steps=STEPS, n_restarts=1,
                           multi_targeted=True, n_classes=classes)
    found = []
    for x, y in zip(pixels.split(64), labels.split(64)):
        best = torch.full((len(x),), torch.inf)
        for target in range(2, classes + 1):
            fab.target_class = target
            with torch.no_grad():
                adversarial = fab.attack_single_run_targeted(x, y, use_rand_start=False)
                fooled = model(adversarial).argmax(1) != y
            distance = size(adversarial - x, norm)
            best = torch.where(fooled, torch.minimum(best, distance), best)
        found.append(best)
    return torch.cat(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="a CLIP directory")
    parser.add_argument("--images", type=Path, required=True, help="class folders of images")
    parser.add_argument("--per-class", type=int, default=30)
    parser.add_argument("--norm", choices=["Linf", "L2", "L1"], default="Linf")
    parser.add_argument("--radii", nargs="+", type=float, default=[4, 2, 1],
                        help="in 1/255 for Linf")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--attacks", nargs="+",
                        default=["pgd-20", "apgd-ce", "apgd-t", "fab-t", "square"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="compile the model that Square asks")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    pixels, labels, classes, paths = cifar10_images(arguments.images, arguments.per_class)
    model = ZeroShotClassifier(arguments.model, classes, TEMPLATE).eval()
    with torch.no_grad():
        right = model(pixels).argmax(1) == labels
    record = {
        "script": "Tools/peers/autoattack_torchattacks.py",
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__,
                     "torchattacks": "3.5.1"},
        "model": arguments.model.resolve().name, "template": TEMPLATE, "classes": classes,
        "images": paths, "clean_verdicts": verdicts(right), "runs": [],
    }
    if arguments.norm != "Linf":
        record["norm"] = arguments.norm
    unit = 255 if arguments.norm == "Linf" else 1

    def spell(radius):
        return f"{radius:g}/255" if unit == 255 else f"{radius:g}"

    if arguments.output.exists():
        earlier = json.loads(arguments.output.read_text())
        assert {k: v for k, v in earlier.items() if k != "runs"} == \
            {k: v for k, v in record.items() if k != "runs"}, "the output is of other settings"
        record = earlier
    done = {(run["attack"], run["epsilon"], run["seed"]) for run in record["runs"]}

    def keep(name, radius, seed, robust, seconds):
        run = {"attack": name, "epsilon": spell(radius), "seed": seed,
               "robust": int(robust.sum()), "seconds": round(seconds, 1),
               # One character per image, in the order of "images".
               "robust_verdicts": verdicts(robust)}
        if name == "square" and arguments.compile:
            run["model"] = "torch.compile"
        record["runs"].append(run)
        print(record["model"], {k: v for k, v in run.items() if k != "robust_verdicts"}, flush=True)
        arguments.output.write_text(json.dumps(record, indent=1) + "\n")

    attacks = Attacks(model, len(classes), arguments.norm, arguments.compile)
    for name in arguments.attacks:
        for seed in arguments.seeds:
            wanted = [r for r in arguments.radii if (name, spell(r), seed) not in done]
            start = time.perf_counter()
            if name == "fab-t" and wanted and seed == arguments.seeds[0]:
                distances = fab_distances(
                    model, pixels[right], labels[right], len(classes), arguments.norm)
                for radius in wanted:
                    robust = right.clone()
                    robust[right] = distances > radius / unit
                    keep(name, radius, seed, robust, time.perf_counter() - start)
            elif name != "fab-t":
                for radius in wanted:
                    start = time.perf_counter()
                    robust = right.clone()
                    robust[right] = attacks.standing(
                        name, radius / unit, seed, pixels[right], labels[right])
                    keep(name, radius, seed, robust, time.perf_counter() - start)


def verdicts(flags):
    return "".join("1" if flag else "0" for flag in flags)


if __name__ == "__main__":
    main()

"""Steps of adversarial fine-tuning in PyTorch, to compare Holdfast's with: one, or a few in a row.

    python train_step.py --model DIR --inputs FILE --method fare --output FILE
    python train_step.py … --method tecoa-original --steps 20 --rate 1e-3 --warmup 3
    python train_step.py … --method rlbind-2 --set lambda=0.3 --set attack.steps=20
    python train_step.py … --method fare --robustvlm CHECKOUT       its own functions beside ours

DIR is a CLIP model in Hugging Face's layout, read in float32. FILE is safetensors:

    x                  [P, 3, H, W] in [0, 1]: the samples
    labels             [P]
    anchors            [d, K]: unit columns
    ids                [S, B]: the samples of each step; the first row is that of a single step
    noise.uniform      [B, 3, H, W] of [0, 1): start noise, by place in the batch; every step's
    noise.normal       the same of N(0, 1), for TRADES
    adversarial        [B, 3, H, W]: the points to take the loss at; without it, those found
    captions           [K, M, d]: unit rows, for SAFT
    non_class_anchors  [d, K]: unit columns, for Comp-TGA
    <matrix>.lora_a    [r, inputs] and <matrix>.lora_b [outputs, r], for training adapters

The output of a single step: `loss`, `term.<name>`, `found` (where the inner attack arrives), and
`gradient.<parameter>`. Of several, each from where the one before left the weights, with the points
that it found itself: `losses` [S], `terms` [S, n], `found` [S, B, 3, H, W]. The settings, with the
names and the weights of the terms, are in the metadata.

The environment is that of Tools/goldens/README.md.
"""

import argparse
import json
import math
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

import train_inner
from train_methods import METHODS, Step
from train_tower import IMAGENET_NORMALISATION, Leaves, Tower, adapted, shallow


class Training:
    """A method on a tower: what is trained, the frozen weights, and the samples."""

    def __init__(self, model, inputs, name, changes=None, teacher=None, growth=1.0):
        self.settings = settings_of(name, changes or {})
        self.inputs, self.tower = inputs, Tower(model)
        if self.settings.get("imagenet_normalisation"):
            self.tower.use(*IMAGENET_NORMALISATION)
        weights = self.tower.weights()
        self.teacher = Tower(teacher).weights() if teacher else weights
        self.leaves = self.trained(weights, growth)

    def trained(self, weights, growth):
        kind = self.settings.get("train", "full")
        if kind != "lora":
            names = weights if kind == "full" else shallow(weights)
            return Leaves(weights, {name: weights[name] * growth for name in names})
        matrices = adapted(weights, self.settings.get("targets", "attention"))
        factors = {f"{matrix}.{factor}": self.inputs[f"{matrix}.{factor}"]
                   for matrix in matrices for factor in ("lora_a", "lora_b")}
        rank = self.inputs[f"{matrices[0]}.lora_a"].shape[0]
        return Leaves(weights, factors, self.settings.get("lora_alpha", 16) / rank)

    def step(self, number, recorded=True):
        ids = self.inputs["ids"][number]
        return Step(
            self.tower, self.leaves.weights(recorded), self.teacher, self.inputs["x"][ids],
            self.inputs["labels"][ids], self.inputs["anchors"], self.settings, self.inputs)

    def find(self, number):
        """Where the inner attack of a step arrives."""
        step, attack = self.step(number, recorded=False), dict(self.settings["attack"])
        search = {"pgd": train_inner.pgd, "pgd-f": train_inner.pgd, "apgd": train_inner.apgd}
        if attack["name"] == "pgd-f":
            attack["momentum"] = 0.9
        if attack["name"] == "apgd":
            del attack["alpha"]
        begin = train_inner.start(
            attack.pop("start"), step.x, attack["epsilon"], self.inputs["noise.uniform"],
            self.inputs["noise.normal"], attack.pop("deviation", None))
        objective = METHODS[self.settings["method"]]["objective"](step)
        return search[attack.pop("name")](objective, step.x, begin, **attack)

    def terms(self, number, adversarial):
        return METHODS[self.settings["method"]]["terms"](self.step(number), adversarial)

    def one(self):
        found = self.find(0)
        terms = self.terms(0, self.inputs.get("adversarial", found))
        loss = total(terms)
        result = {"loss": loss, "found": found}
        result |= {f"term.{name}": value for name, _, value in terms}
        return result | {f"gradient.{name}": slope
                         for name, slope in self.leaves.gradients(loss).items()}, terms

    def several(self, steps, rate, warmup):
        leaves = list(self.leaves.tensors.values())
        decay = self.settings["weight_decay"]
        if self.settings["optimizer"] == "adamw":
            optimizer = torch.optim.AdamW(leaves, weight_decay=decay)
        else:
            optimizer = torch.optim.SGD(
                leaves, lr=rate, momentum=self.settings["momentum"], weight_decay=decay)
        losses, values, found = [], [], []
        for number in range(steps):
            optimizer.param_groups[0]["lr"] = scheduled(rate, number, steps, warmup)
            found.append(self.find(number))
            terms = self.terms(number, found[-1])
            loss = total(terms)
            for leaf, slope in zip(leaves, self.leaves.gradients(loss).values()):
                leaf.grad = slope
            optimizer.step()
            losses.append(loss.detach())
            values.append(torch.stack([value.detach() for _, _, value in terms]))
        return {"losses": torch.stack(losses), "terms": torch.stack(values),
                "found": torch.stack(found)}, terms


def total(terms):
    return sum(weight * value for _, weight, value in terms)


def scheduled(base, step, steps, warmup):
    """A linear rise, then half a cosine to zero."""
    if step < warmup:
        return base * (step + 1) / warmup
    return base / 2 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


def settings_of(name, changes):
    """A method's own settings with `changes`; a key such as `attack.steps` goes one deeper."""
    known = {key: value for key, value in METHODS[name].items() if not callable(value)}
    settings = {"method": name, **known, "attack": dict(known["attack"])}
    for key, value in changes.items():
        outer, _, inner = key.partition(".")
        if inner:
            settings[outer][inner] = value
        else:
            settings[outer] = value
    return settings


def setting(text):
    key, _, value = text.partition("=")
    try:
        return key, json.loads(value)
    except json.JSONDecodeError:
        return key, value


def notes(settings, terms):
    """The metadata of an output: settings, and names and weights of the terms."""
    return {"settings": json.dumps(settings), "torch": torch.__version__,
            "terms": json.dumps([[name, weight] for name, weight, _ in terms])}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="where the training starts")
    parser.add_argument("--teacher", help="the frozen model, if another")
    parser.add_argument("--growth", type=float, default=1.0,
                        help="a factor on trained weights at the start, to be off the teacher's")
    parser.add_argument("--inputs", type=Path, required=True)
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--set", type=setting, action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--steps", type=int, help="as many in a row; without it, one")
    parser.add_argument("--rate", type=float, default=1e-5, help="the highest learning rate")
    parser.add_argument("--warmup", type=int, default=0, help="steps of the rise")
    parser.add_argument("--robustvlm", type=Path, help="a checkout, to compare fare and tecoa with")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    training = Training(arguments.model, load_file(arguments.inputs), arguments.method,
                        dict(arguments.set), arguments.teacher, arguments.growth)
    if arguments.robustvlm:
        from train_robustvlm import compare
        print(json.dumps(compare(training, arguments.robustvlm)))
    if arguments.steps:
        result, terms = training.several(arguments.steps, arguments.rate, arguments.warmup)
    else:
        result, terms = training.one()
    save_file({name: tensor.detach().contiguous() for name, tensor in result.items()},
              arguments.output, metadata=notes(training.settings, terms))
    print(json.dumps({"method": arguments.method, "terms": len(terms),
                      "loss": result["loss"].item() if "loss" in result
                      else result["losses"].tolist()}))


if __name__ == "__main__":
    main()

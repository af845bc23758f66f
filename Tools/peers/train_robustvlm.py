"""RobustVLM's own attack and loss on a step of FARE or TeCoA, for `train_step.py --robustvlm`.

Takes a checkout of https://github.com/chs20/RobustVLM, which is not part of this project. What its
modules import only to read data and to log is replaced by empty modules.
"""

import importlib
import sys
from types import ModuleType

import torch
from torch.nn.functional import normalize

from train_inner import start

UNUSED = ("CLIP_eval", "CLIP_eval.eval_utils", "open_clip", "open_flamingo", "open_flamingo.eval",
          "open_flamingo.eval.classification_utils", "open_flamingo.eval.models",
          "open_flamingo.eval.models.utils", "torchvision", "torchvision.transforms",
          "train.datasets", "train.sam_data", "training", "training.scheduler", "wandb")


class EmptyModule(ModuleType):
    """Has every attribute."""

    __path__ = []

    def __getattr__(self, name):
        return EmptyModule(f"{self.__name__}.{name}")


def modules(checkout):
    for name in UNUSED:
        sys.modules[name] = EmptyModule(name)
    sys.path.insert(0, str(checkout))
    return (importlib.import_module("train.pgd_train"),
            importlib.import_module("train.adversarial_training_clip"))


def compare(training, checkout):
    """How far its points, its loss and its gradients are from ours: the share of coordinates that
    differ, and the largest differences over the largest entries."""
    losses = {"fare": "l2", "tecoa": "ce"}
    name, attack = training.settings["method"], training.settings["attack"]
    if name not in losses:
        raise SystemExit(f"RobustVLM has no {name}; it has {', '.join(losses)}")
    pgd, script = modules(checkout)
    step = training.step(0, recorded=False)
    theirs = {"embedding_orig": step.frozen(step.x), "logit_scale": step.tower.scale,
              "embedding_text_labels_norm": step.anchors}
    begin = start(attack["start"], step.x, attack["epsilon"], training.inputs["noise.uniform"],
                  training.inputs["noise.normal"])

    def forward(weights):
        def embed(pixels, output_normalize):
            embedding = step.tower.embed(weights, pixels)
            return normalize(embedding, dim=-1) if output_normalize else embedding
        return embed

    found = pgd.pgd(
        forward=forward(step.weights), data_clean=step.x, targets=step.labels, norm="linf",
        loss_fn=script.ComputeLossWrapper(reduction="mean", loss=losses[name], **theirs),
        eps=attack["epsilon"], iterations=attack["steps"], stepsize=attack["alpha"],
        output_normalize=name == "tecoa", perturbation=(begin - step.x), mode="max")
    weights = training.leaves.weights()
    embedding = forward(weights)(found, output_normalize=name == "tecoa")
    loss = script.compute_loss(loss_str=losses[name], embedding=embedding, targets=step.labels,
                               **theirs)
    own_found = training.find(0)
    ((_, _, own_loss),) = training.terms(0, found)
    slopes = training.leaves.gradients(loss)
    own_slopes = training.leaves.gradients(own_loss)
    largest = {name: slope.abs().max().item() for name, slope in slopes.items()}
    least = max(largest.values()) / 100  # a smaller one is 0 but for rounding
    return {"points that differ": ((found - own_found).abs() > 1e-6).float().mean().item(),
            "loss": abs(loss.item() - own_loss.item()) / abs(loss.item()),
            "gradients": max((slope - own_slopes[name]).abs().max().item()
                             / max(largest[name], least) for name, slope in slopes.items())}

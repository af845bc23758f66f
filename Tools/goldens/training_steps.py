"""Goldens of steps of adversarial fine-tuning, by `Tools/peers/train_step.py` on a small random
CLIP model and samples with fixed numbers.

    python training_steps.py --output Tests/HoldfastDefensesTests/Goldens/training

Training in full starts from the weights times `growth`, and adapters from factors that are not
zero: at the frozen tower itself norms have no gradient, and rounding decides.
"""

import json
import sys

import torch
from torch.nn.functional import normalize

from clip_common import normalise, output_folder, provenance, random_pixels, repository, save
from clip_hugging_face import HuggingFacePeer, shape
from transformers.utils import logging

sys.path.insert(0, str(repository() / "Tools/peers"))
from train_inner import project  # noqa: E402
from train_step import METHODS, Training  # noqa: E402

PACKAGES = ["torch", "transformers", "safetensors"]
SAMPLES, BATCH, CLASSES, CAPTIONS, RANK = 8, 6, 5, 5, 4
STEPS, WARMUP, GROWTH = 20, 3, 1.05
NEAR, APART = 0.1, 0.02  # of texts: to pictures, and to each other
EVERY = 37  # of the numbers of a gradient, one is kept
POINTS = 7  # of the coordinates of a perturbation, one is kept
LEVELS = 127  # of it, as steps of epsilon / LEVELS around 128

# The tower is so small that ten steps of APGD on cross-entropy are at their end after four, and then
# rounding says which point is the best.
FEW = {"attack.steps": 4}

# A case's name, its method, what it changes in that, and the highest learning rate of its 20 steps.
# For the same reason TRADES starts ten times as far from the inputs, where its divergence is less flat.
CASES = [
    ("fare", "fare", {}, 2e-4),
    ("tecoa", "tecoa", {}, 1e-4),
    ("tecoa-original", "tecoa-original", {}, 3e-3),
    ("trades", "trades", {"attack.deviation": 0.01}, 5e-5),
    ("pmg-aft", "pmg-aft", {}, 3e-3),
    ("pmg-aft-as-released", "pmg-aft", {"as_released": True, "imagenet_normalisation": True}, 5e-4),
    ("tga-zsr", "tga-zsr", {}, 3e-3),
    ("tga-zsr-as-released", "tga-zsr", {"as_released": True}, 3e-3),
    ("comp-tga", "comp-tga", {}, 3e-3),
    ("saft", "saft", {}, 3e-3),
    ("laat", "laat", {}, 1e-2),
    ("sim-clip", "sim-clip", {}, 2e-4),
    ("sim-clip-siamese", "sim-clip", {"siamese": True}, 1e-4),
    ("rlbind-1", "rlbind-1", {}, 3e-4),
    ("rlbind-1-full", "rlbind-1", {"train": "full"}, 1e-4),
    ("rlbind-2", "rlbind-2", FEW, 3e-4),
    ("rlbind-2-patch", "rlbind-2", {"targets": "attention+patch", **FEW}, 3e-4),
    ("rlbind-2-as-read", "rlbind-2", {
        "train": "full", "as_read": True, "lambda": 1.0, **FEW}, 1e-4),
    ("shallow", "shallow", {}, 1e-4),
]


def model():
    peer = HuggingFacePeer(
        "model", seed=51, image_size=12, projection=24,
        vision=shape(32, 2, 2, "quick_gelu", patch_size=4, intermediate_size=64),
        text=shape(8, 1, 1, "quick_gelu", eos_token_id=2)).build()
    with torch.no_grad():  # a scale as that of trained models
        peer.model.logit_scale.fill_(torch.tensor(100.0).log())
    return peer


def draw(*sizes, seed):
    return torch.randn(sizes, generator=torch.Generator().manual_seed(seed))


def texts(peer, x, count, seed):
    """Unit vectors [count, d] as far from pictures and from each other as those of texts."""
    picture = normalize(peer.embed_image(normalise(x)), dim=-1).mean(0)
    return normalize(NEAR * picture + 0.9 * normalize(draw(24, seed=40), dim=0)
                     + APART * draw(count, 24, seed=seed), dim=-1)


def inputs(peer):
    x = random_pixels(SAMPLES, peer.image_size, seed=52)
    shuffle = torch.Generator().manual_seed(53)
    ids = torch.stack([torch.randperm(SAMPLES, generator=shuffle)[:BATCH] for _ in range(STEPS)])
    tensors = {
        "x": x, "labels": torch.arange(SAMPLES) * 3 % CLASSES, "ids": ids,
        "noise.uniform": random_pixels(BATCH, peer.image_size, seed=54),
        "noise.normal": draw(BATCH, *x.shape[1:], seed=55),
        "anchors": texts(peer, x, CLASSES, 56).T,
        "non_class_anchors": texts(peer, x, CLASSES, 57).T,
    }
    # Those of a class in falling likeness to its anchor, as SAFT chooses and orders them.
    captions = texts(peer, x, CLASSES * CAPTIONS, 58).view(CLASSES, CAPTIONS, -1)
    likeness = captions @ tensors["anchors"].T.unsqueeze(-1)
    order = likeness.argsort(1, descending=True).expand_as(captions)
    tensors["captions"] = captions.gather(1, order)
    for index, (name, weight) in enumerate(sorted(peer.model.named_parameters())):
        if name.startswith("vision_model.") and weight.ndim > 1 and (
                "self_attn" in name or "patch_embedding" in name):
            rows, columns = weight.flatten(1).shape
            tensors[name.replace("weight", "lora_a")] = 0.2 * draw(RANK, columns, seed=600 + index)
            tensors[name.replace("weight", "lora_b")] = 0.02 * draw(rows, RANK, seed=700 + index)
    return tensors


def levels(found, x, epsilon):
    """Some coordinates of the perturbations of each step, in bytes."""
    assert torch.equal(found, project(found, x, epsilon))
    moved = ((found - x) / epsilon * LEVELS).round().add(128).to(torch.uint8)
    return moved.flatten(1)[:, ::POINTS]


def golden(folder, tensors, method, changes, rate):
    """One step at the given points, and 20 free ones."""
    step, terms = Training(folder, tensors, method, changes, growth=GROWTH).one()
    training = Training(folder, tensors, method, changes, growth=GROWTH)
    run, _ = training.several(STEPS, rate, WARMUP)
    slopes = {name.removeprefix("gradient."): slope for name, slope in step.items()
              if name.startswith("gradient.")}
    epsilon, ids = training.settings["attack"]["epsilon"], tensors["ids"]
    notes = {"settings": training.settings, "rate": rate, "leaves": list(slopes),
             "terms": [name for name, _, _ in terms],
             "weights": [float(weight) for _, weight, _ in terms]}
    return notes, {
        "loss": step["loss"], "terms": torch.stack([value for _, _, value in terms]),
        "gradient.norms": torch.stack([slope.norm() for slope in slopes.values()]),
        "gradient.largest": torch.stack([slope.abs().max() for slope in slopes.values()]),
        "gradient.every": torch.cat([slope.flatten()[::EVERY] for slope in slopes.values()]),
        "losses": run["losses"],
        "found": levels(run["found"], tensors["x"][ids], epsilon)}


def main():
    logging.disable_progress_bar()
    folder = output_folder(
        __doc__.splitlines()[0], "Tests/HoldfastDefensesTests/Goldens/training")
    peer = model()
    peer.write(folder / "model")
    tensors = {name: tensor.contiguous() for name, tensor in inputs(peer).items()}
    # The points that all losses are taken at.
    tensors["adversarial"] = Training(folder / "model", tensors, "fare", growth=GROWTH).find(0)
    save(folder / "inputs.safetensors", tensors, provenance(__file__, PACKAGES, {}))
    cases, kept = {}, {}
    for name, method, changes, rate in CASES:
        assert method in METHODS
        cases[name], values = golden(folder / "model", tensors, method, changes, rate)
        kept |= {f"{name}/{key}": value for key, value in values.items()}
        print(name, [f"{loss:.4f}" for loss in values["losses"].tolist()])
    save(folder / "steps.safetensors", kept, provenance(
        __file__, PACKAGES,
        {"losses": [1e-5, 1e-5], "gradients": [0, 1e-4], "curves": [0, 1e-4], "points": 0.999},
        cases=cases, every=EVERY, points=POINTS, levels=LEVELS, growth=GROWTH, warmup=WARMUP, rank=RANK))


if __name__ == "__main__":
    main()

"""The adversarial fine-tuning methods: what each minimises, and what its inner attack raises.

Written from the published formulas. Each method is an inner objective (the loss of every sample at
a point) and the terms of its loss, by the embeddings z of the tower in training and z0 of the
frozen one. Logits are s cos(z, anchors).
"""

import math
from dataclasses import dataclass, field

import torch
from torch.nn import functional as F


@dataclass
class Step:
    """What a step knows. Anchors are unit columns [d, K]; `more` holds what single methods need."""

    tower: object
    weights: dict
    teacher: dict
    x: torch.Tensor
    labels: torch.Tensor
    anchors: torch.Tensor
    settings: dict
    more: dict = field(default_factory=dict)

    def embed(self, pixels):
        return self.tower.embed(self.weights, pixels)

    def frozen(self, pixels):
        return self.tower.embed(self.teacher, pixels).detach()

    def logits(self, embedding):
        return self.tower.scale * F.normalize(embedding, dim=-1) @ self.anchors

    def answer(self, pixels):
        return self.logits(self.embed(pixels))


def distances(z, z0):
    """Squared Euclidean distances, summed over the width."""
    return (z - z0).square().sum(1)


def divergences(p, q):
    """KL(p || q) of each row, from logits."""
    p, q = p.log_softmax(1), q.log_softmax(1)
    return (p.exp() * (p - q)).sum(1)


def cross_entropies(step, logits):
    return F.cross_entropy(logits, step.labels, reduction="none")


def caption_cross_entropies(step, embedding):
    """The mean over captions [K, M, d], where the m-th ones of all classes are a classifier."""
    unit = step.tower.scale * F.normalize(embedding, dim=-1)
    return torch.stack([cross_entropies(step, unit @ texts.T)
                        for texts in step.more["captions"].unbind(1)]).mean(0)


# Inner objectives: a step gives a function of a point.

def raise_distance(step):
    clean = step.frozen(step.x)
    return lambda point: distances(step.embed(point), clean)


def raise_cross_entropy(step):
    return lambda point: cross_entropies(step, step.answer(point))


def raise_divergence(step):
    clean = step.answer(step.x).detach()
    return lambda point: divergences(clean, step.answer(point))


def raise_expanded(step):
    anchors = expanded(step.anchors) / step.settings["temperature"]
    return lambda point: cross_entropies(step, F.normalize(step.embed(point), dim=-1) @ anchors)


def raise_captions(step):
    return lambda point: caption_cross_entropies(step, step.embed(point))


# Losses: name, weight, value.

def fare(step, adversarial):
    return [("embedding", 1.0, distances(step.embed(adversarial), step.frozen(step.x)).mean())]


def tecoa(step, adversarial):
    return [("cross-entropy", 1.0, F.cross_entropy(step.answer(adversarial), step.labels))]


def trades(step, adversarial):
    clean, moved = step.answer(step.x), step.answer(adversarial)
    return [("clean-cross-entropy", 1.0, F.cross_entropy(clean, step.labels)),
            ("divergence", step.settings["beta"], divergences(clean, moved).mean())]


def pmg_aft(step, adversarial):
    """`as_released` sums the divergences over the batch."""
    moved, clean = step.answer(adversarial), step.answer(step.x)
    frozen = step.logits(step.frozen(adversarial))
    weight = float(len(step.x)) if step.settings["as_released"] else 1.0
    return [("cross-entropy", 1.0, F.cross_entropy(moved, step.labels)),
            ("divergence", weight, divergences(clean, moved).mean()),
            ("frozen-divergence", weight, divergences(frozen, moved).mean())]


def text_map(step, tokens, anchors):
    """Cosines of patches with a text of each sample, from 0 to 1, at the size of a picture.

    `as_released` divides by norms over the tokens."""
    tokens = tokens / tokens.norm(dim=1 if step.settings["as_released"] else 2, keepdim=True)
    values = (tokens[:, 1:] @ anchors.unsqueeze(-1)).squeeze(-1)
    low, high = values.amin(1, keepdim=True), values.amax(1, keepdim=True)
    side = math.isqrt(values.shape[1])
    grid = ((values - low) / (high - low)).view(-1, 1, side, side)
    return F.interpolate(grid, size=step.x.shape[-2:], mode="bilinear").flatten(1)


def attention(step, tokens):
    """The map of the true class, or of its captions' mean; of Comp-TGA times 1 minus that of the
    text that denies it."""
    texts = step.more["captions"].mean(1) if step.settings.get("captions") else step.anchors.T
    found = text_map(step, tokens, texts[step.labels])
    if step.settings.get("complementary"):
        denied = step.more["non_class_anchors"].T[step.labels]
        found = found * (1 - text_map(step, tokens, denied))
    return found


def tga(step, adversarial):
    """Also SAFT, with captions in the place of anchors."""
    tokens = step.tower.tokens(step.weights, adversarial)
    if step.settings.get("captions"):
        entropy = caption_cross_entropies(step, tokens[:, 0]).mean()
    else:
        entropy = F.cross_entropy(step.logits(tokens[:, 0]), step.labels)
    frozen = attention(step, step.tower.tokens(step.teacher, step.x)).detach()
    clean = attention(step, step.tower.tokens(step.weights, step.x))
    return [("cross-entropy", 1.0, entropy),
            ("perturbed-map", step.settings["alpha_map"],
             (attention(step, tokens) - frozen).norm(dim=1).mean()),
            ("clean-map", step.settings["beta_map"], (clean - frozen).norm(dim=1).mean())]


def expanded(anchors):
    """LAAT's anchors: angles to the mean direction, widened until the largest is 90 degrees."""
    texts = anchors.T.double()
    mean = F.normalize(texts.mean(0), dim=0)
    angles = (texts @ mean).clamp(-1, 1).arccos().unsqueeze(1)
    wide = angles * (math.pi / 2 / angles.max())
    aside = (texts - angles.cos() * mean) / angles.sin()
    return (wide.cos() * mean + wide.sin() * aside).T.to(anchors.dtype)


def laat(step, adversarial):
    clean, moved = (F.normalize(step.embed(pixels), dim=-1) for pixels in (step.x, adversarial))
    logits = moved @ expanded(step.anchors) / step.settings["temperature"]
    return [("cross-entropy", 1.0, F.cross_entropy(logits, step.labels)),
            ("cosine", -step.settings["beta"], (clean * moved).sum(1).mean())]


def sim_clip(step, adversarial):
    """Against the frozen tower, as released; `siamese` pairs the tower with itself."""
    moved = step.embed(adversarial)
    if not step.settings["siamese"]:
        return [("cosine", -0.5, F.cosine_similarity(moved, step.frozen(step.x)).mean())]
    clean = step.embed(step.x)
    return [("cosine", -0.5, F.cosine_similarity(moved, clean.detach()).mean()),
            ("clean-cosine", -0.5, F.cosine_similarity(clean, moved.detach()).mean())]


def rlbind(step, adversarial):
    """The second stage. `as_read` adds up the squares of unscaled scores over the classes."""
    clean, moved = step.answer(step.x), step.answer(adversarial)
    gaps = (clean - moved).square()
    gap = gaps.mean()
    if step.settings["as_read"]:
        gap = gaps.sum(1).mean() / step.tower.scale ** 2
    return [("clean-cross-entropy", 1.0, F.cross_entropy(clean, step.labels)),
            ("cross-entropy", 1.0, F.cross_entropy(moved, step.labels)),
            ("score-alignment", step.settings["lambda"], gap)]


def method(objective, terms, attack, **settings):
    return {"objective": objective, "terms": terms, "attack": attack, **settings}


def two(start="uniform"):
    return {"name": "pgd", "steps": 2, "alpha": 1 / 255, "epsilon": 1 / 255, "start": start}


def ten(name="pgd-f", start="uniform"):
    return {"name": name, "steps": 10, "alpha": 1 / 255, "epsilon": 4 / 255, "start": start}


ADAMW = {"optimizer": "adamw", "weight_decay": 1e-4}
SGD = {"optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.0}
TGA = {"alpha_map": 0.08, "beta_map": 0.05, "as_released": False}

# The published recipes; learning rates and lengths of a training are the caller's.
METHODS = {
    "fare": method(raise_distance, fare, ten(), **ADAMW),
    "shallow": method(raise_distance, fare, ten(), train="shallow", **ADAMW),
    "tecoa": method(raise_cross_entropy, tecoa, ten(), **ADAMW),
    "tecoa-original": method(raise_cross_entropy, tecoa, two(), **SGD),
    "trades": method(raise_divergence, trades, ten("pgd", "normal") | {
        "alpha": 0.007 / 0.031 * 4 / 255, "deviation": 0.001}, beta=6.0, **ADAMW),
    "pmg-aft": method(raise_cross_entropy, pmg_aft, two(), as_released=False, **SGD),
    "tga-zsr": method(raise_cross_entropy, tga, two(), **TGA, **SGD),
    "comp-tga": method(raise_cross_entropy, tga, two(), complementary=True, **SGD,
                       **TGA | {"alpha_map": 0.10, "beta_map": 0.07}),
    "saft": method(raise_captions, tga, two(), captions=True, **TGA, **SGD),
    "laat": method(raise_expanded, laat, {"name": "pgd", "steps": 7, "alpha": 2 / 255,
                                          "epsilon": 8 / 255, "start": "uniform"},
                   temperature=1.0, beta=1.0, **SGD | {"weight_decay": 5e-4}),
    "sim-clip": method(raise_distance, sim_clip, ten(), siamese=False,
                       **ADAMW | {"weight_decay": 1e-5}),
    # A distance is flat at the input, so this search needs a start of its own.
    "rlbind-1": method(raise_distance, fare, ten("apgd", "surface"), train="lora", **ADAMW),
    "rlbind-2": method(raise_cross_entropy, rlbind, ten("apgd", "none"), train="lora",
                       as_read=False, **ADAMW | {"lambda": 0.1}),
}

"""torchattacks' standard ensemble, timed part by part: the peer of the attack bench.

As a server it reads one JSON object per line and answers one per line:

    {"do": "versions"}
    {"do": "load", "model": DIR, "classes": [...], "template": "..."}     a CLIP directory
    {"do": "random"}                                       ViT-B/32 at 224 px, random weights
    {"do": "attack", "inputs": FILE, "epsilon": 0.0157, "steps": 100, "targets": 9,
     "queries": 5000, "seed": 0}

FILE is safetensors with `inputs` [N, 3, H, W] in [0, 1]; labels are the model's own predictions,
so every sample is right to begin with. The parts are chained as the ensemble chains them: each
attacks what the ones before it left standing, from the clean inputs. Parameters are frozen, which
is the peer at its best. `torchattacks.AutoAttack` itself gives its parts no steps and runs 10.
"""

import argparse
import json
import sys
import time

import torch
import torchattacks
import transformers
from safetensors.torch import load_file
from torch import nn
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from zero_shot import CLIP_MEAN, CLIP_STD, ZeroShotClassifier


class RandomClassifier(nn.Module):
    """ViT-B/32 with random weights over ten random anchors; speed does not depend on them."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        config = CLIPVisionConfig(
            hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
            patch_size=32, image_size=224, hidden_act="quick_gelu", projection_dim=512)
        config._attn_implementation = "sdpa"
        self.tower = CLIPVisionModelWithProjection(config).eval().requires_grad_(False)
        self.register_buffer("anchors", nn.functional.normalize(torch.randn(10, 512), dim=-1))
        self.register_buffer("mean", torch.tensor(CLIP_MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(CLIP_STD).view(1, 3, 1, 1))

    def forward(self, pixels):
        embeds = self.tower(pixel_values=(pixels - self.mean) / self.std).image_embeds
        return 100 * nn.functional.normalize(embeds, dim=-1) @ self.anchors.T


def parts(model, order):
    """The standard ensemble in its order, as functions of inputs and labels."""
    eps, steps, seed = order["epsilon"], order["steps"], order["seed"]
    classes = order["targets"] + 1
    return {
        "apgd-ce": torchattacks.APGD(
            model, norm="Linf", eps=eps, steps=steps, n_restarts=1, seed=seed, loss="ce"),
        "apgd-t": torchattacks.APGDT(
            model, norm="Linf", eps=eps, steps=steps, n_restarts=1, seed=seed, n_classes=classes),
        "fab-t": torchattacks.FAB(
            model, norm="Linf", eps=eps, steps=steps, n_restarts=1, seed=seed,
            multi_targeted=True, n_classes=classes),
        "square": torchattacks.Square(
            model, norm="Linf", eps=eps, n_queries=order["queries"], n_restarts=1, p_init=0.8,
            seed=seed, loss="margin", resc_schedule=False),
    }


class Server:
    model = None

    def versions(self, _):
        return {"torch": torch.__version__, "transformers": transformers.__version__,
                "torchattacks": "3.5.1", "threads": torch.get_num_threads()}

    def load(self, order):
        self.model = ZeroShotClassifier(order["model"], order["classes"], order["template"]).eval()
        return {}

    def random(self, _):
        self.model = RandomClassifier().eval()
        return {}

    def attack(self, order):
        inputs = load_file(order["inputs"])["inputs"].float()
        with torch.no_grad():
            labels = self.model(inputs).argmax(1)
        standing = torch.ones(len(inputs), dtype=torch.bool)
        seconds = {}
        for name, attack in parts(self.model, order).items():
            start = time.perf_counter()
            if standing.any():
                x, y = inputs[standing], labels[standing]
                adversarial = attack(x, y)
                with torch.no_grad():
                    fooled = self.model(adversarial).argmax(1) != y
                fooled &= (adversarial - x).abs().flatten(1).amax(1) <= order["epsilon"] + 1e-6
                standing[standing.clone()] = ~fooled
            seconds[name] = time.perf_counter() - start
        return {"seconds": sum(seconds.values()), "parts": seconds,
                "standing": standing.tolist()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, required=True)
    torch.set_num_threads(parser.parse_args().threads)
    server = Server()
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        print(json.dumps(getattr(server, order["do"])(order)), flush=True)


if __name__ == "__main__":
    main()

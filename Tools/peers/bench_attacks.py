"""torchattacks' standard ensemble, timed part by part: the peer of the attack bench.

As a server it reads one JSON object per line and answers one per line:

    {"do": "versions"}
    {"do": "load", "model": DIR, "classes": [...], "template": "..."}     a CLIP directory
    {"do": "random", "sizes": {"width": 768, "hidden": 3072, "layers": 12, "heads": 12,
     "patch": 32, "image": 224, "projection": 512}}        a vision tower with random weights
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
    """A tower with random weights over ten random anchors; speed does not depend on them."""

    def __init__(self, sizes):
        super().__init__()
        torch.manual_seed(0)
        config = CLIPVisionConfig(
            hidden_size=sizes["width"], intermediate_size=sizes["hidden"],
            num_hidden_layers=sizes["layers"], num_attention_heads=sizes["heads"],
            patch_size=sizes["patch"], image_size=sizes["image"], hidden_act="quick_gelu",
            projection_dim=sizes["projection"])
        config._attn_implementation = "sdpa"
        self.tower = CLIPVisionModelWithProjection(config).eval().requires_grad_(False)
        anchors = torch.randn(10, sizes["projection"])
        self.register_buffer("anchors", nn.functional.normalize(anchors, dim=-1))
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

    def __init__(self, device):
        self.device = torch.device(device)

    def versions(self, _):
        name = "cpu"
        if self.device.type == "cuda":
            name = torch.cuda.get_device_name(self.device)
        return {"torch": torch.__version__, "transformers": transformers.__version__,
                "torchattacks": "3.5.1", "threads": torch.get_num_threads(), "device": name}

    def load(self, order):
        model = ZeroShotClassifier(order["model"], order["classes"], order["template"])
        self.model = model.eval().to(self.device)
        return {}

    def random(self, order):
        self.model = RandomClassifier(order["sizes"]).eval().to(self.device)
        return {}

    def clock(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    def attack(self, order):
        inputs = load_file(order["inputs"])["inputs"].float().to(self.device)
        with torch.no_grad():
            labels = self.model(inputs).argmax(1)
        standing = torch.ones(len(inputs), dtype=torch.bool, device=self.device)
        seconds = {}
        for name, attack in parts(self.model, order).items():
            start = self.clock()
            if standing.any():
                x, y = inputs[standing], labels[standing]
                adversarial = attack(x, y)
                with torch.no_grad():
                    fooled = self.model(adversarial).argmax(1) != y
                fooled &= (adversarial - x).abs().flatten(1).amax(1) <= order["epsilon"] + 1e-6
                standing[standing.clone()] = ~fooled
            seconds[name] = self.clock() - start
        return {"seconds": sum(seconds.values()), "parts": seconds,
                "standing": standing.tolist()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    server = Server(arguments.device)
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        print(json.dumps(getattr(server, order["do"])(order)), flush=True)


if __name__ == "__main__":
    main()

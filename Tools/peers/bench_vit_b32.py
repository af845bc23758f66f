"""Throughput of transformers' CLIP ViT-B/32 vision tower, the peer of `make bench`.

As a server it reads one command per line and answers one JSON object per line, so that a
benchmark can take turns between this process and ours on the same machine:

    embed 16 | gradient 16 | gradient-frozen 16 | matmul | versions | quit

`gradient` is the usual way (parameters require grad, loss.backward()); `gradient-frozen` asks
autograd for the input's gradient alone. Weights are random: speed does not depend on them.

    python bench_vit_b32.py --threads 2                          # server
    python bench_vit_b32.py --threads 2 --batch-sizes 1 16 --once
"""

import argparse
import json
import platform
import statistics
import sys
import time

import torch
import transformers
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection


def build():
    torch.manual_seed(0)
    config = CLIPVisionConfig(
        hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
        patch_size=32, image_size=224, hidden_act="quick_gelu", projection_dim=512)
    config._attn_implementation = "sdpa"
    return CLIPVisionModelWithProjection(config).eval()


def median_seconds(work, budget, least, most=30):
    """The median time of repeats after one warm-up: at least `least`, within about `budget` s."""
    work()
    times, start = [], time.perf_counter()
    while len(times) < least or (len(times) < most and time.perf_counter() - start < budget):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times), len(times)


class Bench:
    def __init__(self, budget, least):
        self.model, self.budget, self.least = build(), budget, least

    def answer(self, line):
        name, *arguments = line.split()
        if name == "versions":
            return versions()
        if name == "matmul":
            return self.matmul()
        work = {"embed": self.embed, "gradient": self.gradient,
                "gradient-frozen": self.frozen_gradient}.get(name)
        if work is None or len(arguments) != 1 or not arguments[0].isdigit():
            return {"error": f"unknown command: {line}"}
        return self.rate(name, work, int(arguments[0]))

    def rate(self, name, work, batch):
        pixels = torch.rand(batch, 3, 224, 224, generator=torch.Generator().manual_seed(batch))
        seconds, repeats = median_seconds(lambda: work(pixels), self.budget, self.least)
        return {"task": name, "batch": batch, "images_per_second": batch / seconds,
                "seconds": seconds, "repeats": repeats}

    def embed(self, pixels):
        with torch.inference_mode():
            return self.model(pixel_values=pixels).image_embeds

    def loss(self, x):
        return self.model(pixel_values=x).image_embeds.square().sum()

    def gradient(self, pixels):
        self.model.requires_grad_(True)
        self.model.zero_grad()
        x = pixels.clone().requires_grad_()
        self.loss(x).backward()
        return x.grad

    def frozen_gradient(self, pixels):
        self.model.requires_grad_(False)
        x = pixels.clone().requires_grad_()
        return torch.autograd.grad(self.loss(x), x)[0]

    def matmul(self, side=2048):
        """What the machine gives a large float32 product now: the yardstick of the other rates."""
        a, b = torch.rand(side, side), torch.rand(side, side)
        with torch.inference_mode():
            seconds, repeats = median_seconds(lambda: a @ b, min(self.budget, 2.0), self.least)
        return {"task": "matmul", "side": side, "gflops": 2 * side**3 / seconds / 1e9,
                "seconds": seconds, "repeats": repeats}


def versions():
    return {"task": "versions", "torch": torch.__version__, "threads": torch.get_num_threads(),
            "transformers": transformers.__version__, "python": platform.python_version(),
            "machine": platform.machine(), "attention": "sdpa", "model": "ViT-B/32, 224 px"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--budget", type=float, default=5.0, help="seconds per measurement")
    parser.add_argument("--least", type=int, default=3, help="repeats whatever they take")
    parser.add_argument("--once", action="store_true", help="measure everything, then leave")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    bench = Bench(arguments.budget, arguments.least)
    if arguments.once:
        commands = ["versions", "matmul"] + [
            f"{task} {batch}" for batch in arguments.batch_sizes
            for task in ("embed", "gradient", "gradient-frozen")]
    else:
        commands = iter(sys.stdin.readline, "")
    for line in commands:
        if line.strip() == "quit":
            break
        if line.strip():
            print(json.dumps(bench.answer(line.strip())), flush=True)


if __name__ == "__main__":
    main()

"""Seconds and memory of a step of FARE in PyTorch, the peer of `scripts/bench training`.

As a server it reads one command per line and answers one JSON object per line, so that a
benchmark can take turns between this process and ours on the same machine:

    step released 16 | step fair 16 | step fair-bf16 16 | matmul | versions | quit

`released` does what the script of FARE's authors does: parameters require gradients in the inner
loop, which synchronises for a check for NaN and for others in each of its steps; the frozen model is
asked in every step, and a recorded pass of unperturbed pictures is made for the log. `fair` freezes
the parameters in the inner loop, knows the frozen model's embeddings, and makes no such pass. With
`-bf16` the inner loop is in bfloat16 by autocast. Weights are random: speed does not depend on
them.

    python bench_training.py --threads 2                           # server
    python bench_training.py --threads 2 --batch-sizes 8 16 --once
"""

import argparse
import contextlib
import gc
import json
import platform
import resource
import sys
import time
from pathlib import Path

import torch
import transformers
from torch.nn.functional import cosine_similarity
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from bench_vit_b32 import median_seconds
from zero_shot import CLIP_MEAN, CLIP_STD

SHAPES = {"ViT-B-32": (768, 12, 12, 32, 512), "ViT-B-16": (768, 12, 12, 16, 512),
          "ViT-L-14": (1024, 24, 16, 14, 768)}
INNER, EPSILON = 10, 4 / 255


def build(shape):
    torch.manual_seed(0)
    width, layers, heads, patch, projection = SHAPES[shape]
    config = CLIPVisionConfig(
        hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers,
        num_attention_heads=heads, patch_size=patch, image_size=224, hidden_act="quick_gelu",
        projection_dim=projection)
    config._attn_implementation = "sdpa"
    return CLIPVisionModelWithProjection(config)


def distance(embedding, target):
    return (embedding - target).square().sum(1).mean()


class Trial:
    """A model in training, in one of the ways of the head of this file."""

    def __init__(self, way, bench):
        self.way, _, search = way.partition("-")
        self.device = bench.device
        self.inner = (torch.autocast(self.device.type, torch.bfloat16) if search == "bf16"
                      else contextlib.nullcontext())
        self.mean, self.std = (torch.tensor(values).view(1, 3, 1, 1).to(self.device)
                               for values in (CLIP_MEAN, CLIP_STD))
        self.model = build(bench.shape).to(self.device).eval()
        self.embed = torch.compile(self.embeddings) if bench.compiled else self.embeddings
        self.frozen = None
        if self.way == "released":
            self.frozen = build(bench.shape).to(self.device).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=1e-5, weight_decay=1e-4, fused=self.way == "fair")

    def embeddings(self, pixels):
        return self.model(pixel_values=(pixels - self.mean) / self.std).image_embeds

    def step(self, x, target, count=INNER):
        return getattr(self, self.way)(x, target, count)

    def released(self, x, _, count):
        with torch.no_grad():
            target = self.frozen(pixel_values=(x - self.mean) / self.std).image_embeds
        noise = torch.empty_like(x).uniform_(-EPSILON, EPSILON)
        velocity = torch.zeros_like(x)
        for _ in range(count):
            noise.requires_grad_()
            with self.inner:
                embedding = self.embed(x + noise)
            loss = distance(embedding, target)
            with torch.no_grad():
                gradient = torch.autograd.grad(loss, noise)[0]
                if gradient.isnan().any():
                    gradient[gradient.isnan()] = 0.0
                velocity = (0.9 * velocity + gradient.sign()).sign()
                noise = (noise + velocity / 255).clamp(-EPSILON, EPSILON)
                noise = (x + noise).clamp(0, 1) - x
                assert not noise.isnan().any()
                assert (x + noise).max() < 1 + 1e-6 and (x + noise).min() > -1e-6
        clean = self.embed(x)
        embedding = self.embed(x + noise.detach())
        loss = distance(embedding, target)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        with torch.no_grad():
            logged = [cosine_similarity(z, target).mean().item() for z in (clean, embedding)]
        return loss.item(), logged

    def fair(self, x, target, count):
        self.model.requires_grad_(False)
        lower, upper = (x - EPSILON).clamp(min=0), (x + EPSILON).clamp(max=1)
        point = x + torch.empty_like(x).uniform_(-EPSILON, EPSILON)
        point = torch.minimum(torch.maximum(point, lower), upper)
        for _ in range(count):
            point.requires_grad_()
            with self.inner:
                embedding = self.embed(point)
            gradient = torch.autograd.grad(distance(embedding.float(), target), point)[0]
            with torch.no_grad():
                point = torch.minimum(torch.maximum(point + gradient.sign() / 255, lower), upper)
        self.model.requires_grad_(True)
        loss = distance(self.embed(point.detach()), target)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.item(), []


class Memory:
    """The most memory that was taken since the last reset: of the GPU's, or of the process's."""

    def __init__(self, device):
        self.device = device

    def reset(self):
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        else:
            with contextlib.suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5")

    def peak(self):
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Bench:
    def __init__(self, shape, device, compiled):
        self.shape, self.device, self.compiled = shape, torch.device(device), compiled
        self.memory, self.way, self.trial = Memory(self.device), None, None

    def answer(self, line):
        name, *arguments = line.split()
        if name == "versions":
            return self.versions()
        if name == "matmul":
            return self.matmul()
        ways = ("released", "released-bf16", "fair", "fair-bf16")
        if name != "step" or len(arguments) != 2 or arguments[0] not in ways or not arguments[
                1].isdigit():
            return {"error": f"unknown command: {line}"}
        return self.step(arguments[0], int(arguments[1]))

    def step(self, way, batch):
        if way != self.way:  # one model in memory at a time, which has made a short step
            self.trial = None
            gc.collect()
            self.trial, self.way = Trial(way, self), way
            self.trial.step(*self.samples(batch), count=1)
        samples = self.samples(batch)
        self.memory.reset()
        began = self.clock()
        loss, _ = self.trial.step(*samples)
        seconds = self.clock() - began
        return {"task": "step", "way": way, "batch": batch, "seconds": seconds,
                "peak_bytes": self.memory.peak(), "loss": loss}

    def samples(self, batch):
        """Pictures, and embeddings as the frozen model might give them."""
        source = torch.Generator().manual_seed(batch)
        x = torch.rand(batch, 3, 224, 224, generator=source)
        target = torch.randn(batch, SHAPES[self.shape][-1], generator=source)
        return x.to(self.device), target.to(self.device)

    def clock(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    def matmul(self, side=2048):
        """What the machine gives a large float32 product now: the yardstick of the other rates."""
        a, b = (torch.rand(side, side, device=self.device) for _ in range(2))

        def product():
            a @ b
            self.clock()

        with torch.inference_mode():
            seconds, _ = median_seconds(product, 1.0, 1)
        return {"task": "matmul", "gflops": 2 * side**3 / seconds / 1e9}

    def versions(self):
        name = "cpu" if self.device.type == "cpu" else torch.cuda.get_device_name(self.device)
        return {"task": "versions", "torch": torch.__version__, "device": name,
                "threads": torch.get_num_threads(), "transformers": transformers.__version__,
                "python": platform.python_version(), "machine": platform.machine(),
                "attention": "sdpa" + (", compiled" if self.compiled else ""),
                "model": f"{self.shape}, 224 px"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--shape", choices=SHAPES, default="ViT-B-32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compile", action="store_true", help="fuse the model with torch.compile")
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[8, 16, 32])
    parser.add_argument("--ways", nargs="+", default=["released", "fair"])
    parser.add_argument("--once", action="store_true", help="measure everything, then leave")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    bench = Bench(arguments.shape, arguments.device, arguments.compile)
    commands = iter(sys.stdin.readline, "")
    if arguments.once:
        commands = ["versions", "matmul"] + [
            f"step {way} {batch}" for way in arguments.ways for batch in arguments.batch_sizes]
    for line in commands:
        if line.strip() == "quit":
            break
        if line.strip():
            print(json.dumps(bench.answer(line.strip())), flush=True)


if __name__ == "__main__":
    main()

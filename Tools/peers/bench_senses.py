"""Throughput of other senses' front ends and towers on PyTorch, the peer of `make bench`.

As a server it reads one command per line and answers one JSON object per line:

    filter-bank 5                     torchaudio's Kaldi filter bank on so many seconds of sound
    embed imagebind-audio 2           a tower on a batch
    gradient-frozen imagebind-audio 2   the input's gradient alone
    gradient imagebind-audio 2        the usual way: the parameters' gradients come with it
    versions | quit

The towers are `imagebind-audio` (three clips a sound, an extra key and value in each attention) and
`languagebind-video` (CLIP ViT-L/14 with attention over time, eight frames). They are written from
the papers on PyTorch's and transformers' own layers; weights are random, as speed does not depend on
them.

    python bench_senses.py --threads 2
"""

import argparse
import importlib.util
import json
import sys
import types
from pathlib import Path

import torch
import transformers
from torch import nn
from transformers import CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPAttention, CLIPMLP, CLIPVisionEmbeddings

from bench_vit_b32 import median_seconds

FRAMES = 8


def kaldi(folder):
    """torchaudio's Kaldi front end, which is plain Python, without its compiled part.

    That part is built for one version of torch and looks for CUDA's libraries, and transformers
    would try to load it. So torchaudio is unpacked in a folder of its own, and one file read.
    """
    if folder is None:
        return None, "absent"
    sys.modules["torchaudio"] = types.ModuleType("torchaudio")
    file = importlib.util.spec_from_file_location(
        "torchaudio_kaldi", folder / "torchaudio/compliance/kaldi.py")
    module = importlib.util.module_from_spec(file)
    file.loader.exec_module(module)
    del sys.modules["torchaudio"]
    return module, next(folder.glob("torchaudio-*.dist-info")).name.split("-")[1].removesuffix(
        ".dist")


class BindBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn = nn.MultiheadAttention(width, heads, add_bias_kv=True)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        y = self.norm_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.norm_2(x))


class BindAudio(nn.Module):
    """ImageBind's audio trunk: `(B, 3, 1, 128, 204)` gives `(B, 1024)`."""

    shape = (3, 1, 128, 204)

    def __init__(self, width=768, heads=12, layers=12):
        super().__init__()
        self.stem = nn.Conv2d(1, width, 16, stride=10, bias=False)
        self.stem_norm = nn.LayerNorm(width)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.randn(1, 229, width) * 0.02)
        self.blocks = nn.ModuleList(BindBlock(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, 1024, bias=False)

    def forward(self, mel):
        x = self.stem(mel.flatten(0, 1)).flatten(2).transpose(1, 2)
        x = self.stem_norm(x)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.position
        x = x.transpose(0, 1)  # upstream puts tokens first
        for block in self.blocks:
            x = block(x)
        x = self.head(self.norm(x[0]))
        return x.reshape(len(mel), 3, -1).mean(1)


class TimedLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config.hidden_size
        self.time = nn.Parameter(torch.randn(1, FRAMES, width) * 0.02)
        self.time_norm, self.norm_1, self.norm_2 = (nn.LayerNorm(width) for _ in range(3))
        self.time_attn, self.attn = CLIPAttention(config), CLIPAttention(config)
        self.mlp = CLIPMLP(config)

    def forward(self, x):  # (B · T, N, D)
        batch, tokens, width = len(x) // FRAMES, x.shape[1], x.shape[2]
        y = x.reshape(batch, FRAMES, tokens, width).transpose(1, 2).reshape(-1, FRAMES, width)
        y = y + self.time
        y = y + self.time_attn(self.time_norm(y))[0]
        x = y.reshape(batch, tokens, FRAMES, width).transpose(1, 2).reshape(-1, tokens, width)
        x = x + self.attn(self.norm_1(x))[0]
        return x + self.mlp(self.norm_2(x))


class TimedVideo(nn.Module):
    """LanguageBind's video tower: `(B, 3, 8, 224, 224)` gives `(B, 768)`."""

    shape = (3, FRAMES, 224, 224)

    def __init__(self):
        super().__init__()
        config = CLIPVisionConfig(
            hidden_size=1024, intermediate_size=4096, num_hidden_layers=24,
            num_attention_heads=16, patch_size=14, image_size=224, hidden_act="gelu")
        config._attn_implementation = "sdpa"
        self.embeddings = CLIPVisionEmbeddings(config)
        self.before, self.after = nn.LayerNorm(1024), nn.LayerNorm(1024)
        self.layers = nn.ModuleList(TimedLayer(config) for _ in range(24))
        self.head = nn.Linear(1024, 768, bias=False)

    def forward(self, clips):
        batch = len(clips)
        x = self.before(self.embeddings(clips.transpose(1, 2).flatten(0, 1)))
        for layer in self.layers:
            x = layer(x)
        return self.head(self.after(x[:, 0])).reshape(batch, FRAMES, -1).mean(1)


class Bench:
    towers = {"imagebind-audio": BindAudio, "languagebind-video": TimedVideo}

    def __init__(self, torchaudio, budget, least):
        self.budget, self.least = budget, least
        self.kaldi, self.torchaudio = kaldi(torchaudio)
        self.made = {}

    def answer(self, line):
        name, *arguments = line.split()
        if name == "versions":
            return {"torch": torch.__version__, "transformers": transformers.__version__,
                    "torchaudio": self.torchaudio, "threads": torch.get_num_threads()}
        if name == "filter-bank":
            return self.filter_bank(float(arguments[0]))
        tower, batch = self.tower(arguments[0]), int(arguments[1])
        x = torch.rand(batch, *tower.shape)
        work = {"embed": self.embed, "gradient": self.gradient,
                "gradient-frozen": self.frozen_gradient}[name]
        seconds, repeats = median_seconds(lambda: work(tower, x), self.budget, self.least)
        return {"seconds": seconds, "repeats": repeats}

    def tower(self, name):
        if name not in self.made:
            self.made.clear()  # one large model at a time
            torch.manual_seed(0)
            self.made[name] = self.towers[name]().eval()
        return self.made[name]

    def filter_bank(self, length):
        if self.kaldi is None:
            return {"seconds": None}
        sound = torch.rand(1, int(16000 * length)) - 0.5
        seconds, repeats = median_seconds(lambda: self.kaldi.fbank(
            sound, htk_compat=True, sample_frequency=16000, use_energy=False,
            window_type="hanning", num_mel_bins=128, dither=0.0, frame_length=25,
            frame_shift=10), self.budget, self.least)
        return {"seconds": seconds, "repeats": repeats}

    def embed(self, tower, x):
        with torch.inference_mode():
            return tower(x)

    def gradient(self, tower, x):
        tower.requires_grad_(True)
        tower.zero_grad()
        x = x.clone().requires_grad_()
        tower(x).square().sum().backward()
        return x.grad

    def frozen_gradient(self, tower, x):
        tower.requires_grad_(False)
        x = x.clone().requires_grad_()
        return torch.autograd.grad(tower(x).square().sum(), x)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--torchaudio", type=Path, help="the folder that it was unpacked in")
    parser.add_argument("--budget", type=float, default=1.0, help="seconds per measurement")
    parser.add_argument("--least", type=int, default=1, help="repeats whatever they take")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    bench = Bench(arguments.torchaudio, arguments.budget, arguments.least)
    for line in iter(sys.stdin.readline, ""):
        if line.strip() == "quit":
            break
        if line.strip():
            print(json.dumps(bench.answer(line.strip())), flush=True)


if __name__ == "__main__":
    main()

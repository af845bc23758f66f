"""Golden for ImageBind: a small random model with every sense, in the published layout.

A folder with `imagebind_huge.pth` (a flat state dict under the published names) and a
golden.safetensors. The answers come from the formulas below, written from the paper and the names
and shapes of the published file, on plain functions of PyTorch;
`Tools/peers/image_bind_upstream.py` puts upstream's own code beside them.

The heads of each sense are those of the published model, since no file says them, and so are the
spectrogram's sizes. Large inputs are not kept: the i-th number of an input is
((i·i) mod 9973) / 9973, times `factor` plus `shift`, which are in the metadata.

    python image_bind.py --output Tests/HoldfastEncodersTests/Goldens
"""

import math
from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from clip_common import CLIP_MEAN, CLIP_STD, output_folder, provenance, random_prompts, save

PACKAGES = ["torch", "safetensors"]
FOLDER = "image-bind"
LAYERS, EMBEDDING, VOCABULARY, CONTEXT = 2, 24, 64, 12
# Of an audio gradient, every 61st number is kept.
GRADIENT_STEP = {"audio": 61}


@dataclass
class Sense:
    name: str              # in the file
    width: int
    heads: int
    kernel: tuple = ()     # of the patches
    stride: tuple = ()
    channels: int = 1
    tokens: int = 0        # with the class token
    inputs: tuple = ()     # a batch, as our tower takes it
    stem: str = "rgbt_stem.proj"
    scale: float = 0       # on embeddings; 0 without
    layers: int = 0        # LAYERS if not said

    @property
    def is_vision(self):
        return self.name == "vision"


VISION = Sense("vision", 32, 16, (2, 4, 4), (2, 4, 4), 3, 1 + 9, (2, 3, 12, 12),
               "rgbt_stem.proj.1")
SENSES = [
    VISION,
    Sense("audio", 24, 12, (16, 16), (10, 10), 1, 1 + 12 * 19, (2, 3, 1, 128, 204), scale=20),
    Sense("depth", 16, 8, (4, 4), (4, 4), 1, 1 + 16, (2, 1, 16, 16), "depth_stem.proj", 5),
    Sense("thermal", 24, 12, (4, 4), (4, 4), 1, 1 + 9, (2, 1, 12, 12), scale=10),
    Sense("imu", 16, 8, (8,), (8,), 6, 1 + 10, (2, 6, 80), "imu_stem.proj", 5),
]
TEXT = Sense("text", 32, 16, tokens=CONTEXT, scale=150)  # upstream cuts a scale at 100
VIDEO_INPUTS = (2, 3, 3, 2, 12, 12)
# What our towers take: (factor, shift) of the numbers in [0, 1).
SPACES = {"audio": (4.0, -2.0), "imu": (6.0, -3.0)}


def weights(senses=None, text=None, embedding=EMBEDDING, vocabulary=VOCABULARY, context=CONTEXT,
            share=1.0):
    """Random tensors under the published names: matrices N(0, .2), extra keys and values N(0, .5),
    biases N(0, .1), gains of norms 1 + N(0, .2); all deviations times `share`."""
    generator = torch.Generator().manual_seed(61)
    senses, text = senses or SENSES, text or TEXT
    state = OrderedDict()

    def normal(name, *shape, mean=0.0, deviation=0.2):
        state[name] = mean + share * deviation * torch.randn(shape, generator=generator)

    def norm(name, width):
        normal(f"{name}.weight", width, mean=1.0)
        normal(f"{name}.bias", width, deviation=0.1)

    def linear(name, inputs, outputs):
        normal(f"{name}.weight", outputs, inputs)
        normal(f"{name}.bias", outputs, deviation=0.1)

    for sense in senses:
        place = f"modality_preprocessors.{sense.name}"
        normal(f"{place}.cls_token", 1, 1, sense.width)
        if sense.name == "imu":
            normal(f"{place}.{sense.stem}.weight", sense.width, sense.channels * sense.kernel[0])
            normal(f"{place}.pos_embed", 1, sense.tokens, sense.width)
        else:
            normal(f"{place}.{sense.stem}.weight", sense.width, sense.channels, *sense.kernel)
            normal(f"{place}.pos_embedding_helper.pos_embed", 1, sense.tokens, sense.width)
        if not sense.is_vision:
            norm(f"{place}.{sense.stem.split('.')[0]}.norm_layer", sense.width)
    place = "modality_preprocessors.text"
    normal(f"{place}.pos_embed", 1, context, text.width)
    state[f"{place}.mask"] = torch.full((context, context), float("-inf")).triu(1)
    normal(f"{place}.token_embedding.weight", vocabulary, text.width)
    for sense in [*senses, text]:
        trunk = f"modality_trunks.{sense.name}"
        if sense.is_vision:
            norm(f"{trunk}.pre_transformer_layer.0", sense.width)
        for index in range(sense.layers or LAYERS):
            block, width = f"{trunk}.blocks.{index}", sense.width
            normal(f"{block}.attn.in_proj_weight", 3 * width, width)
            normal(f"{block}.attn.in_proj_bias", 3 * width, deviation=0.1)
            linear(f"{block}.attn.out_proj", width, width)
            if sense.name not in ("vision", "text"):
                normal(f"{block}.attn.bias_k", 1, 1, width, deviation=0.5)
                normal(f"{block}.attn.bias_v", 1, 1, width, deviation=0.5)
            norm(f"{block}.norm_1", width)
            linear(f"{block}.mlp.fc1", width, 4 * width)
            linear(f"{block}.mlp.fc2", 4 * width, width)
            norm(f"{block}.norm_2", width)
        norm_key, projection = head_keys(sense)
        norm(norm_key, sense.width)
        normal(f"{projection}.weight", embedding, sense.width)
        if sense.scale:
            state[f"modality_postprocessors.{sense.name}.1.log_logit_scale"] = torch.tensor(
                math.log(sense.scale))
    return state


def head_keys(sense):
    place = f"modality_heads.{sense.name}"
    return {"text": (f"{place}.proj.0", f"{place}.proj.1"),
            "imu": (f"{place}.0", f"{place}.3")}.get(sense.name, (f"{place}.0", f"{place}.2"))


class Model:
    """The forward pass."""

    def __init__(self, state):
        self.state = state

    def norm(self, name, x, eps=1e-6):
        weight = self.state[f"{name}.weight"]
        return F.layer_norm(x, weight.shape, weight, self.state[f"{name}.bias"], eps=eps)

    def linear(self, name, x):
        return x @ self.state[f"{name}.weight"].T + self.state[f"{name}.bias"]

    def attention(self, name, x, heads, causal):
        """softmax(q kᵀ / √d) v for each head, with one more key and value behind those of the
        tokens where the file has them."""
        batch, tokens, width = x.shape
        joint = x @ self.state[f"{name}.in_proj_weight"].T + self.state[f"{name}.in_proj_bias"]
        q, k, v = joint.split(width, dim=-1)
        if f"{name}.bias_k" in self.state:
            k = torch.cat([k, self.state[f"{name}.bias_k"].repeat(batch, 1, 1)], dim=1)
            v = torch.cat([v, self.state[f"{name}.bias_v"].repeat(batch, 1, 1)], dim=1)
        q, k, v = (part.view(batch, -1, heads, width // heads).transpose(1, 2)
                   for part in (q, k, v))
        scores = q @ k.transpose(2, 3) * (width // heads) ** -0.5
        if causal:
            scores = scores + torch.full((tokens, tokens), float("-inf")).triu(1)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, width)
        return self.linear(f"{name}.out_proj", mixed)

    def trunk(self, sense, x):
        trunk = f"modality_trunks.{sense.name}"
        if sense.is_vision:
            x = self.norm(f"{trunk}.pre_transformer_layer.0", x)
        for index in range(LAYERS):
            block = f"{trunk}.blocks.{index}"
            x = x + self.attention(f"{block}.attn", self.norm(f"{block}.norm_1", x), sense.heads,
                                   causal=sense.name == "text")
            hidden = F.gelu(self.linear(f"{block}.mlp.fc1", self.norm(f"{block}.norm_2", x)))
            x = x + self.linear(f"{block}.mlp.fc2", hidden)
        return x

    def project(self, sense, x):
        norm, projection = head_keys(sense)
        return self.norm(norm, x) @ self.state[f"{projection}.weight"].T

    def head(self, sense, inputs):
        """`inputs` normalised, one clip each: what the head gives, (B, E)."""
        place = f"modality_preprocessors.{sense.name}"
        weight = self.state[f"{place}.{sense.stem}.weight"]
        if sense.name == "imu":
            windows = inputs.unfold(2, sense.kernel[0], sense.stride[0])  # (B, 6, tokens, length)
            x = windows.transpose(1, 2).flatten(2) @ weight.T
            positions = self.state[f"{place}.pos_embed"]
        else:
            convolve = F.conv3d if sense.is_vision else F.conv2d
            x = convolve(inputs, weight, stride=sense.stride).flatten(2).transpose(1, 2)
            positions = self.state[f"{place}.pos_embedding_helper.pos_embed"]
        if not sense.is_vision:
            x = self.norm(f"{place}.{sense.stem.split('.')[0]}.norm_layer", x, eps=1e-5)
        first = self.state[f"{place}.cls_token"].repeat(len(x), 1, 1)
        x = self.trunk(sense, torch.cat([first, x], dim=1) + positions)
        return self.project(sense, x)[:, 0]

    def head_of_text(self, ids):
        place = "modality_preprocessors.text"
        x = self.state[f"{place}.token_embedding.weight"][ids] + self.state[f"{place}.pos_embed"]
        x = self.trunk(TEXT, x)
        return self.project(TEXT, x[torch.arange(len(x)), ids.argmax(1)])

    def postprocess(self, sense, x):
        x = F.normalize(x, dim=-1)
        if sense.scale:
            log = self.state[f"modality_postprocessors.{sense.name}.1.log_logit_scale"]
            x = x * log.exp().clamp(max=100)
        return x

    def embed(self, sense, inputs, clips):
        """`inputs` normalised, (B, …) or with `clips` (B, S, …): upstream's output."""
        if not clips:
            return self.postprocess(sense, self.head(sense, inputs))
        batch, count = inputs.shape[:2]
        each = self.postprocess(sense, self.head(sense, inputs.flatten(0, 1)))
        return each.view(batch, count, -1).mean(1)


def formula_inputs(shape, space=(1.0, 0.0)):
    """((i·i) mod 9973) / 9973 in double, times a factor plus a shift, then float32."""
    index = torch.arange(math.prod(shape), dtype=torch.int64)
    numbers = (index * index % 9973).double() / 9973
    return (numbers * space[0] + space[1]).float().view(shape)


def normalise(name, inputs):
    """What happens to an input inside our towers: pixels of colour are normalised, and an image
    becomes a clip of two frames."""
    if name not in ("image", "video"):
        return inputs
    clip = inputs.unsqueeze(2).repeat(1, 1, 2, 1, 1) if name == "image" else inputs
    shape = (3, 1, 1, 1)
    return (clip - torch.tensor(CLIP_MEAN).view(shape)) / torch.tensor(CLIP_STD).view(shape)


def cases():
    """(name of the case, sense, a batch of inputs, whether they are clips)"""
    yield "image", VISION, formula_inputs(VISION.inputs), False
    yield "video", VISION, formula_inputs(VIDEO_INPUTS), True
    for sense in SENSES[1:]:
        space = SPACES.get(sense.name, (1.0, 0.0))
        yield sense.name, sense, formula_inputs(sense.inputs, space), sense.name == "audio"


def golden(state):
    model, result = Model(state), {}
    generator = torch.Generator().manual_seed(62)
    for name, sense, inputs, clips in cases():
        inputs.requires_grad_()
        embeddings = model.embed(sense, normalise(name, inputs), clips)
        direction = torch.randn(embeddings.shape, generator=generator)
        loss = (F.normalize(embeddings, dim=-1) * direction).sum()
        gradient, = torch.autograd.grad(loss, inputs)
        result |= {f"{name}.embeddings": embeddings, f"{name}.direction": direction,
                   f"{name}.gradient": gradient.flatten()[::GRADIENT_STEP.get(name, 1)]}
        if not clips:
            result[f"{name}.head"] = model.head(sense, normalise(name, inputs))
    # A text's end is its largest id; 0 pads it.
    ids = random_prompts(4, CONTEXT, VOCABULARY, end=VOCABULARY - 1, padding=0, seed=63)
    head = model.head_of_text(ids)
    return result | {"text.token_ids": ids, "text.head": head,
                     "text.embeddings": model.postprocess(TEXT, head)}


def main():
    torch.set_num_threads(1)
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastEncodersTests/Goldens") / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    state = weights()
    torch.save(state, folder / "imagebind_huge.pth")
    metadata = provenance(
        __file__, PACKAGES, spaces=SPACES, gradient_steps=GRADIENT_STEP,
        gradient_of="sum of normalised embeddings times direction")
    save(folder / "golden.safetensors", golden(state), metadata)


if __name__ == "__main__":
    main()

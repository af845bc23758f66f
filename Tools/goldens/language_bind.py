"""Goldens for LanguageBind: small random models of every published variant.

Each is a folder in the published layout (`config.json`, `pytorch_model.bin` with the names of
transformers and peft) and a golden.safetensors. The answers come from the formulas below, which
follow the papers and upstream's description, on plain functions of PyTorch;
`Tools/peers/language_bind_upstream.py` puts upstream's own code beside them.

    python language_bind.py --output Tests/HoldfastEncodersTests/Goldens
"""

import json
from collections import OrderedDict
from dataclasses import dataclass, field

import torch
from torch.nn import functional as F

from clip_common import CLIP_MEAN, CLIP_STD, output_folder, provenance, random_prompts, save

PACKAGES = ["torch", "safetensors"]
WIDTH, HIDDEN, LAYERS, HEADS, PATCH, PROJECTION = 32, 64, 2, 4, 4, 24
TEXT_WIDTH, TEXT_HIDDEN, TEXT_LAYERS, TEXT_HEADS, CONTEXT, VOCABULARY = 16, 32, 2, 2, 12, 64
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj")


@dataclass
class Variant:
    name: str
    sense: str
    seed: int
    size: tuple                      # rows and columns of a picture
    frames: int = 0                  # of a clip; 0 without attention over time
    class_per_frame: bool = False    # version 1.5, whose patches are tubes of one frame
    rank: int = 0                    # of the adapters; 0 without
    alpha: float = 16
    base_layer: bool = False         # how newer releases of peft name an adapted layer's weights
    config: dict = field(default_factory=dict)
    omitted: tuple = ()              # keys that are left out because they equal the default

    @property
    def grid(self):
        return self.size[0] // PATCH, self.size[1] // PATCH

    @property
    def adapted(self):
        return "temporal_attn" if self.frames else "self_attn"


VARIANTS = [
    Variant("language-bind-image", "image", 41, (16, 16)),
    Variant("language-bind-thermal", "thermal", 42, (16, 16), rank=2,
            omitted=("lora_r", "lora_alpha")),
    Variant("language-bind-depth", "depth", 43, (16, 16), rank=4, alpha=8, base_layer=True,
            config={"max_depth": 10}),
    Variant("language-bind-audio-ft", "audio", 44, (12, 22),
            config={"num_mel_bins": 12, "target_length": 22, "audio_sample_rate": 16000,
                    "audio_mean": -4.2677393, "audio_std": 4.5689974}),
    Variant("language-bind-audio", "audio", 45, (8, 20), rank=8,
            config={"num_mel_bins": 8, "target_length": 20, "audio_sample_rate": 16000,
                    "audio_mean": -4.2677393, "audio_std": 4.5689974}),
    Variant("language-bind-video-ft", "video", 46, (12, 12), frames=3),
    Variant("language-bind-video", "video", 47, (12, 12), frames=3, rank=4),
    Variant("language-bind-video-v1.5-ft", "video", 48, (12, 12), frames=3,
            class_per_frame=True),
]


# What the published files hold.

def configuration(variant):
    vision = {
        "hidden_size": WIDTH, "intermediate_size": HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "patch_size": PATCH, "num_channels": 3,
        "image_size": 16 if variant.sense == "audio" else variant.size[0],
        "hidden_act": "gelu", "layer_norm_eps": 1e-5, "projection_dim": PROJECTION,
        "add_time_attn": variant.frames > 0, "num_frames": variant.frames or 1,
        "force_patch_dropout": 0.0, "lora_r": variant.rank, "lora_alpha": variant.alpha,
        "lora_dropout": 0.1, "num_mel_bins": 0.0, "target_length": 0.0,
    } | variant.config
    if variant.class_per_frame:
        vision["clip_type"] = "vl_new"
    for key in variant.omitted:
        del vision[key]
    text = {
        "hidden_size": TEXT_WIDTH, "intermediate_size": TEXT_HIDDEN,
        "num_hidden_layers": TEXT_LAYERS, "num_attention_heads": TEXT_HEADS,
        "max_position_embeddings": CONTEXT, "vocab_size": VOCABULARY, "hidden_act": "gelu",
        "layer_norm_eps": 1e-5, "projection_dim": PROJECTION,
    }
    return {"model_type": f"LanguageBind{variant.sense.capitalize()}",
            "projection_dim": PROJECTION, "logit_scale_init_value": 2.6592,
            "text_config": text, "vision_config": vision}


def weights(variant):
    """Random tensors under the published names: matrices N(0, .2), adapters N(0, .1), biases
    N(0, .1), gains of norms 1 + N(0, .2)."""
    generator = torch.Generator().manual_seed(variant.seed)
    state = OrderedDict()

    def normal(name, *shape, mean=0.0, deviation=0.2):
        state[name] = mean + deviation * torch.randn(shape, generator=generator)

    def norm(name, width):
        normal(f"{name}.weight", width, mean=1.0)
        normal(f"{name}.bias", width, deviation=0.1)

    def linear(name, inputs, outputs):
        normal(f"{name}.weight", outputs, inputs)
        normal(f"{name}.bias", outputs, deviation=0.1)

    def attention(name, width, rank=0):
        for projection in PROJECTIONS:
            place = f"{name}.{projection}"
            linear(f"{place}.base_layer" if rank and variant.base_layer else place, width, width)
            if rank:
                normal(f"{place}.lora_A.default.weight", rank, width, deviation=0.1)
                normal(f"{place}.lora_B.default.weight", width, rank, deviation=0.1)

    def rank_of(name):
        return variant.rank if name == variant.adapted else 0

    def block(name, width, hidden, is_vision):
        attention(f"{name}.self_attn", width, rank_of("self_attn") if is_vision else 0)
        norm(f"{name}.layer_norm1", width)
        linear(f"{name}.mlp.fc1", width, hidden)
        linear(f"{name}.mlp.fc2", hidden, width)
        norm(f"{name}.layer_norm2", width)
        if is_vision and variant.frames:
            normal(f"{name}.temporal_embedding", 1, variant.frames, width)
            attention(f"{name}.temporal_attn", width, rank_of("temporal_attn"))
            norm(f"{name}.temporal_layer_norm1", width)

    state["logit_scale"] = torch.tensor(2.0)
    state["text_model.embeddings.position_ids"] = torch.arange(CONTEXT)[None]
    normal("text_model.embeddings.token_embedding.weight", VOCABULARY, TEXT_WIDTH)
    normal("text_model.embeddings.position_embedding.weight", CONTEXT, TEXT_WIDTH)
    for index in range(TEXT_LAYERS):
        block(f"text_model.encoder.layers.{index}", TEXT_WIDTH, TEXT_HIDDEN, False)
    norm("text_model.final_layer_norm", TEXT_WIDTH)
    positions = 1 + variant.grid[0] * variant.grid[1]
    tube = [1] if variant.class_per_frame else []
    classes = [variant.frames] if variant.class_per_frame else []
    normal("vision_model.embeddings.class_embedding", *classes, WIDTH)
    state["vision_model.embeddings.position_ids"] = torch.arange(positions)[None]
    normal("vision_model.embeddings.patch_embedding.weight", WIDTH, 3, *tube, PATCH, PATCH)
    normal("vision_model.embeddings.position_embedding.weight", positions, WIDTH)
    norm("vision_model.pre_layrnorm", WIDTH)
    for index in range(LAYERS):
        block(f"{encoder(variant)}.layers.{index}", WIDTH, HIDDEN, True)
    norm("vision_model.post_layernorm", WIDTH)
    normal("visual_projection.weight", PROJECTION, WIDTH)
    normal("text_projection.weight", PROJECTION, TEXT_WIDTH)
    return state


def encoder(variant):
    return "vision_model.encoder" + (".base_model.model" if variant.rank else "")


# The forward pass.

class Model:
    def __init__(self, variant, state):
        self.variant, self.state = variant, state
        self.seen = {}

    def norm(self, name, x):
        weight = self.state[f"{name}.weight"]
        return F.layer_norm(x, weight.shape, weight, self.state[f"{name}.bias"], eps=1e-5)

    def linear(self, name, x):
        base = f"{name}.base_layer" if f"{name}.base_layer.weight" in self.state else name
        y = x @ self.state[f"{base}.weight"].T + self.state[f"{base}.bias"]
        if f"{name}.lora_A.default.weight" in self.state:
            a, b = (self.state[f"{name}.lora_{part}.default.weight"] for part in "AB")
            y = y + self.variant.alpha / len(a) * (x @ a.T @ b.T)
        return y

    def attention(self, name, x, heads, causal=False):
        """softmax(q kᵀ / √d) v for each head, (B, N, D)."""
        batch, tokens, width = x.shape
        q, k, v = (self.linear(f"{name}.{part}_proj", x)
                   .view(batch, tokens, heads, width // heads).transpose(1, 2) for part in "qkv")
        scores = q @ k.transpose(2, 3) * (width // heads) ** -0.5
        if causal:
            scores = scores + torch.full((tokens, tokens), float("-inf")).triu(1)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, width)
        return self.linear(f"{name}.out_proj", mixed)

    def block(self, name, x, heads, causal=False, frames=0):
        if frames:
            (folded, tokens, width), clips = x.shape, len(x) // frames
            x = x.view(clips, frames, tokens, width).transpose(1, 2)
            x = x.reshape(clips * tokens, frames, width)
            if frames != 1:
                x = x + self.state[f"{name}.temporal_embedding"][:, :frames]
            normed = self.norm(f"{name}.temporal_layer_norm1", x)
            x = x + self.attention(f"{name}.temporal_attn", normed, heads)
            x = x.view(clips, tokens, frames, width).transpose(1, 2)
            x = x.reshape(folded, tokens, width)
        branch = self.attention(f"{name}.self_attn", self.norm(f"{name}.layer_norm1", x), heads,
                                causal)
        self.seen[f"{name}.self_attn"] = branch
        x = x + branch
        hidden = F.gelu(self.linear(f"{name}.mlp.fc1", self.norm(f"{name}.layer_norm2", x)))
        return x + self.linear(f"{name}.mlp.fc2", hidden)

    def embed_text(self, ids):
        x = (self.state["text_model.embeddings.token_embedding.weight"][ids]
             + self.state["text_model.embeddings.position_embedding.weight"])
        for index in range(TEXT_LAYERS):
            x = self.block(f"text_model.encoder.layers.{index}", x, TEXT_HEADS, causal=True)
        x = self.norm("text_model.final_layer_norm", x)
        return x[torch.arange(len(x)), ids.argmax(1)] @ self.state["text_projection.weight"].T

    def embed(self, inputs):
        """`inputs` normalised: (B, 3, H, W), or (B, 3, T, H, W)."""
        variant, batch = self.variant, len(inputs)
        if variant.frames:
            inputs = inputs.transpose(1, 2).flatten(0, 1)  # (B·T, 3, H, W)
        patches = self.state["vision_model.embeddings.patch_embedding.weight"]
        if patches.ndim == 5:
            patches = patches.squeeze(2)
        x = F.conv2d(inputs, patches, stride=PATCH).flatten(2).transpose(1, 2)
        classes = self.state["vision_model.embeddings.class_embedding"].view(-1, 1, WIDTH)
        first = classes.repeat(len(x) // len(classes), 1, 1)
        x = (torch.cat([first, x], dim=1)
             + self.state["vision_model.embeddings.position_embedding.weight"])
        x = self.norm("vision_model.pre_layrnorm", x)
        self.seen["residual.0"] = x
        for index in range(LAYERS):
            name = f"{encoder(variant)}.layers.{index}"
            x = self.block(name, x, HEADS, frames=variant.frames)
            self.seen[f"residual.{index + 1}"] = x
            self.seen[f"attention_branch.{index}"] = self.seen.pop(f"{name}.self_attn")
        pooled = self.norm("vision_model.post_layernorm", x[:, 0])
        pooled = pooled.view(batch, -1, WIDTH).mean(1)
        return pooled @ self.state["visual_projection.weight"].T


def normalise(variant, inputs):
    """What happens to an input inside the encoder: spectrograms come normalised."""
    if variant.sense == "audio":
        return inputs
    shape = (1, 3) + (1,) * (inputs.ndim - 2)
    return (inputs - torch.tensor(CLIP_MEAN).view(shape)) / torch.tensor(CLIP_STD).view(shape)


def random_inputs(variant):
    generator = torch.Generator().manual_seed(variant.seed)
    shape = (2, 3) + ((variant.frames,) if variant.frames else ()) + variant.size
    draw = torch.randn if variant.sense == "audio" else torch.rand
    return draw(shape, generator=generator)


def golden(variant, state):
    model = Model(variant, state)
    # Upstream pads a text with the token that ends it.
    ids = random_prompts(4, CONTEXT, VOCABULARY, end=VOCABULARY - 1, padding=VOCABULARY - 1,
                         seed=variant.seed)
    raw_text = model.embed_text(ids)
    inputs = random_inputs(variant).requires_grad_()
    raw = model.embed(normalise(variant, inputs))
    embeddings, text = F.normalize(raw, dim=-1), F.normalize(raw_text, dim=-1)
    logits = state["logit_scale"].exp() * embeddings @ text.T
    labels = torch.arange(len(inputs))
    loss = F.cross_entropy(logits, labels, reduction="sum")
    gradient, = torch.autograd.grad(loss, inputs)
    sites = {name: model.seen[name] for name in ("residual.0", "attention_branch.0", "residual.1",
                                                 "attention_branch.1", "residual.2")}
    return {"inputs": inputs, "token_ids": ids, "labels": labels, "embeddings": embeddings,
            "embeddings_raw": raw, "text_embeddings": text, "text_embeddings_raw": raw_text,
            "logits": logits, "input_gradient": gradient} | sites


def main():
    torch.set_num_threads(1)
    output = output_folder(__doc__.splitlines()[0], "Tests/HoldfastEncodersTests/Goldens")
    for variant in VARIANTS:
        folder = output / variant.name
        folder.mkdir(parents=True, exist_ok=True)
        state = weights(variant)
        (folder / "config.json").write_text(json.dumps(configuration(variant), indent=2) + "\n")
        torch.save(state, folder / "pytorch_model.bin")
        metadata = provenance(
            __file__, PACKAGES, sense=variant.sense,
            gradient_of="sum of cross_entropy(logits, labels)")
        save(folder / "golden.safetensors", golden(variant, state), metadata)


if __name__ == "__main__":
    main()

"""A CLIP vision tower as a function of its parameters, and what a training moves of them."""

import math

import torch
from torch import nn
from torch.func import functional_call
from transformers import CLIPModel

from zero_shot import normalisation

IMAGENET_NORMALISATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")


class Tower(nn.Module):
    """The tower of a Hugging Face folder in float32. It takes [0, 1] pixels [B, 3, H, W] and the
    weights to use, by the checkpoint's names; nothing in it is changed."""

    def __init__(self, folder):
        super().__init__()
        self.clip = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
        self.clip.requires_grad_(False)
        self.scale = min(math.exp(self.clip.logit_scale.item()), 100.0)
        self.use(*normalisation(folder))

    def use(self, mean, std):
        """Normalises pixels by this mean and this deviation from now on."""
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))

    def weights(self):
        """The vision tower's parameters."""
        return {name: parameter.detach().clone() for name, parameter in self.clip.named_parameters()
                if name.startswith(("vision_model.", "visual_projection."))}

    def forward(self, pixels):
        vision = self.clip.vision_model
        hidden = vision(pixel_values=(pixels - self.mean) / self.std).last_hidden_state
        return self.clip.visual_projection(vision.post_layernorm(hidden))

    def tokens(self, weights, pixels):
        """All tokens behind the last norm and the projection: [B, N, d]."""
        return functional_call(self, {f"clip.{name}": w for name, w in weights.items()}, (pixels,))

    def embed(self, weights, pixels):
        """The class token of those, not normalised: [B, d]."""
        return self.tokens(weights, pixels)[:, 0]


class Leaves:
    """What is trained: parameters by name, or low-rank factors `<matrix>.lora_a` and `.lora_b`."""

    def __init__(self, weights, tensors, factor=1.0):
        self.base, self.factor = weights, factor
        self.tensors = {name: tensor.detach().clone().requires_grad_()
                        for name, tensor in tensors.items()}

    def weights(self, recorded=True):
        """The tower's weights: the leaves in their places, or W + (alpha / r) B A."""
        leaves = self.tensors if recorded else {
            name: leaf.detach() for name, leaf in self.tensors.items()}
        changed = dict(self.base)
        for name, leaf in leaves.items():
            if name.endswith(".lora_a"):
                matrix = name.removesuffix(".lora_a")
                update = leaves[f"{matrix}.lora_b"] @ leaf
                whole = self.base[f"{matrix}.weight"]
                changed[f"{matrix}.weight"] = whole + self.factor * update.view_as(whole)
            elif not name.endswith(".lora_b"):
                changed[name] = leaf
        return changed

    def gradients(self, loss):
        """The gradient of every leaf; zeros where the loss does not depend on one."""
        found = torch.autograd.grad(loss, list(self.tensors.values()), allow_unused=True)
        return {name: torch.zeros_like(leaf) if slope is None else slope
                for (name, leaf), slope in zip(self.tensors.items(), found)}


def adapted(weights, targets):
    """The matrices that low-rank factors are put on: `attention`, `patch`, or both."""
    names = [name.removesuffix(".weight") for name in weights if name.endswith(".weight")]
    return [name for name in names
            if "attention" in targets and name.split(".")[-1] in ATTENTION
            or "patch" in targets and name.endswith("patch_embedding")]


def shallow(weights):
    """What makes tokens, and the first block."""
    parts = (".embeddings.", ".pre_layrnorm.", ".encoder.layers.0.")
    return [name for name in weights if any(part in name for part in parts)]

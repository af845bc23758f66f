"""Golden for UniBind: a small random model of images and point clouds, in the published layout.

A folder with `pretrained_weights.pt` (a flat state dict under the published names, of ImageBind's
senses vision alone) and a golden.safetensors. The answers come from the formulas below, written from
the papers (PointNet, PointNet++, I2P-MAE, Point-Bind) and the names and shapes of the published file,
on plain functions of PyTorch; `Tools/peers/uni_bind_upstream.py` puts upstream's own code beside
them.

Groups, neighbours, radii and heads are those of the published model, since no file says them; widths
and depths are small. The points are a formula: number i is ((i·i) mod 9973) / 9973, scaled to
[-0.7, 0.7], and the last point of the first cloud lies within 0.02 of the origin, where upstream's
choice of centres looks past it.

    python uni_bind.py --output Tests/HoldfastEncodersTests/Goldens
"""

import math
from collections import OrderedDict

import torch
from torch.nn import functional as F

import image_bind
from clip_common import output_folder, provenance, save

PACKAGES = ["torch", "safetensors"]
FOLDER = "uni-bind"
GROUPS, NEIGHBOURS, RADII, HEADS = [512, 256, 64], [48, 24, 24], [0.24, 0.48, 0.96], 6
WIDTHS, LAYERS, FIRST, SPACE, POINTS = [12, 24, 36], [2, 1, 2], [8, 16, 16], 512, 600
ENCODER = "point_encoder.h_encoder"


def point_weights(generator):
    """Random tensors: matrices N(0, 1/inputs), biases N(0, .1), gains of norms 1 + N(0, .2), running
    variances in [0.5, 1.5]."""
    state = OrderedDict()

    def normal(name, *shape, mean=0.0, deviation=0.1):
        state[name] = mean + deviation * torch.randn(shape, generator=generator)

    def norm(name, width):
        normal(f"{name}.weight", width, mean=1.0, deviation=0.2)
        normal(f"{name}.bias", width)

    def linear(name, inputs, outputs, *kernel, bias=True):
        normal(f"{name}.weight", outputs, inputs, *kernel, deviation=inputs ** -0.5)
        if bias:
            normal(f"{name}.bias", outputs)

    def points(name, inputs, inner, outputs):
        linear(f"{name}.0", inputs, inner, 1)
        norm(f"{name}.1", inner)
        normal(f"{name}.1.running_mean", inner)
        state[f"{name}.1.running_var"] = 0.5 + torch.rand(inner, generator=generator)
        state[f"{name}.1.num_batches_tracked"] = torch.tensor(7)
        linear(f"{name}.3", inner, outputs, 1)

    state["logit_scale"] = torch.tensor(math.log(50.0))
    normal("pc_projection", WIDTHS[-1], SPACE, deviation=WIDTHS[-1] ** -0.5)
    for stage, width in enumerate(WIDTHS):
        before = WIDTHS[stage - 1] if stage else 3
        first = FIRST if stage == 0 else [before, before, width]
        embed = f"{ENCODER}.token_embed.{stage}"
        points(f"{embed}.first_conv", before, first[0], first[1])
        points(f"{embed}.second_conv", 2 * first[1], first[2], width)
        linear(f"{ENCODER}.encoder_pos_embeds.{stage}.0", 3, width)
        linear(f"{ENCODER}.encoder_pos_embeds.{stage}.2", width, width)
        for index in range(LAYERS[stage]):
            block = f"{ENCODER}.encoder_blocks.{stage}.blocks.{index}"
            norm(f"{block}.norm1", width)
            linear(f"{block}.attn.qkv", width, 3 * width, bias=False)
            linear(f"{block}.attn.proj", width, width)
            norm(f"{block}.norm2", width)
            linear(f"{block}.mlp.fc1", width, 4 * width)
            linear(f"{block}.mlp.fc2", 4 * width, width)
    norm("point_encoder.norm", WIDTHS[-1])
    norm("bind.modality_head_point.0", SPACE)
    linear("bind.modality_head_point.2", SPACE, image_bind.EMBEDDING, bias=False)
    state["bind.modality_postprocessor_point.1.log_logit_scale"] = torch.tensor(0.0)
    return state


def farthest(points, count):
    """Indices of centres (B, count): the first point, then each time the point farthest from those
    there are; points whose squared norm is at most 0.001 are looked past, as in the kernel of
    PointNet++ that upstream uses."""
    batch = torch.arange(len(points))
    distance = torch.full(points.shape[:2], 1e10, dtype=points.dtype)
    distance[points.square().sum(-1) <= 1e-3] = -1
    chosen = torch.zeros(len(points), count, dtype=torch.long)
    for step in range(1, count):
        last = points[batch, chosen[:, step - 1]]
        distance = torch.minimum(distance, (points - last[:, None]).square().sum(-1))
        chosen[:, step] = distance.argmax(1)
    return chosen


def at(x, index):
    """Vectors (B, N, C) at (B, …): (B, …, C)."""
    flat = index.flatten(1)
    return x[torch.arange(len(x))[:, None], flat].view(*index.shape, x.shape[-1])


class Points:
    """The forward pass of the tower of point clouds."""

    def __init__(self, state):
        self.state = state

    def norm(self, name, x, eps=1e-5):
        weight = self.state[f"{name}.weight"]
        return F.layer_norm(x, weight.shape, weight, self.state[f"{name}.bias"], eps=eps)

    def linear(self, name, x):
        weight = self.state[f"{name}.weight"]
        x = x @ weight.view(weight.shape[:2]).T
        return x + self.state[f"{name}.bias"] if f"{name}.bias" in self.state else x

    def shared(self, name, x):
        """Linear, batch normalisation by what was seen in training, rectifier, linear."""
        x, norm = self.linear(f"{name}.0", x), f"{name}.1"
        mean, variance = self.state[f"{norm}.running_mean"], self.state[f"{norm}.running_var"]
        x = (x - mean) / (variance + 1e-5).sqrt()
        x = x * self.state[f"{norm}.weight"] + self.state[f"{norm}.bias"]
        return self.linear(f"{name}.3", x.relu())

    def embed_groups(self, stage, members):
        """PointNet: (B, G, K, C) gives (B, G, width)."""
        name = f"{ENCODER}.token_embed.{stage}"
        each = self.shared(f"{name}.first_conv", members)
        whole = each.amax(2, keepdim=True).expand_as(each)
        return self.shared(f"{name}.second_conv", torch.cat([whole, each], -1)).amax(2)

    def attention(self, name, x, near):
        batch, tokens, width = x.shape
        q, k, v = (self.linear(f"{name}.qkv", x).view(batch, tokens, 3, HEADS, width // HEADS)
                   .permute(2, 0, 3, 1, 4))
        scores = q @ k.transpose(2, 3) * (width // HEADS) ** -0.5
        scores = scores.masked_fill(~near[:, None], float("-inf"))
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, width)
        return self.linear(f"{name}.proj", mixed)

    def encode(self, points):
        x, centres = None, points
        for stage, (count, neighbours) in enumerate(zip(GROUPS, NEIGHBOURS)):
            before, centres = centres, at(centres, farthest(centres.detach(), count))
            members = (centres[:, :, None] - before[:, None]).square().sum(-1).detach() \
                .topk(neighbours, largest=False).indices
            if stage == 0:
                x = self.embed_groups(0, at(before, members) - centres[:, :, None])
            else:
                x = self.embed_groups(stage, at(x, members))
            apart = (centres[:, :, None] - centres[:, None]).square().sum(-1).sqrt().detach()
            near = apart < RADII[stage]
            place = f"{ENCODER}.encoder_pos_embeds.{stage}"
            position = self.linear(f"{place}.2", F.gelu(self.linear(f"{place}.0", centres)))
            blocks = f"{ENCODER}.encoder_blocks.{stage}.blocks"
            index = 0
            while f"{blocks}.{index}.norm1.weight" in self.state:
                block = f"{blocks}.{index}"
                x = x + position
                x = x + self.attention(f"{block}.attn", self.norm(f"{block}.norm1", x), near)
                hidden = F.gelu(self.linear(f"{block}.mlp.fc1", self.norm(f"{block}.norm2", x)))
                x = x + self.linear(f"{block}.mlp.fc2", hidden)
                index += 1
        x = self.norm("point_encoder.norm", x)
        return x.mean(1) + x.amax(1)

    def head(self, points):
        x = self.encode(points) @ self.state["pc_projection"]
        return self.linear("bind.modality_head_point.2",
                           self.norm("bind.modality_head_point.0", x, eps=1e-6))

    def output(self, points):
        scale = self.state["bind.modality_postprocessor_point.1.log_logit_scale"].exp()
        return F.normalize(self.head(points), dim=-1) * scale.clamp(max=100)


def clouds(count=POINTS):
    points = image_bind.formula_inputs((2, count, 3), (1.4, -0.7))
    points[0, -1] = torch.tensor([0.01, -0.01, 0.005])
    return points


def weights():
    """(what the file holds, ImageBind's senses that it leaves out)"""
    bind = image_bind.weights()
    state = point_weights(torch.Generator().manual_seed(81))
    rest = {}
    for key, tensor in bind.items():
        kept = key.split(".")[1] == "vision"
        (state if kept else rest)[f"bind.{key}"] = tensor
    return state, rest


def main():
    torch.set_num_threads(1)
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastEncodersTests/Goldens") / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    state, _ = weights()
    torch.save(state, folder / "pretrained_weights.pt")

    # In double: of so many rectifiers and maxima some are within float32's rounding of their kink,
    # where either of two gradients is right.
    model = Points({key: value.double() for key, value in state.items()})
    points = clouds().double().requires_grad_()
    output = model.output(points)
    direction = torch.randn(
        output.shape, generator=torch.Generator().manual_seed(82), dtype=torch.float64)
    gradient, = torch.autograd.grad((output * direction).sum(), points)
    metadata = provenance(
        __file__, PACKAGES, gradient_of="sum of output times direction", points=POINTS)
    save(folder / "golden.safetensors", {
        "points.head": model.head(points), "points.output": output,
        "points.direction": direction, "points.gradient": gradient,
    }, metadata)


if __name__ == "__main__":
    main()

"""Goldens for the tensor operations whose conventions are easy to get wrong, by PyTorch on CPU.

    python tensor.py --output Tests/HoldfastTensorTests/Goldens

Names are `operation.variant.role`; inputs are `x`, `weight`, ... and the result is `y`.
"""

import math

import torch
from torch.nn import functional as F

from clip_common import output_folder, provenance, save

TOLERANCES = {"default": [1e-6, 1e-5], "sort": [0, 0], "topk": [0, 0], "nextafter": [0, 0]}


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed + sum(shape)))


def interpolation():
    x = numbers(1, 2, 7, 9)
    yield "interpolate.x", x
    for mode in ("bilinear", "bicubic"):
        for antialias in (False, True):
            for height, width in ((4, 5), (11, 13)):
                name = f"interpolate.{mode}.{'antialias' if antialias else 'plain'}"
                yield f"{name}.{height}x{width}.y", F.interpolate(
                    x, (height, width), mode=mode, align_corners=False, antialias=antialias)
    yield "interpolate.nearest.plain.11x13.y", F.interpolate(x, (11, 13), mode="nearest")


def convolutions():
    cases = [  # rank, input, weight, stride, padding, dilation, groups
        (1, (2, 4, 11), (6, 2, 3), 2, 1, 1, 2),
        (2, (2, 3, 8, 7), (4, 3, 3, 2), (2, 1), (1, 0), (1, 2), 1),
        (2, (1, 3, 12, 12), (8, 3, 4, 4), 4, 0, 1, 1),
        (3, (1, 3, 4, 6, 6), (4, 3, 2, 3, 3), (2, 3, 3), 0, 1, 1),
    ]
    functions = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
    for index, (rank, shape, weights, stride, padding, dilation, groups) in enumerate(cases):
        x, weight, bias = numbers(*shape), numbers(*weights), numbers(weights[0])
        name = f"conv{rank}d.{index}"
        yield f"{name}.x", x
        yield f"{name}.weight", weight
        yield f"{name}.bias", bias
        for key, value in (("stride", stride), ("padding", padding), ("dilation", dilation)):
            yield f"{name}.{key}", torch.tensor([value] * rank if isinstance(value, int) else value)
        yield f"{name}.groups", torch.tensor(groups)
        yield f"{name}.y", functions[rank](x, weight, bias, stride, padding, dilation, groups)


def layers():
    x, gain, shift = 3 * numbers(2, 5, 8) + 1, numbers(8, seed=1), numbers(8, seed=2)
    yield "layer_norm.x", x
    yield "layer_norm.weight", gain
    yield "layer_norm.bias", shift
    yield "layer_norm.eps_1e-5.y", F.layer_norm(x, (8,), gain, shift, 1e-5)
    yield "layer_norm.eps_1e-1.y", F.layer_norm(x, (8,), gain, shift, 0.1)
    points = torch.linspace(-6, 6, 49)
    yield "gelu.x", points
    yield "gelu.exact.y", F.gelu(points)
    yield "gelu.tanh.y", F.gelu(points, approximate="tanh")
    yield "gelu.quick.y", points * torch.sigmoid(1.702 * points)
    scores = 40 * numbers(4, 6)
    yield "log_softmax.x", scores
    yield "log_softmax.y", F.log_softmax(scores, dim=-1)
    yield "logsumexp.y", scores.logsumexp(-1)


def attention():
    q, k, v = (numbers(2, 3, length, 4, seed=length) for length in (5, 6, 6))
    k = k + 0.5
    allowed = torch.rand((5, 6), generator=torch.Generator().manual_seed(3)) > 0.4
    allowed[:, 0] = True
    added = torch.triu(torch.full((5, 6), -math.inf), diagonal=1)
    yield "sdpa.q", q
    yield "sdpa.k", k
    yield "sdpa.v", v
    yield "sdpa.allowed", allowed
    yield "sdpa.added", added
    yield "sdpa.plain.y", F.scaled_dot_product_attention(q, k, v)
    yield "sdpa.bool_mask.y", F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
    yield "sdpa.float_mask.y", F.scaled_dot_product_attention(q, k, v, attn_mask=added)
    yield "sdpa.causal.y", F.scaled_dot_product_attention(q, q, q, is_causal=True)


def spectra():
    for height, width in ((6, 5), (4, 8)):
        x = numbers(2, height, width)
        spectrum = torch.fft.fft2(x)
        name = f"fft2.{height}x{width}"
        yield f"{name}.x", x
        yield f"{name}.real", spectrum.real
        yield f"{name}.imaginary", spectrum.imag
        yield f"{name}.shifted_real", torch.fft.fftshift(spectrum, dim=(-2, -1)).real
        yield f"{name}.inverse_of_real_part", torch.fft.ifft2(spectrum.real).real


def ordering():
    x = numbers(3, 8).round(decimals=1)
    x[0, 2] = x[0, 5]  # a tie: a stable sort keeps the order
    for name, descending in (("ascending", False), ("descending", True)):
        values, indices = x.sort(dim=1, descending=descending, stable=True)
        yield f"sort.{name}.values", values
        yield f"sort.{name}.indices", indices
    distinct = numbers(3, 8, seed=5)
    values, indices = distinct.topk(3, dim=1)
    yield "sort.x", x
    yield "topk.x", distinct
    yield "topk.3.values", values
    yield "topk.3.indices", indices
    yield "topk.smallest_2.values", distinct.topk(2, dim=1, largest=False).values
    edges = torch.tensor([0.0, -0.0, 1.0, -1.0, 8 / 255, 1e-38, 3.4e38, 0.5])
    yield "nextafter.x", edges
    yield "nextafter.up.y", torch.nextafter(edges, torch.full_like(edges, math.inf))
    yield "nextafter.down.y", torch.nextafter(edges, torch.full_like(edges, -math.inf))
    yield "round.x", torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 254.5, 127.49999])
    yield "round.y", torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 254.5, 127.49999]).round()
    yield "sign.x", torch.tensor([-2.0, -0.0, 0.0, 1e-45, math.inf])
    yield "sign.y", torch.tensor([-2.0, -0.0, 0.0, 1e-45, math.inf]).sign()


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastTensorTests/Goldens")
    torch.set_num_threads(1)
    groups = (interpolation, convolutions, layers, attention, spectra, ordering)
    tensors = {name: tensor for group in groups for name, tensor in group()}
    save(folder / "operations.safetensors", tensors,
         provenance(__file__, ["torch", "safetensors"], TOLERANCES,
                    layout="operation.variant.role; default tolerance where none is named"))


if __name__ == "__main__":
    main()

"""Goldens for R-Adapt (arXiv 2603.12799): the Gaussian filter in the frequency domain and the
anchored first attention branch, by hooks on a random transformers CLIP model.

    python r_adapt.py --output Tests/HoldfastDefensesTests/Goldens/r-adapt
"""

import torch
from torch.nn.functional import cross_entropy, normalize

from clip_common import normalise, output_folder, provenance, random_pixels, save
from clip_hugging_face import HuggingFacePeer, shape

PACKAGES = ["torch", "transformers", "safetensors"]
REFERENCE_SIDE = 224
SIZES = [(16, 16), (15, 15), (12, 20), (9, 14), (32, 32)]
MIXES = [(1.2, -0.8), (1.2, 0.0), (0.8, 0.2)]
TOLERANCES = {"filtered": [2e-6, 0], "embeddings": [2e-5, 0], "anchors": [0, 2e-5],
              "gradients": [0, 1e-4]}


def gaussian_filter(x, radius, keep_sigma):
    """exp(-D^2 / 2 radius^2) on the shifted spectrum. As printed, D counts cycles per image;
    with keep_sigma the radius of an axis of n pixels is radius * n / 224."""
    height, width = x.shape[-2:]
    rows = torch.arange(height, dtype=torch.float64) - height // 2
    columns = torch.arange(width, dtype=torch.float64) - width // 2
    vertical = radius * height / REFERENCE_SIDE if keep_sigma else radius
    horizontal = radius * width / REFERENCE_SIDE if keep_sigma else radius
    gain = torch.exp(-(rows[:, None] / vertical) ** 2 / 2 - (columns[None] / horizontal) ** 2 / 2)
    spectrum = torch.fft.fftshift(torch.fft.fft2(x.double()), dim=(-2, -1)) * gain
    return torch.fft.ifft2(torch.fft.ifftshift(spectrum, dim=(-2, -1))).real.float()


def pattern(side):
    """A test image that needs no file: (37 column + 59 row + 91 channel + 13 row column) mod 256."""
    row, column = torch.arange(side)[:, None], torch.arange(side)[None]
    planes = [(37 * column + 59 * row + 91 * c + 13 * row * column) % 256 for c in range(3)]
    return torch.stack(planes)[None].float() / 255


def filter_goldens():
    tensors = {}
    for height, width in SIZES:
        generator = torch.Generator().manual_seed(100 * height + width)
        x = torch.rand((1, 3, height, width), generator=generator)
        tensors[f"{height}x{width}.input"] = x
        for radius in (3, 40):
            for mode in ("as_printed", "keep_sigma"):
                name = f"{height}x{width}.radius_{radius}.{mode}"
                tensors[name] = gaussian_filter(x, radius, mode == "keep_sigma")
    # At 224 the two modes agree; every 16th row and column of the filtered pattern is kept.
    for radius in (30, 40):
        filtered = gaussian_filter(pattern(REFERENCE_SIDE), radius, False)
        assert torch.equal(filtered, gaussian_filter(pattern(REFERENCE_SIDE), radius, True))
        tensors[f"pattern_224.radius_{radius}.every_16th"] = filtered[..., ::16, ::16]
    return tensors


def model(name, seed):
    return HuggingFacePeer(name, seed=seed, image_size=16, projection=20,
                           vision=shape(24, 3, 3, "quick_gelu", patch_size=4),
                           text=shape(16, 2, 1, "quick_gelu", eos_token_id=2)).build()


def first_attention(peer):
    return peer.model.vision_model.encoder.layers[0].self_attn


def anchor(peer):
    """The first attention branch's answer to a white image, [1, tokens, width]."""
    kept = []
    hook = first_attention(peer).register_forward_hook(lambda _, __, out: kept.append(out[0]))
    peer.embed_image(normalise(torch.ones(1, 3, peer.image_size, peer.image_size)))
    hook.remove()
    return kept[0]


def anchored_embedding(peer, pixels, anchor, alpha, beta):
    """alpha A + beta h in place of the first attention branch h, before the residual sum."""
    def mix(_, __, output):
        return (alpha * anchor + beta * output[0], *output[1:])
    hook = first_attention(peer).register_forward_hook(mix)
    raw = peer.embed_image(normalise(pixels))
    hook.remove()
    return normalize(raw, dim=-1)


def anchor_goldens(peer, guide):
    pixels = random_pixels(3, peer.image_size, seed=7)
    anchors = {"white": anchor(peer), "guided": anchor(guide)}
    text = normalize(peer.embed_text(peer.token_ids), dim=-1)
    tensors = {"pixels": pixels, "text_embeddings": text, "labels": torch.arange(3),
               "plain": normalize(peer.embed_image(normalise(pixels)), dim=-1)}
    for source, values in anchors.items():
        tensors[f"anchor.{source}"] = values
        for alpha, beta in MIXES:
            tensors[f"{source}.alpha_{alpha}.beta_{beta}"] = anchored_embedding(
                peer, pixels, values, alpha, beta)
    x = pixels.clone().requires_grad_()
    defended = anchored_embedding(peer, gaussian_filter_of(x), anchors["white"], 1.2, -0.8)
    loss = cross_entropy(peer.logit_scale.exp() * defended @ text.T, torch.arange(3),
                         reduction="sum")
    return tensors | {"filtered_and_anchored": defended,
                      "filtered_and_anchored_gradient": torch.autograd.grad(loss, x)[0]}


def gaussian_filter_of(x):
    """The filter before the anchored tower: radius 40 at 224, sigma kept."""
    return gaussian_filter(x, 40, keep_sigma=True)


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastDefensesTests/Goldens/r-adapt")
    peer, guide = model("model", 31), model("guide", 32)
    peer.write(folder / "model")
    guide.write(folder / "guide")
    save(folder / "filter.safetensors", filter_goldens(),
         provenance(__file__, PACKAGES, TOLERANCES, reference_side="224"))
    save(folder / "anchors.safetensors", anchor_goldens(peer, guide), provenance(
        __file__, PACKAGES, TOLERANCES, filter="radius 40 at 224, sigma kept, no clamp",
        gradient_of="sum of cross_entropy(scale * filtered_and_anchored @ text.T, labels), "
                    "alpha 1.2, beta -0.8, white anchor"))


if __name__ == "__main__":
    main()

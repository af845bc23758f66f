"""Goldens for the two tiny CIFAR-10 checkpoints, by transformers.

The models and images stay outside the project (HOLDFAST_FIXTURES); only results are stored.

    python clip_tiny.py --fixtures ../shared --output Tests/HoldfastEncodersTests/Goldens/clip-tiny
"""

import argparse
import sys
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from clip_common import provenance, repository, save

sys.path.insert(0, str(repository() / "Tools/peers"))
from zero_shot import ZeroShotClassifier, cifar10_images  # noqa: E402

PACKAGES = ["torch", "transformers", "safetensors", "pillow"]
MODELS = ["clip-tiny-cifar10", "clip-tiny-cifar10-robust"]
TEMPLATE = "a photo of a {class}."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fixtures", type=Path, default=repository().parent / "shared")
    parser.add_argument("--output", type=Path,
                        default=repository() / "Tests/HoldfastEncodersTests/Goldens/clip-tiny")
    arguments = parser.parse_args()
    pixels, labels, classes, paths = cifar10_images(arguments.fixtures / "data/cifar10/test", 100)
    few = [100 * label for label in range(10)] + [100 * label + 1 for label in range(6)]
    for name in MODELS:
        model = ZeroShotClassifier(arguments.fixtures / "models" / name, classes, TEMPLATE).eval()
        with torch.no_grad():
            logits = torch.cat([model(batch) for batch in pixels.split(100)])
            embeddings = model.embed(pixels[few])
        x = pixels[few][:4].clone().requires_grad_()
        loss = cross_entropy(model(x), labels[few][:4], reduction="sum")
        predictions = logits.argmax(1)
        top = logits.topk(2).values
        tensors = {
            "bytes": (pixels[few] * 255).round().to(torch.uint8),  # as decoded, [N, 3, H, W]
            "labels": labels[few],
            "token_ids": model.token_ids,
            "text_embeddings": model.text_embeddings,
            "image_embeddings": embeddings,
            "logits_per_image": logits[few],
            "pixel_gradient": torch.autograd.grad(loss, x)[0],  # of the first four images
            "all_predictions": predictions,  # of the whole test set, in path order
            "all_margins": top[:, 0] - top[:, 1],  # a prediction may differ where this is tiny
        }
        metadata = provenance(
            __file__, PACKAGES, model=name, template=TEMPLATE, classes=classes,
            images=[paths[index] for index in few],
            gradient_of="sum of cross_entropy(logits_per_image, labels)",
            clean_correct=str(int((predictions == labels).sum())), images_in_all=str(len(labels)))
        save(arguments.output / f"{name}.safetensors", tensors, metadata)


if __name__ == "__main__":
    main()

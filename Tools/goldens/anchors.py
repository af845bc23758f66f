"""Goldens for banks of anchors: centres as UniBind keeps them, and the logits they give.

A dictionary from class to embeddings, as Python's pickle and as torch.save write it, and for some
embeddings the logits over two of the classes, by the formulas below: 20 times the cosine with the
normalised mean of the class's normalised centres, or with the nearest of them.

    python anchors.py --output Tests/HoldfastEncodersTests/Goldens
"""

import pickle

import torch
from torch.nn.functional import normalize

from clip_common import output_folder, provenance, save

PACKAGES = ["torch", "safetensors"]
CLASSES, ROWS, WIDTH = ["cat", "dog", "Straße"], 4, 6


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastEncodersTests/Goldens")
    folder = folder / "anchors"
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(71)
    centres = {name: torch.randn(ROWS, WIDTH, generator=generator) for name in CLASSES}
    (folder / "unibind-centres.pkl").write_bytes(pickle.dumps(centres))
    torch.save(centres, folder / "unibind-centres.pt")

    embeddings = torch.randn(5, WIDTH, generator=generator)
    wanted = torch.stack([normalize(centres[name], dim=-1) for name in ["dog", "Straße"]])
    unit = normalize(embeddings, dim=-1)
    save(folder / "golden.safetensors", {
        "embeddings": embeddings,
        "logits.mean": 20 * unit @ normalize(wanted.mean(1), dim=-1).T,
        "logits.nearest": 20 * (unit @ wanted.flatten(0, 1).T).view(5, 2, ROWS).amax(2),
    }, provenance(__file__, PACKAGES))


if __name__ == "__main__":
    main()

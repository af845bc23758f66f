"""Two small models exported as TorchScript, and what PyTorch says they give.

`classifier.pt` is scripted: convolutions with batch normalisation, dropout that evaluation mode must
turn off, a mean and std inside, and for its result a named tuple of features and logits.
`encoder.pt` is traced, and normalises nothing: strided convolutions, LayerNorm and attention over a
4 x 4 grid. Beside each lies the description that Holdfast reads. The others are what an audit must not
believe or run: answers that change, that hang on their neighbours, that cut the gradient off, and a
module that makes a file called `it-ran`.

    PYTHONHASHSEED=0 python script_models.py --output Tests/HoldfastEncodersTests/Goldens
"""

import io
import json
import zipfile
from typing import NamedTuple

import torch
from torch import nn

from clip_common import output_folder, provenance, save

PACKAGES = ["torch", "safetensors"]
SIDE, CLASSES = 16, ["circle", "square", "star"]
MEAN, STD = [0.5, 0.4, 0.3], [0.2, 0.25, 0.3]


class Answer(NamedTuple):
    features: torch.Tensor
    logits: torch.Tensor


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1))
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 12, 3, stride=2, padding=1), nn.BatchNorm2d(12), nn.ReLU())
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(12, len(CLASSES))

    def forward(self, pixels: torch.Tensor) -> Answer:
        features = self.stem((pixels - self.mean) / self.std).mean([2, 3])
        return Answer(features, self.head(self.drop(features)))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 4, stride=4)
        self.norm = nn.LayerNorm(16)
        self.qkv = nn.Linear(16, 48)
        self.out = nn.Linear(16, 8)

    def forward(self, values):
        tokens = self.patch(values).flatten(2).transpose(1, 2)
        q, k, v = self.qkv(self.norm(tokens)).chunk(3, -1)
        mixed = tokens + nn.functional.scaled_dot_product_attention(q, k, v)
        return self.out(nn.functional.gelu(mixed).mean(1))


class Noisy(nn.Module):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values.mean([2, 3]) + torch.randn(3)


class Neighbourly(nn.Module):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values.mean([2, 3]) - values.mean()


class Cut(nn.Module):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values.mean([2, 3]).detach()


class Writer(nn.Module):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values.mean([2, 3]) + torch.from_file("it-ran", True, 1).sum() * 0


def randomise(model, generator):
    with torch.no_grad():
        for name, tensor in sorted(model.state_dict().items()):
            if name in ("mean", "std") or not tensor.is_floating_point():
                continue
            noise = torch.randn(tensor.shape, generator=generator)
            tensor.copy_(1 + 0.3 * noise.abs() if "running_var" in name else 0.3 * noise)
            if name.endswith(("1.weight", "4.weight", "norm.weight")):
                tensor.add_(1)


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastEncodersTests/Goldens")
    folder = folder / "script"
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(73)
    classifier, encoder = Classifier(), Encoder()
    for model in (classifier, encoder):
        randomise(model, generator)

    # As a careless user would: in training mode, with parameters that require gradients.
    export(torch.jit.script(classifier.train()), folder / "classifier.pt")
    export(torch.jit.trace(encoder.eval(), torch.rand(2, 3, SIDE, SIDE)), folder / "encoder.pt")
    classifier.eval()
    for model in (Noisy(), Neighbourly(), Cut(), Writer()):
        export(torch.jit.script(model), folder / f"{type(model).__name__.lower()}.pt")

    pixels = torch.rand(4, 3, SIDE, SIDE, generator=generator)
    labels = torch.tensor([0, 1, 2, 1])
    anchors = {name: torch.randn(2, 8, generator=generator) for name in CLASSES}

    x = pixels.clone().requires_grad_()
    logits = classifier(x).logits
    loss = nn.functional.cross_entropy(logits, labels, reduction="sum")
    (slope,) = torch.autograd.grad(loss, x)

    mean, std = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(STD).view(3, 1, 1)
    y = pixels.clone().requires_grad_()
    embeddings = encoder((y - mean) / std)
    (turn,) = torch.autograd.grad(embeddings.square().sum(), y)

    save(folder / "golden.safetensors", {
        "pixels": pixels, "labels": labels, "logits": logits, "logits.gradient": slope,
        "embeddings": embeddings, "embeddings.gradient": turn,
    }, provenance(__file__, PACKAGES))
    save(folder / "anchors.safetensors", anchors, provenance(__file__, PACKAGES))

    shared = {
        "sense": "image", "shape": [3, SIDE, SIDE], "range": [0, 1],
        "preparation": {"resize": "shortest", "interpolation": "bilinear"},
    }
    write(folder / "classifier.json", shared | {
        "normalization": "inside", "output": "logits", "result": "logits", "classes": CLASSES})
    write(folder / "odd.json", shared | {"normalization": "inside", "output": "logits"})
    write(folder / "encoder.json", shared | {
        "normalization": {"mean": MEAN, "std": STD}, "output": "embedding",
        "anchors": "anchors.safetensors", "scale": 20})


def export(module, path):
    """Saves a module without what it remembers of this machine: the places of its source."""
    whole = io.BytesIO()
    torch.jit.save(module, whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                name = f"{path.stem}/{entry.filename.split('/', 1)[1]}"
                target.writestr(zipfile.ZipInfo(name), source.read(entry), entry.compress_type)


def write(path, value):
    lines = [f"  {json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()

"""What the golden scripts share: saving with provenance, random weights, CLIP's normalisation."""

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save_file

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)

# [atol, rtol]: pass when |ours - golden| <= atol + rtol * |golden|. Embeddings have unit norm;
# gradients and raw activations are compared on the scale of their largest entry:
# max|ours - golden| <= rtol * max|golden|.
TOLERANCES = {
    "embeddings": [2e-5, 0], "raw_embeddings": [0, 2e-5], "logits": [1e-4, 1e-4],
    "gradients": [0, 1e-4], "activations": [0, 2e-5],
}


def output_folder(description, default):
    """The folder named by --output, made if need be."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--output", type=Path, default=repository() / default)
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def repository():
    return Path(__file__).resolve().parents[2]


def provenance(script, packages, tolerances=TOLERANCES, **notes):
    """String-to-string metadata of a golden file; nested values are JSON."""
    metadata = {
        "script": f"Tools/goldens/{Path(script).name}",
        "versions": json.dumps({name: version(name) for name in packages}),
        "tolerances": json.dumps(tolerances),
    }
    return metadata | {key: value if isinstance(value, str) else json.dumps(value)
                       for key, value in notes.items()}


def save(path, tensors, metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()},
              path, metadata=metadata)
    sort_metadata(path)
    print(f"{path.stat().st_size:>8} {path.relative_to(path.parents[1])}")


def sort_metadata(path):
    """The writer orders metadata at random; in order, the same golden is the same bytes."""
    data = bytearray(path.read_bytes())
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    data[8:end] = text.ljust(end - 8)
    path.write_bytes(data)


def randomise(model, seed):
    """Weights large enough for every part to matter: matrices N(0, .2), biases N(0, .1),
    LayerNorm gains 1 + N(0, .2)."""
    generator = torch.Generator().manual_seed(seed)

    def normal(tensor, mean, deviation):
        tensor.copy_(mean + deviation * torch.randn(tensor.shape, generator=generator))

    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if name == "logit_scale":
                parameter.fill_(2.0)
            elif parameter.ndim == 1 and name.endswith("weight"):
                normal(parameter, 1, 0.2)
            elif name.endswith("bias"):
                normal(parameter, 0, 0.1)
            else:
                normal(parameter, 0, 0.2)
    return model.eval()


def normalise(pixels, mean=CLIP_MEAN, std=CLIP_STD):
    return (pixels - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)


def random_pixels(count, size, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((count, 3, size, size), generator=generator)


def random_prompts(count, context, vocabulary, end, padding, seed, longest=None):
    """Token ids [count, context] below `vocabulary`: words, `end`, then `padding`; the lengths
    differ. Words stay below `end` unless `longest` allows more."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.full((count, context), padding)
    for row in range(count):
        words = 2 + (row * 3) % (context - 3)
        ids[row, :words] = torch.randint(3, longest or end, (words,), generator=generator)
        for column in range(words):
            if ids[row, column] == end:
                ids[row, column] = end - 1
        ids[row, words] = end
    return ids


class Recorder:
    """Keeps the first output of the modules it is hooked to."""

    def __init__(self):
        self.outputs = {}

    def watch(self, name, module):
        def keep(_, __, output):
            self.outputs[name] = output[0] if isinstance(output, tuple) else output
        module.register_forward_hook(keep)

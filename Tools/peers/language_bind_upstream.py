"""Upstream's own LanguageBind beside the goldens of `Tools/goldens/language_bind.py`.

Takes a checkout of https://github.com/PKU-YuanGroup/LanguageBind, which is not part of this project
and needs an environment of its own: transformers 4.30, peft 0.3, einops, safetensors, numpy below 2.
What its package imports only to decode files (decord, pytorchvideo, OpenCV, torchaudio,
torchvision) is replaced by empty modules.

For every model: the tensors whose names upstream's class does not know or misses, and the largest
differences between its answers and the goldens: of embeddings and text embeddings of unit length,
and of the input gradient on the scale of its largest entry.

    python language_bind_upstream.py --upstream LanguageBind
"""

import argparse
import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import peft  # noqa: F401  (before the empty modules, which they would take for real ones)
import torch
import transformers
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy, normalize

GOLDENS = Path(__file__).resolve().parents[2] / "Tests/HoldfastEncodersTests/Goldens"
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711])


class EmptyModule(ModuleType):
    """Has every attribute, each of which can be called and had attributes of."""

    __path__ = []

    def __getattr__(self, name):
        return EmptyModule(f"{self.__name__}.{name}")

    def __call__(self, *_, **__):
        return self


def stand_in_for_decoders():
    for name in ("cv2", "decord", "pytorchvideo", "pytorchvideo.data",
                 "pytorchvideo.data.encoded_video", "pytorchvideo.transforms", "torchaudio",
                 "torchvision", "torchvision.transforms",
                 "torchvision.transforms._transforms_video"):
        sys.modules[name] = EmptyModule(name)


def load(folder, languagebind):
    """Upstream's model of a folder, and the names that do not fit it."""
    written = json.loads((folder / "config.json").read_text())
    sense = written["model_type"].removeprefix("LanguageBind").lower()
    model = languagebind.model_dict[sense](languagebind.config_dict[sense](**written)).eval()
    model.requires_grad_(False)
    state = torch.load(folder / "pytorch_model.bin", weights_only=True)
    # peft 0.3 gives an adapted layer's own weights no name of their own.
    state = {name.replace(".base_layer.", "."): value for name, value in state.items()}
    result = model.load_state_dict(state, strict=False)
    return sense, model, result.missing_keys + result.unexpected_keys


def normalised(sense, inputs):
    if sense == "audio":
        return inputs
    shape = (1, 3) + (1,) * (inputs.ndim - 2)
    return (inputs - MEAN.view(shape)) / STD.view(shape)


def compare(folder, languagebind):
    golden = load_file(folder / "golden.safetensors")
    sense, model, misfits = load(folder, languagebind)
    inputs = golden["inputs"].requires_grad_()
    pooled = model.vision_model(pixel_values=normalised(sense, inputs))[1]
    embeddings = normalize(model.visual_projection(pooled), dim=-1)
    text = normalize(model.get_text_features(input_ids=golden["token_ids"]), dim=-1)
    logits = model.logit_scale.exp() * embeddings @ text.T
    loss = cross_entropy(logits, golden["labels"], reduction="sum")
    gradient, = torch.autograd.grad(loss, inputs)

    def difference(ours, name):
        return (ours.detach() - golden[name]).abs().max().item()

    scale = golden["input_gradient"].abs().max().item()
    return (len(misfits), difference(embeddings, "embeddings"),
            difference(text, "text_embeddings"), difference(gradient, "input_gradient") / scale)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upstream", type=Path, required=True, help="a checkout of LanguageBind")
    parser.add_argument("--goldens", type=Path, default=GOLDENS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    stand_in_for_decoders()
    sys.path.insert(0, str(arguments.upstream))
    languagebind = importlib.import_module("languagebind")

    print(" · ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "peft")))
    print("| model | names that do not fit | embedding | text embedding | input gradient |")
    print("|---|---|---|---|---|")
    agrees = True
    for folder in sorted(arguments.goldens.glob("language-bind-*")):
        misfits, *differences = compare(folder, languagebind)
        agrees &= misfits == 0 and all(value <= 1e-4 for value in differences)
        print(f"| {folder.name} | {misfits} | "
              + " | ".join(f"{value:.1e}" for value in differences) + " |", flush=True)
    if not agrees:
        raise SystemExit("some model differs by more than 1e-4, or its names do not fit")


if __name__ == "__main__":
    main()

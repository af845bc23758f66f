"""Upstream's own ImageBind beside the golden of `Tools/goldens/image_bind.py`.

Takes a checkout of https://github.com/facebookresearch/ImageBind, which is not part of this project
and whose licence forbids commercial use. Needs torch, einops, ftfy, regex and safetensors; where
timm and iopath are not installed, the three names that are taken from them are put in their place.

First how many tensors and numbers upstream's own `imagebind_huge` has, then for every tower the
largest differences between upstream's answers and the golden: of the output, of the output at unit
length, and of the input gradient on the scale of its largest entry.

    python image_bind_upstream.py --upstream ImageBind
"""

import argparse
import sys
from functools import partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch
from safetensors.torch import load_file
from torch.nn.functional import normalize

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/goldens"))
import image_bind as golden_of  # noqa: E402
GOLDENS = ROOT / "Tests/HoldfastEncodersTests/Goldens" / golden_of.FOLDER


def stand_ins():
    """What upstream imports and does not use in evaluation, or what torch has as well."""
    if find_spec("timm") is None:
        class DropPath(torch.nn.Identity):
            def __init__(self, *_, **__):
                super().__init__()
        layers = ModuleType("timm.layers")
        layers.DropPath, layers.trunc_normal_ = DropPath, torch.nn.init.trunc_normal_
        sys.modules["timm"], sys.modules["timm.layers"] = ModuleType("timm"), layers
    if find_spec("iopath") is None:
        file_io = ModuleType("iopath.common.file_io")
        file_io.g_pathmgr = None
        for name in ("iopath", "iopath.common"):
            sys.modules[name] = ModuleType(name)
        sys.modules["iopath.common.file_io"] = file_io


def small(model_module, parts):
    """Upstream's model at the golden's sizes; it offers no sizes of pictures, so its own classes
    are put together anew for those."""
    sizes = {sense.name: sense for sense in [*golden_of.SENSES, golden_of.TEXT]}
    settings = {"kernel_size": sizes["vision"].kernel, "out_embed_dim": golden_of.EMBEDDING,
                "depth_kernel_size": sizes["depth"].kernel[0],
                "thermal_kernel_size": sizes["thermal"].kernel[0]}
    for name, sense in sizes.items():
        settings |= {f"{name}_embed_dim": sense.width, f"{name}_num_heads": sense.heads,
                     f"{name}_num_blocks": golden_of.LAYERS}
    model = model_module.ImageBindModel(**settings)
    positions = partial(parts.SpatioTemporalPosEmbeddingHelper, learnable=True)
    inputs = model.modality_preprocessors
    common = {"num_cls_tokens": 1, "pos_embed_fn": positions}
    inputs["vision"] = parts.RGBDTPreprocessor(
        inputs["vision"].rgbt_stem, None, img_size=[3, *golden_of.VIDEO_INPUTS[3:]], **common)
    inputs["depth"] = parts.RGBDTPreprocessor(
        None, inputs["depth"].depth_stem, img_size=list(sizes["depth"].inputs[1:]), **common)
    inputs["thermal"] = parts.ThermalPreprocessor(
        inputs["thermal"].rgbt_stem, img_size=list(sizes["thermal"].inputs[1:]), **common)
    imu = sizes["imu"]
    inputs["imu"] = parts.IMUPreprocessor(
        imu.kernel[0], inputs["imu"].imu_stem, imu.width, img_size=imu.inputs[1:], **common)
    inputs["text"] = parts.TextPreprocessor(
        golden_of.VOCABULARY, golden_of.CONTEXT, sizes["text"].width, causal_masking=True)
    return model.eval().requires_grad_(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upstream", type=Path, required=True, help="a checkout of ImageBind")
    parser.add_argument("--goldens", type=Path, default=GOLDENS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    stand_ins()
    # The package's own first lines import what decodes files, which nothing here needs.
    sys.modules["imagebind"] = package = ModuleType("imagebind")
    package.__path__ = [str(arguments.upstream / "imagebind")]
    model_module = import_module("imagebind.models.imagebind_model")
    parts = import_module("imagebind.models.multimodal_preprocessors")

    # Without memory for its numbers; only the rates of dropped paths are read out of a tensor.
    linspace = torch.linspace
    torch.linspace = partial(linspace, device="cpu")
    with torch.device("meta"):
        published = model_module.imagebind_huge().state_dict()
    torch.linspace = linspace
    print(f"torch {version('torch')}; imagebind_huge: {len(published)} tensors, "
          f"{sum(tensor.numel() for tensor in published.values())} numbers")

    model = small(model_module, parts)
    state = torch.load(arguments.goldens / "imagebind_huge.pth", weights_only=True)
    model.load_state_dict(state)  # strict
    golden = load_file(arguments.goldens / "golden.safetensors")
    print("| tower | output | at unit length | input gradient |")
    print("|---|---|---|---|")
    worst = 0.0

    def report(name, output, gradient=None):
        nonlocal worst
        wanted = golden[f"{name}.embeddings"]
        figures = [(output - wanted).abs().max().item(),
                   (normalize(output, dim=-1) - normalize(wanted, dim=-1)).abs().max().item()]
        if gradient is not None:
            wanted = golden[f"{name}.gradient"]
            gradient = gradient.flatten()[::golden_of.GRADIENT_STEP.get(name, 1)]
            figures.append(((gradient - wanted).abs().max() / wanted.abs().max()).item())
        worst = max(worst, *figures[1:])
        cells = [f"{figure:.1e}" for figure in figures] + ["–"] * (3 - len(figures))
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)

    for name, sense, inputs, _ in golden_of.cases():
        inputs.requires_grad_()
        prepared = golden_of.normalise(name, inputs)
        if name == "image":
            prepared = prepared[:, :, 0]  # upstream makes the clip itself
        output = model({sense.name: prepared})[sense.name]
        loss = (normalize(output, dim=-1) * golden[f"{name}.direction"]).sum()
        gradient, = torch.autograd.grad(loss, inputs)
        report(name, output.detach(), gradient)
    report("text", model({"text": golden["text.token_ids"]})["text"])
    if worst > 1e-4:
        raise SystemExit("some tower differs by more than 1e-4")


if __name__ == "__main__":
    main()

"""Upstream's own UniBind beside the golden of `Tools/goldens/uni_bind.py`.

Takes a checkout of https://github.com/QC-LY/UniBind, which is not part of this project. Needs torch,
numpy, einops, ftfy, regex and safetensors; what else it imports is put in its place: the two kernels
for CUDA (`pointnet2_ops`, `knn_cuda`) by what they compute, the rest by nothing, as no answer depends
on it.

First how many tensors and numbers upstream's published model has, then the largest differences
between upstream's answers and the golden: of the output, and of the input gradient on the scale of
its largest entry. Point clouds go through in double (see the golden's script). The row `published
sizes` has upstream's own tower with fresh weights beside the golden's formulas, without a golden. The
row `image` has the images of a model whose senses come from the golden of ImageBind.

    python uni_bind_upstream.py --upstream UniBind
"""

import argparse
import sys
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy
import torch
from safetensors.torch import load_file
from torch.nn.functional import normalize

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/goldens"))
import image_bind  # noqa: E402
import uni_bind as golden_of  # noqa: E402
from image_bind_upstream import small as small_bind, stand_ins  # noqa: E402
GOLDENS = ROOT / "Tests/HoldfastEncodersTests/Goldens"


def module(name, **contents):
    """Puts a module in place of one that is not installed, with those above it."""
    parts = name.split(".")
    for length in range(1, len(parts)):
        sys.modules.setdefault(".".join(parts[:length]), ModuleType(".".join(parts[:length])))
    sys.modules[name] = made = ModuleType(name)
    made.__dict__.update(contents)
    if len(parts) > 1:
        setattr(sys.modules[".".join(parts[:-1])], parts[-1], made)


class Nearest(torch.nn.Module):
    """knn_cuda: the k points of `reference` nearest to each query, by distance."""

    def __init__(self, k, transpose_mode):
        super().__init__()
        self.k = k

    def forward(self, reference, query):
        found = torch.cdist(query, reference).topk(self.k, largest=False)
        return found.values, found.indices


def more_stand_ins():
    stand_ins()

    class DropPath(torch.nn.Identity):
        def __init__(self, *_, **__):
            super().__init__()
    for name in ("timm", "ipdb", "torchvision", "easydict", "matplotlib.pyplot",
                 "mpl_toolkits.mplot3d", "models.pointbert.point_encoder", "termcolor"):
        module(name)
    module("timm.models.layers", DropPath=DropPath, trunc_normal_=torch.nn.init.trunc_normal_)
    sys.modules["torchvision"].transforms = None
    sys.modules["easydict"].EasyDict = dict
    sys.modules["mpl_toolkits.mplot3d"].Axes3D = None
    sys.modules["models.pointbert.point_encoder"].PointTransformer_BIND = None
    sys.modules["termcolor"].colored = None
    module("utils.logger", print_log=print)
    module("data.dataset_3d", torch=torch, np=numpy)
    module("knn_cuda", KNN=Nearest)
    module("pointnet2_ops.pointnet2_utils",
           furthest_point_sample=lambda points, count: golden_of.farthest(points.detach(), count),
           gather_operation=lambda x, index: golden_of.at(x.transpose(1, 2), index).transpose(1, 2))


def small_points(i2p):
    """Upstream's tower at the golden's sizes; it offers none, so its own classes are put together
    anew."""
    tower, parts = i2p.I2P_MAE_BIND(), i2p
    encoder = tower.h_encoder
    for stage, width in enumerate(golden_of.WIDTHS):
        before = golden_of.WIDTHS[stage - 1] if stage else 3
        embed = parts.Token_Embed(before, width)
        if stage == 0:
            a, b, c = golden_of.FIRST
            embed.first_conv = torch.nn.Sequential(
                torch.nn.Conv1d(3, a, 1), torch.nn.BatchNorm1d(a), torch.nn.ReLU(),
                torch.nn.Conv1d(a, b, 1))
            embed.second_conv = torch.nn.Sequential(
                torch.nn.Conv1d(2 * b, c, 1), torch.nn.BatchNorm1d(c), torch.nn.ReLU(),
                torch.nn.Conv1d(c, width, 1))
        encoder.token_embed[stage] = embed
        encoder.encoder_pos_embeds[stage] = torch.nn.Sequential(
            torch.nn.Linear(3, width), torch.nn.GELU(), torch.nn.Linear(width, width))
        encoder.encoder_blocks[stage] = parts.Encoder_Block(
            embed_dim=width, depth=golden_of.LAYERS[stage], num_heads=golden_of.HEADS)
    tower.norm = torch.nn.LayerNorm(golden_of.WIDTHS[-1])
    return tower


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upstream", type=Path, required=True, help="a checkout of UniBind")
    parser.add_argument("--goldens", type=Path, default=GOLDENS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    # The packages' own first lines import what decodes files, which nothing here needs.
    for name in ("imagebind", "models"):
        sys.modules[name] = package = ModuleType(name)
        package.__path__ = [str(arguments.upstream / name)]
    more_stand_ins()
    bind_module = import_module("imagebind.imagebind_model")
    parts = import_module("imagebind.multimodal_preprocessors")
    whole = import_module("models.PointBind_models")
    i2p = import_module("models.i2p_mae.I2P_MAE")

    linspace, stage = torch.linspace, torch.nn.Module.cuda
    torch.linspace, torch.nn.Module.cuda = partial(linspace, device="cpu"), lambda module: module
    with torch.device("meta"):
        published = whole.POINTBIND(i2p.I2P_MAE_BIND(), pc_feat_dims=384).state_dict()
    torch.linspace, torch.nn.Module.cuda = linspace, stage
    print(f"torch {version('torch')}; published: {len(published)} tensors, "
          f"{sum(tensor.numel() for tensor in published.values())} numbers")

    file = arguments.goldens / golden_of.FOLDER / "pretrained_weights.pt"
    state = torch.load(file, weights_only=True)
    # The senses that the golden leaves out.
    state |= {f"bind.{key}": value for key, value in image_bind.weights().items()
              if f"bind.{key}" not in state}
    model = whole.POINTBIND.__new__(whole.POINTBIND)
    torch.nn.Module.__init__(model)
    model.logit_scale = torch.nn.Parameter(torch.zeros([]))
    model.bind = small_bind(bind_module, parts)
    model.point_encoder = small_points(i2p)
    model.pc_projection = torch.nn.Parameter(
        torch.zeros(golden_of.WIDTHS[-1], golden_of.SPACE))
    model.load_state_dict(state)  # strict
    model.eval().requires_grad_(False)

    print("| tower | output | input gradient |")
    print("|---|---|---|")
    worst = 0.0

    def report(name, output, wanted, gradient, wanted_gradient):
        nonlocal worst
        figures = [(output - wanted).abs().max().item(),
                   ((gradient - wanted_gradient).abs().max() / wanted_gradient.abs().max()).item()]
        worst = max(worst, *figures)
        print(f"| {name} | {figures[0]:.1e} | {figures[1]:.1e} |", flush=True)

    def upstream(model, points):
        embedding = model.bind.modality_head_point(whole.POINTBIND.encode_pc(model, points))
        return model.bind.modality_postprocessor_point(embedding)

    golden = load_file(arguments.goldens / golden_of.FOLDER / "golden.safetensors")
    points = golden_of.clouds().double().requires_grad_()
    output = upstream(model.double(), points)
    gradient, = torch.autograd.grad((output * golden["points.direction"]).sum(), points)
    report("points", output.detach(), golden["points.output"], gradient, golden["points.gradient"])

    pixels = image_bind.formula_inputs(image_bind.VISION.inputs).requires_grad_()
    golden = load_file(arguments.goldens / image_bind.FOLDER / "golden.safetensors")
    # Upstream makes the clip itself.
    output = model.float().bind({"vision": image_bind.normalise("image", pixels)[:, :, 0]})["vision"]
    loss = (normalize(output, dim=-1) * golden["image.direction"]).sum()
    gradient, = torch.autograd.grad(loss, pixels)
    report("image (and event)", output.detach(), golden["image.embeddings"], gradient.flatten(),
           golden["image.gradient"])

    tower = i2p.I2P_MAE_BIND().eval().requires_grad_(False)
    for name, tensor in tower.state_dict().items():
        if name.endswith("running_mean") or name.endswith("bias"):
            tensor.normal_(0, 0.1)
        elif name.endswith("running_var"):
            tensor.uniform_(0.5, 1.5)
        elif name.endswith("weight") and tensor.dim() > 1:
            tensor.normal_(0, tensor.shape[1] ** -0.5)
    none = {f"{name}_num_blocks": 0
            for name in ("vision", "text", "audio", "depth", "thermal", "imu")}
    full = SimpleNamespace(
        point_encoder=tower.double(), pc_projection=torch.randn(384, 512).double() * 384 ** -0.5,
        bind=bind_module.ImageBindModel(**none).eval().requires_grad_(False).double())
    ours = golden_of.Points({
        "pc_projection": full.pc_projection,
        **{f"point_encoder.{key}": value for key, value in tower.state_dict().items()},
        **{f"bind.{key}": value for key, value in full.bind.state_dict().items()}})
    points = golden_of.clouds(2048).double().requires_grad_()
    theirs, wanted = upstream(full, points), ours.output(points)
    direction = torch.randn_like(wanted)
    slopes = [torch.autograd.grad((output * direction).sum(), points)[0]
              for output in (theirs, wanted)]
    report("points, published sizes", theirs.detach(), wanted.detach(), *slopes)
    if worst > 1e-4:
        raise SystemExit("some tower differs by more than 1e-4")


if __name__ == "__main__":
    main()

"""Small files in every format HoldfastFormats reads, with the values they hold.

Writes Tests/HoldfastFormatsTests/Goldens: checkpoints by torch 2.13.0 and safetensors 0.8.0, tar
archives by the standard library, and expected.json with each tensor's dtype, shape and contiguous
little-endian bytes (hexadecimal).

    python Tools/goldens/formats.py
"""

import collections
import io
import json
import pathlib
import platform
import tarfile

import safetensors
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).resolve().parents[2]
GOLDENS = HERE / "Tests/HoldfastFormatsTests/Goldens"

NAMES = {
    torch.bool: "BOOL", torch.uint8: "U8", torch.int8: "I8", torch.uint16: "U16",
    torch.int16: "I16", torch.float16: "F16", torch.bfloat16: "BF16", torch.uint32: "U32",
    torch.int32: "I32", torch.float32: "F32", torch.uint64: "U64", torch.int64: "I64",
    torch.float64: "F64",
}  # fmt: skip


def described(tensor):
    tensor = tensor.detach().contiguous()
    data = tensor.reshape(-1).view(torch.uint8) if tensor.numel() else torch.empty(0)
    return {
        "dtype": NAMES[tensor.dtype],
        "shape": list(tensor.shape),
        "bytes": bytes(data.tolist()).hex() if tensor.numel() else "",
    }


def ramp(*shape, dtype=torch.float32, start=0):
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count) + start).reshape(shape).to(dtype)


def state():
    base = ramp(3, 4) / 8 - 0.5
    state = collections.OrderedDict()
    state["weight"] = base
    state["transposed"] = base.t()
    state["column"] = base[:, 1]
    state["block"] = base[1:, 1:3]
    state["same"] = base
    state["half"] = ramp(5, dtype=torch.float16, start=-2) / 4
    state["brain"] = ramp(2, 3, dtype=torch.bfloat16) / 2
    state["double"] = ramp(2, dtype=torch.float64) / 3
    state["ids"] = ramp(1, 4, dtype=torch.int64, start=-1)
    state["mask"] = torch.tensor([True, False, True])
    state["bytes"] = ramp(2, 2, 2, dtype=torch.uint8).permute(2, 0, 1)
    state["scale"] = torch.tensor(4.6052)
    state["parameter"] = torch.nn.Parameter(ramp(2, 2))
    state["repeated"] = torch.tensor([7.0]).expand(3)
    state["empty"] = torch.empty(0, 3)
    return state


class Part(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(2, 3)
        self.register_buffer("steps", torch.tensor([1, 2]))
        self.sizes = [1, 2]
        self.named = torch.jit.Attribute({"one": torch.ones(1)}, dict[str, torch.Tensor])

    def forward(self, x):
        return self.linear(x) * len(self.sizes)


class Whole(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = torch.nn.Sequential(Part(), torch.nn.ReLU())
        self.logit_scale = torch.nn.Parameter(torch.tensor(2.6592).half())
        self.width = 3

    def forward(self, x):
        return self.blocks(x) * self.logit_scale


def scripted():
    module = Whole()
    with torch.no_grad():
        for index, parameter in enumerate(module.parameters()):
            parameter.copy_(ramp(*parameter.shape, start=index) / 4)
    tensors = dict(module.state_dict())
    tensors["blocks.0.named.one"] = torch.ones(1)
    torch.jit.script(module).save(str(GOLDENS / "scripted.pt"))
    return tensors


def member(archive, name, content, **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(content))


def shards():
    long_name = "deep/" * 30 + "s0000002.txt"
    for name, layout in [("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)]:
        with tarfile.open(GOLDENS / f"{name}.tar", "w", format=layout) as archive:
            member(archive, "train", b"", type=tarfile.DIRTYPE)
            member(archive, "__info__.json", b"{}")
            member(archive, "README", b"no extension")
            member(archive, ".hidden.txt", b"hidden")
            member(archive, "train/s0000000.PNG", bytes(range(256)) * 3)
            member(archive, "train/s0000000.seg.png", b"mask")
            member(archive, "train/s0000000.cls", b"3")
            member(archive, "train/s0000001.txt", "ein Hund läuft\n".encode())
            member(archive, "train/link.txt", b"", type=tarfile.SYMTYPE, linkname="s0000001.txt")
            member(archive, "train/s0000001.cls", b"")
            member(archive, long_name, b"long")
            member(archive, "train/é.txt", b"accent")
    return {
        "samples": [
            {"key": "train/s0000000", "files": {"png": 768, "seg.png": 4, "cls": 1}},
            {"key": "train/s0000001", "files": {"txt": 16, "cls": 0}},
            {"key": long_name.removesuffix(".txt"), "files": {"txt": 4}},
            {"key": "train/é", "files": {"txt": 6}},
        ]
    }


def main():
    GOLDENS.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    files = {}

    def save(name, content, tensors, **options):
        torch.save(content, GOLDENS / name, **options)
        files[name] = {key: described(value) for key, value in tensors.items()}

    weights = state()
    legacy = {"_use_new_zipfile_serialization": False}
    save("state.pt", weights, weights)
    save("state_legacy.pt", weights, weights, **legacy)
    save(
        "nested.pt",
        {"epoch": 3, "loss": 0.5, "big": 2**70, "optimizer": {"state": {0: ramp(2)}},
         "state_dict": {f"module.{key}": value for key, value in weights.items()}},
        weights,
    )  # fmt: skip
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    with torch.no_grad():
        module[0].weight.copy_(ramp(3, 2))
        module[0].bias.copy_(ramp(3))
    save("module.pt", {"model": module.state_dict()}, module.state_dict())
    save("module_legacy.pt", {"model": module.state_dict()}, module.state_dict(), **legacy)
    files["scripted.pt"] = {key: described(value) for key, value in scripted().items()}

    every = {name.lower(): ramp(2, 3, dtype=dtype) for dtype, name in NAMES.items()}
    every["scalar"] = torch.tensor(1.5)
    every["empty"] = torch.empty(0, 3)
    safetensors.torch.save_file(every, GOLDENS / "every.safetensors", metadata={"format": "pt"})
    files["every.safetensors"] = {key: described(value) for key, value in every.items()}

    expected = {
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "safetensors": safetensors.__version__,
        },
        "tolerance": 0,
        "checkpoints": files,
        "shards": shards(),
    }
    (GOLDENS / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

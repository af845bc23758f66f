"""Small random `open_clip.model.CLIP`s in open_clip's files, in OpenAI's TorchScript archive, and
as a bare vision tower (the way robust fine-tunings are shared)."""

import copy
import json
from dataclasses import dataclass, field

import torch
from open_clip.model import CLIP, build_model_from_openai_state_dict
from safetensors.torch import save_file
from torch import nn

from clip_common import CLIP_MEAN, CLIP_STD, random_prompts, randomise


@dataclass
class OpenClipPeer:
    name: str
    seed: int
    embed: int
    vision: dict
    text: dict
    quick_gelu: bool
    mean: tuple = CLIP_MEAN
    std: tuple = CLIP_STD
    notes: dict = field(default_factory=dict)
    write: object = None

    def build(self):
        self.use(randomise(CLIP(self.embed, vision_cfg=self.vision, text_cfg=self.text,
                                quick_gelu=self.quick_gelu), self.seed))
        end = self.text["vocab_size"] - 1
        self.token_ids = random_prompts(4, self.text["context_length"], end + 1, end=end,
                                        padding=0, seed=self.seed)
        self.image_size = self.vision["image_size"]
        return self

    def use(self, model):
        self.model = model.requires_grad_(False)
        self.logit_scale = model.logit_scale
        self.embed_image, self.embed_text = model.encode_image, model.encode_text

    def watch(self, recorder):
        tower = self.model.visual
        recorder.watch("patch_embedding", tower.conv1)
        recorder.watch("residual.0", tower.ln_pre)
        recorder.watch("attention_branch.0", tower.transformer.resblocks[0].attn)
        for index, block in enumerate(tower.transformer.resblocks):
            recorder.watch(f"residual.{index + 1}", block)

    def write_config(self, folder):
        config = {
            "model_cfg": {"embed_dim": self.embed, "vision_cfg": self.vision,
                          "text_cfg": self.text},
            "preprocess_cfg": {"size": [self.image_size] * 2, "mode": "RGB", "mean": self.mean,
                               "std": self.std, "interpolation": "bicubic",
                               "resize_mode": "shortest", "fill_color": 0},
        }
        if self.quick_gelu:
            config["model_cfg"]["quick_gelu"] = True
        (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")


def as_safetensors(peer, folder):
    peer.write_config(folder)
    save_file({key: value.contiguous() for key, value in peer.model.state_dict().items()},
              folder / "open_clip_model.safetensors", metadata={"format": "pt"})


def as_training_checkpoint(peer, folder):
    """A `.bin` as training leaves it: under "state_dict", every key behind "module."."""
    peer.write_config(folder)
    state = {f"module.{key}": value for key, value in peer.model.state_dict().items()}
    torch.save({"epoch": 3, "name": peer.name, "state_dict": state},
               folder / "open_clip_pytorch_model.bin")


def as_openai_archive(peer, folder):
    """A TorchScript archive with OpenAI's names: matrices in float16, LayerNorm and embeddings in
    float32, three scalar buffers. The golden is float32 arithmetic on these rounded weights."""
    scalars = {"input_resolution": peer.image_size, "context_length": peer.text["context_length"],
               "vocab_size": peer.text["vocab_size"]}
    archive = nn.Module()
    for name, value in peer.model.state_dict().items():
        place(archive, name, nn.Parameter(value.half() if is_half(name) else value))
    for name, value in scalars.items():
        archive.register_buffer(name, torch.tensor(value))
    torch.jit.save(torch.jit.script(archive), folder / "model.pt")
    state = torch.jit.load(folder / "model.pt").state_dict()
    assert set(scalars) <= set(state) and state["visual.proj"].dtype == torch.float16
    assert {key for key in state if key not in scalars} == set(peer.model.state_dict())
    state = {key: value.float() if key not in scalars else value for key, value in state.items()}
    peer.use(build_model_from_openai_state_dict(state, cast_dtype=torch.float32).float())
    peer.notes["heads"] = "width / 64, as the archive has no configuration"


def place(module, name, parameter):
    """Puts a parameter at its dotted name, making the modules on the way."""
    *path, leaf = name.split(".")
    for part in path:
        if part not in module._modules:
            module.add_module(part, nn.Module())
        module = module._modules[part]
    module.register_parameter(leaf, parameter)


def is_half(name):
    """OpenAI's rule: convolution, linear, attention and projection weights and their biases."""
    return (name in ("text_projection", "visual.proj") or ".attn." in name or ".mlp." in name
            or name == "visual.conv1.weight")


def as_robust_tower(peer, folder):
    """Only the vision tower, keys without "visual."; the text tower is the base model's."""
    base = next(model for model in MODELS if model.name == "open-clip-quick-gelu")
    tower = {key.removeprefix("visual."): value.clone()
             for key, value in peer.model.state_dict().items() if key.startswith("visual.")}
    torch.save(tower, folder / "tower.pt")
    joined = copy.deepcopy(base.model)
    joined.visual.load_state_dict(tower)
    peer.token_ids = base.token_ids
    peer.use(joined)
    peer.notes["base"] = base.name


SMALL_VISION = {"image_size": 16, "layers": 2, "width": 24, "head_width": 8, "patch_size": 4}
SMALL_TEXT = {"context_length": 10, "vocab_size": 50, "width": 16, "heads": 2, "layers": 2}
MODELS = [
    OpenClipPeer("open-clip-quick-gelu", 21, 20, SMALL_VISION, SMALL_TEXT, True,
                 write=as_safetensors),
    OpenClipPeer("open-clip-gelu", 22, 28,
                 {"image_size": 15, "layers": 3, "width": 16, "head_width": 16, "patch_size": 5},
                 {"context_length": 9, "vocab_size": 40, "width": 24, "heads": 3, "layers": 1},
                 False, mean=(0.5, 0.45, 0.4), std=(0.25, 0.3, 0.35),
                 write=as_training_checkpoint),
    OpenClipPeer("openai-archive", 23, 32,
                 {"image_size": 12, "layers": 1, "width": 128, "patch_size": 4},
                 {"context_length": 8, "vocab_size": 40, "width": 64, "heads": 1, "layers": 1},
                 True, write=as_openai_archive),
    OpenClipPeer("robust-tower", 24, 20, SMALL_VISION, SMALL_TEXT, True, write=as_robust_tower),
]


def make_all(folder):
    for peer in MODELS:
        (folder / peer.name).mkdir(parents=True, exist_ok=True)
        peer.build().write(peer, folder / peer.name)
        yield peer

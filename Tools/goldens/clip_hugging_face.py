"""Four small random `transformers.CLIPModel`s, saved the ways Hugging Face saves them."""

import json
from dataclasses import dataclass, field

import torch
from transformers import CLIPConfig, CLIPModel

from clip_common import CLIP_MEAN, CLIP_STD, random_prompts, randomise


@dataclass
class HuggingFacePeer:
    name: str
    seed: int
    image_size: int
    vision: dict
    text: dict
    projection: int
    saved_as: str = "safetensors"
    mean: tuple = CLIP_MEAN
    std: tuple = CLIP_STD
    omitted: tuple = ()
    notes: dict = field(default_factory=dict)

    def build(self):
        config = CLIPConfig(
            vision_config={"image_size": self.image_size, **self.vision},
            text_config={"vocab_size": 64, "max_position_embeddings": 12, "bos_token_id": 1,
                         **self.text},
            projection_dim=self.projection)
        self.model = randomise(CLIPModel(config), self.seed)
        self.model.requires_grad_(False)
        self.logit_scale = self.model.logit_scale
        end = config.text_config.eos_token_id
        if end == 2:  # the old rule: the largest id ends the text; id 2 never shows up
            self.token_ids = random_prompts(4, 12, 64, end=63, padding=0, seed=self.seed)
        else:  # the new rule: the first `end`; larger ids before it must not matter
            self.token_ids = random_prompts(4, 12, 64, end=end, padding=end, seed=self.seed,
                                            longest=64)
        return self

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        if self.saved_as == "bin":
            self.model.config.architectures = ["CLIPModel"]
            self.model.config.save_pretrained(folder)
            state = self.model.state_dict()
            # Files of older releases carry these; a reader must pass over them.
            for tower in ("text", "vision"):
                positions = state[f"{tower}_model.embeddings.position_embedding.weight"].shape[0]
                state[f"{tower}_model.embeddings.position_ids"] = torch.arange(positions)[None]
            torch.save(state, folder / "pytorch_model.bin")
        else:
            shard = "50KB" if self.saved_as == "shards" else "1GB"
            self.model.save_pretrained(folder, max_shard_size=shard)
        self.leave_out_defaults(folder / "config.json")
        processor = {
            "crop_size": {"height": self.image_size, "width": self.image_size},
            "size": {"shortest_edge": self.image_size}, "resample": 3,
            "do_resize": True, "do_center_crop": True, "do_rescale": True, "do_normalize": True,
            "rescale_factor": 1 / 255, "image_mean": self.mean, "image_std": self.std,
            "image_processor_type": "CLIPImageProcessor",
        }
        (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")

    def leave_out_defaults(self, path):
        """Hub files leave out what equals the default; here on purpose where `omitted`."""
        config = json.loads(path.read_text())
        for part in (config, config["vision_config"], config["text_config"]):
            for key in self.omitted:
                part.pop(key, None)
        path.write_text(json.dumps(config, indent=2) + "\n")

    def watch(self, recorder):
        tower = self.model.vision_model
        recorder.watch("patch_embedding", tower.embeddings.patch_embedding)
        recorder.watch("residual.0", tower.pre_layrnorm)
        recorder.watch("attention_branch.0", tower.encoder.layers[0].self_attn)
        for index, layer in enumerate(tower.encoder.layers):
            recorder.watch(f"residual.{index + 1}", layer)

    def embed_image(self, normalised):
        return self.model.get_image_features(pixel_values=normalised).pooler_output

    def embed_text(self, token_ids):
        return self.model.get_text_features(input_ids=token_ids).pooler_output


def shape(width, heads, layers, activation, **more):
    return {"hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": layers,
            "hidden_act": activation, "intermediate_size": 4 * width, **more}


MODELS = [
    HuggingFacePeer(
        "hf-quick-gelu", seed=11, image_size=16, projection=20,
        vision=shape(24, 2, 2, "quick_gelu", patch_size=4),
        text=shape(16, 2, 2, "quick_gelu", eos_token_id=2)),
    HuggingFacePeer(
        "hf-gelu-sharded", seed=12, image_size=28, projection=12, saved_as="shards",
        mean=(0.5, 0.5, 0.5), std=(0.5, 0.4, 0.3),
        vision=shape(16, 4, 3, "gelu", patch_size=14, layer_norm_eps=1e-3),
        text=shape(24, 3, 2, "gelu", layer_norm_eps=1e-2, eos_token_id=50)),
    HuggingFacePeer(
        "hf-gelu-bin", seed=13, image_size=27, projection=40, saved_as="bin",
        vision=shape(24, 3, 2, "gelu", patch_size=9, intermediate_size=40),
        text=shape(16, 4, 1, "gelu", intermediate_size=56, eos_token_id=63)),
    HuggingFacePeer(
        "hf-defaults-omitted", seed=14, image_size=21, projection=16,
        omitted=("hidden_act", "layer_norm_eps", "num_channels"),
        vision=shape(40, 5, 1, "quick_gelu", patch_size=7),
        text=shape(16, 1, 1, "quick_gelu", eos_token_id=2)),
]


def make_all(folder):
    for peer in MODELS:
        peer.build().write(folder / peer.name)
        yield peer

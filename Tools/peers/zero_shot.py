"""A Hugging Face CLIP directory as a plain zero-shot classifier of [0, 1] pixels."""

import json
from pathlib import Path

import torch
from PIL import Image
from torch import nn
from transformers import CLIPModel, CLIPTokenizer

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


class ZeroShotClassifier(nn.Module):
    """Logits exp(s) cos(image, prompt) in float32; the prompts are embedded once."""

    def __init__(self, folder, class_names, template):
        super().__init__()
        self.clip = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
        self.clip.requires_grad_(False)
        mean, std = normalisation(folder)
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))
        self.token_ids = tokenize(folder, [template.format(name, **{"class": name})
                                           for name in class_names])
        with torch.no_grad():
            text = self.clip.get_text_features(input_ids=self.token_ids).pooler_output
        self.register_buffer("text_embeddings", nn.functional.normalize(text, dim=-1))

    def embed(self, pixels):
        features = self.clip.get_image_features(pixel_values=(pixels - self.mean) / self.std)
        return nn.functional.normalize(features.pooler_output, dim=-1)

    def forward(self, pixels):
        return self.clip.logit_scale.exp() * self.embed(pixels) @ self.text_embeddings.T


def normalisation(folder):
    """Mean and standard deviation of the folder's processor, or CLIP's own."""
    path = Path(folder) / "preprocessor_config.json"
    if not path.exists():
        return CLIP_MEAN, CLIP_STD
    config = json.loads(path.read_text())
    return config.get("image_mean", CLIP_MEAN), config.get("image_std", CLIP_STD)


def tokenize(folder, prompts):
    """Token ids padded to the longest prompt with the end-of-text id; end-of-text pooling
    reads nothing behind the first one."""
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    return tokenizer(prompts, padding=True, return_tensors="pt")["input_ids"]


def cifar10_images(folder, per_class):
    """The first images of every class in name order: pixels [N, 3, H, W] in [0, 1], labels,
    class names and paths relative to the folder."""
    classes = sorted(entry.name for entry in Path(folder).iterdir() if entry.is_dir())
    paths, labels, images = [], [], []
    for label, name in enumerate(classes):
        for path in sorted((Path(folder) / name).glob("*.jpg"))[:per_class]:
            pixels = torch.frombuffer(bytearray(Image.open(path).convert("RGB").tobytes()),
                                      dtype=torch.uint8)
            side = int((pixels.numel() // 3) ** 0.5)
            images.append(pixels.view(side, side, 3).permute(2, 0, 1))
            labels.append(label)
            paths.append(f"{name}/{path.name}")
    return torch.stack(images).float() / 255, torch.tensor(labels), classes, paths

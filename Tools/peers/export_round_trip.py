"""Loads a CLIP model and what `holdfast export` made of it with the model's own library, and prints
the largest difference between their embeddings of the same noise and the same random token ids.

    python export_round_trip.py SOURCE EXPORTED

transformers reads folders with `config.json`, open_clip those with `open_clip_config.json`; a SOURCE
that is a file is OpenAI's TorchScript archive. Leaves with 1 where embeddings differ.
"""

import json
import sys
from pathlib import Path

import torch


def transformers_model(folder):
    from transformers import CLIPImageProcessorPil, CLIPModel

    model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
    if not (folder / "preprocessor_config.json").exists():
        assert (folder / "processor_config.json").exists(), "no preprocessor"
    CLIPImageProcessorPil.from_pretrained(folder)
    text, vision = model.config.text_config, model.config.vision_config
    return (lambda x: model.get_image_features(pixel_values=x).pooler_output,
            lambda ids: model.get_text_features(input_ids=ids).pooler_output,
            vision.image_size, text.vocab_size, text.max_position_embeddings)


def open_clip_model(folder):
    import open_clip

    model, _, _ = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    model = model.float().eval()
    config = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
    return (model.encode_image, model.encode_text, config["vision_cfg"]["image_size"],
            config["text_cfg"]["vocab_size"], config["text_cfg"]["context_length"])


def archive(file):
    from open_clip.openai import load_openai_model

    model = load_openai_model(str(file), precision="fp32", device="cpu").eval()
    return (model.encode_image, model.encode_text, model.visual.image_size[0],
            len(model.token_embedding.weight), len(model.positional_embedding))


def load(path):
    """How images and ids become embeddings, the side of an image, the vocabulary, the context."""
    if path.is_file():
        return archive(path)
    weights = {file.name for file in path.iterdir()}
    is_open_clip = "open_clip_config.json" in weights and "config.json" not in weights
    return open_clip_model(path) if is_open_clip else transformers_model(path)


def main():
    source, exported = (Path(argument).resolve() for argument in sys.argv[1:3])
    (image, text, side, vocabulary, context), (image2, text2, *sizes) = load(source), load(exported)
    assert sizes == [side, vocabulary, context], "the sizes differ"
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randn(4, 3, side, side, generator=generator)
    ids = torch.randint(3, vocabulary - 2, (4, context), generator=generator)
    ids[:, -1] = vocabulary - 1  # the largest id ends a text
    with torch.no_grad():
        differences = {"images": (image(pixels) - image2(pixels)).abs().max().item(),
                       "texts": (text(ids) - text2(ids)).abs().max().item()}
    for name, difference in differences.items():
        print(f"{source.name} → {exported.name}, {name}: largest difference {difference:g}")
    sys.exit(any(differences.values()))


if __name__ == "__main__":
    main()

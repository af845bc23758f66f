"""Golden of what transformers has at the sites of CLIP's towers.

The models are those of `clip.py`: their weights, pixels and token ids are read from the goldens.

    python clip_sites.py
"""

import json

import torch
from safetensors.torch import load_file
from transformers import CLIPModel

from clip_common import output_folder, provenance, repository, save

PACKAGES = ["torch", "transformers", "safetensors"]
MODELS = ["hf-quick-gelu", "hf-gelu-sharded"]
FOLDER = "Tests/HoldfastEncodersTests/Goldens"


def sites(tower, tokens, pooled, projection, heads):
    """All tokens and the pooled one behind the last norm, and what the heads of each block give."""
    values = {"tokens": projection(tokens), "pooled": pooled}
    for index, value in enumerate(heads):
        count = tower.encoder.layers[index].self_attn.num_heads
        values[f"heads.{index}"] = value.unflatten(-1, (count, -1))  # (B, N, H, d)
    return values


def watched(tower, run):
    """What goes into the output projection of each block's attention while `run` runs."""
    heads = []
    hooks = [layer.self_attn.out_proj.register_forward_pre_hook(
        lambda module, arguments: heads.append(arguments[0].detach()))
        for layer in tower.encoder.layers]
    result = run()
    for hook in hooks:
        hook.remove()
    return result, heads


def main():
    output = output_folder(__doc__.splitlines()[0], f"{FOLDER}/clip-sites")
    for name in MODELS:
        folder = repository() / FOLDER / name
        model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
        model.set_attn_implementation("eager")
        golden = load_file(folder / "golden.safetensors")
        processor = json.loads((folder / "preprocessor_config.json").read_text())
        mean, std = (torch.tensor(processor[key])[:, None, None]
                     for key in ("image_mean", "image_std"))
        vision, text, ids = model.vision_model, model.text_model, golden["token_ids"]
        with torch.no_grad():
            seen, heads = watched(vision, lambda: vision((golden["pixels"] - mean) / std))
            # transformers gives the tokens before the last norm.
            tensors = {f"vision.{key}": value for key, value in sites(
                vision, vision.post_layernorm(seen.last_hidden_state), seen.pooler_output,
                model.visual_projection, heads).items()}
            read, heads = watched(text, lambda: text(ids))
            tensors |= {f"text.{key}": value for key, value in sites(
                text, read.last_hidden_state, read.pooler_output, model.text_projection,
                heads).items()}
        save(output / f"{name}.safetensors", tensors, provenance(__file__, PACKAGES, model=name))


if __name__ == "__main__":
    main()

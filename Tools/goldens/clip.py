"""Goldens for CLIP towers: small random models of transformers, open_clip and OpenAI's layout.

Every model is a folder with its checkpoint as the peer writes it and a golden.safetensors.

    python clip.py --output Tests/HoldfastEncodersTests/Goldens
"""

import torch
from torch.nn.functional import cross_entropy, normalize

import clip_hugging_face
import clip_open_clip
from clip_common import (Recorder, normalise, output_folder, provenance, random_pixels, save)

PACKAGES = ["torch", "transformers", "open_clip_torch", "safetensors"]


def golden(peer):
    """Everything that a tower must reproduce, computed by a peer's model in float32."""
    recorder = Recorder()
    peer.watch(recorder)
    pixels = random_pixels(3, peer.image_size, seed=peer.seed).requires_grad_()
    raw_image = peer.embed_image(normalise(pixels, peer.mean, peer.std))
    raw_text = peer.embed_text(peer.token_ids)
    image, text = normalize(raw_image, dim=-1), normalize(raw_text, dim=-1)
    logits = peer.logit_scale.exp() * image @ text.T
    labels = torch.arange(3) % len(peer.token_ids)
    gradient, = torch.autograd.grad(cross_entropy(logits, labels, reduction="sum"), pixels)
    tensors = {
        "pixels": pixels, "token_ids": peer.token_ids, "labels": labels,
        "image_embeddings": image, "image_embeddings_raw": raw_image,
        "text_embeddings": text, "text_embeddings_raw": raw_text,
        "logits_per_image": logits, "pixel_gradient": gradient,
    }
    return tensors | recorder.outputs


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastEncodersTests/Goldens")
    for make in (clip_hugging_face.make_all, clip_open_clip.make_all):
        for peer in make(folder):
            metadata = provenance(
                __file__, PACKAGES, gradient_of="sum of cross_entropy(logits_per_image, labels)",
                mean=list(peer.mean), std=list(peer.std), **peer.notes)
            save(folder / peer.name / "golden.safetensors", golden(peer), metadata)


if __name__ == "__main__":
    main()

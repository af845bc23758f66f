"""The pixels of transformers' two CLIP image processors and of open_clip's transform."""

import json

import numpy as np
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from transformers import CLIPImageProcessor
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from media_common import fnv1a, pattern, save, text, versions

SIZES = [(33, 47), (47, 33), (640, 427), (427, 640), (31, 500), (500, 31), (224, 224), (225, 301),
         (20, 20), (256, 341), (37, 38)]

HUGGING_FACE = {
    "openai": {"feature_extractor_type": "CLIPFeatureExtractor", "do_resize": True, "size": 224,
               "resample": 3, "do_center_crop": True, "crop_size": 224, "do_normalize": True,
               "image_mean": [0.48145466, 0.4578275, 0.40821073],
               "image_std": [0.26862954, 0.26130258, 0.27577711]},
    "small": {"image_processor_type": "CLIPImageProcessorFast", "do_resize": True,
              "size": {"shortest_edge": 32}, "resample": 3, "do_center_crop": True,
              "crop_size": {"height": 32, "width": 32}, "do_rescale": True,
              "rescale_factor": 0.00392156862745098},
    "squash-bilinear": {"image_processor_type": "CLIPImageProcessor",
                        "size": {"height": 24, "width": 36}, "resample": 2,
                        "do_center_crop": False},
    "crop-larger-than-resize": {"size": {"shortest_edge": 20}, "resample": 2,
                                "crop_size": {"height": 27, "width": 25}},
}

OPEN_CLIP = {
    "shortest": {"size": 32},
    "shortest-bilinear": {"size": 32, "interpolation": "bilinear"},
    "shortest-oblong": {"size": [24, 40], "interpolation": "bilinear"},
    "longest": {"size": 32, "resize_mode": "longest", "fill_color": 127},
    "longest-oblong": {"size": [24, 40], "resize_mode": "longest", "interpolation": "bilinear"},
    "squash": {"size": 32, "resize_mode": "squash"},
}


def hugging_face(processor, image) -> np.ndarray:
    """The processor's pixels as it crops them, (height, width, 3) bytes."""
    values = processor(image, do_rescale=False, do_normalize=False, return_tensors="np")
    return np.ascontiguousarray(np.asarray(values["pixel_values"])[0].transpose(1, 2, 0)).astype(
        np.uint8)


def describe(pixels: np.ndarray) -> dict:
    height, width, _ = pixels.shape
    return {"width": width, "height": height, "fnv1a": fnv1a(pixels.tobytes())}


def write() -> None:
    cases, largest, share = [], 0, 0.0
    for name, config in HUGGING_FACE.items():
        settings = {k: v for k, v in config.items() if not k.endswith("_type")}
        # As `from_pretrained` does with a file: dictionaries and numbers alike.
        slow, fast = CLIPImageProcessorPil(**settings), CLIPImageProcessor(**settings)
        for size in SIZES:
            image = pattern(*size)
            reference, other = hugging_face(slow, image), hugging_face(fast, image)
            case = {"name": name, "config": json.dumps(config), "source": size,
                    "expected": describe(reference)}
            if name in ("openai", "small"):
                difference = np.abs(reference.astype(int) - other.astype(int))
                case["torchvision"] = {
                    "largest": int(difference.max()),
                    "share": round(float((difference > 0).mean()), 6)}
                if name == "small":
                    case["torchvision"]["pixels"] = text(other.tobytes())
                largest = max(largest, int(difference.max()))
                share = max(share, float((difference > 0).mean()))
            cases.append(case)
    for name, config in OPEN_CLIP.items():
        transform = image_transform_v2(
            PreprocessCfg(**config, mean=(0, 0, 0), std=(1, 1, 1)), is_train=False)
        file = {"model_cfg": {"embed_dim": 512}, "preprocess_cfg": {"mode": "RGB"} | config}
        for size in SIZES:
            pixels = (transform(pattern(*size)) * 255).round().to(torch.uint8)
            cases.append({"name": f"open_clip-{name}", "config": json.dumps(file), "source": size,
                          "expected": describe(
                              pixels.permute(1, 2, 0).contiguous().numpy())})

    unit = (torch.arange(256, dtype=torch.uint8).float() / 255).numpy()
    exact = CLIPImageProcessorPil(do_resize=False, do_center_crop=False, do_normalize=False)
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    by_processor = exact(ramp, return_tensors="np", input_data_format="channels_last")
    gap = np.abs(np.asarray(by_processor["pixel_values"])[0, 0].reshape(-1) - unit).max()
    save("preprocessing.json", {
        "versions": versions("pillow", "torch", "torchvision", "transformers", "open_clip_torch"),
        "tolerances": {"expected": 0, "torchvision": 1},
        "torchvisionLargest": largest, "torchvisionShare": round(share, 6),
        "unitValueBits": [int(bits) for bits in unit.view(np.uint32)],
        "unitValueGapToProcessor": float(gap),
        "cases": cases})

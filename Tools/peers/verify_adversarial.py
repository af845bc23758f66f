"""An outside witness: are inputs that are said to fool a CLIP model really fooling it?

Reads a safetensors file with `inputs` [N, 3, H, W] in [0, 1], `labels` [N], `predictions` [N]
(what the attacker claims), and optionally `clean` [N, 3, H, W]; classifies every input alone, in
float32, by transformers; prints one JSON object. Exits with 1 where a claimed success fails.

    python verify_adversarial.py --model DIR --classes cat dog --template "a photo of a {class}." \\
        --inputs adversarial.safetensors --epsilon 4/255
"""

import argparse
import json
import sys
from fractions import Fraction

import torch
import transformers
from safetensors.torch import load_file

from zero_shot import ZeroShotClassifier


def judge(model, tensors, epsilon):
    inputs, labels = tensors["inputs"].float(), tensors["labels"].long()
    claimed = tensors["predictions"].long()
    with torch.no_grad():
        logits = torch.cat([model(x[None]) for x in inputs])
    found = logits.argmax(1)
    own = logits.gather(1, labels[:, None])[:, 0]
    others = logits.scatter(1, labels[:, None], -torch.inf).max(1).values
    claims, successes = claimed != labels, found != labels
    result = {
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "samples": len(labels),
        "claimed_successes": int(claims.sum()),
        "confirmed_successes": int((claims & successes).sum()),
        "unclaimed_successes": int((~claims & successes).sum()),
        "predictions_agree": int((found == claimed).sum()),
        "outside_unit_box": int(((inputs < 0) | (inputs > 1)).flatten(1).any(1).sum()),
        "margins": [round(value, 6) for value in (others - own).tolist()],  # > 0: fooled
        "predictions": found.tolist(),
    }
    if "clean" in tensors:
        distances = (inputs.double() - tensors["clean"].double()).abs().flatten(1).amax(1)
        result["linf_distance"] = [round(value, 9) for value in distances.tolist()]
        if epsilon is not None:
            result["outside_ball"] = int((distances > float(epsilon) + 1e-7).sum())
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a Hugging Face CLIP directory")
    parser.add_argument("--classes", nargs="+", required=True)
    parser.add_argument("--template", default="a photo of a {class}.")
    parser.add_argument("--inputs", required=True, help="safetensors file")
    parser.add_argument("--epsilon", type=Fraction, default=None, help="Linf radius, e.g. 4/255")
    arguments = parser.parse_args()
    model = ZeroShotClassifier(arguments.model, arguments.classes, arguments.template).eval()
    result = judge(model, load_file(arguments.inputs), arguments.epsilon)
    print(json.dumps(result))
    sound = result["confirmed_successes"] == result["claimed_successes"]
    sys.exit(0 if sound and not result["outside_unit_box"] and not result.get("outside_ball")
             else 1)


if __name__ == "__main__":
    main()

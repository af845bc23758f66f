"""Are the successes of a Holdfast run successes for transformers too?

    python confirm_run.py RUN --model DIR

RUN is the folder of `holdfast audit --save-adversarial` on a bare CLIP directory. Every example
that the run counts as a success is classified alone, in float32, by transformers' own model. Those
within 0.001 logits of the boundary are counted and printed: other kernels may decide them
otherwise. Prints one JSON object; exits with 1 where a success outside that band fails, or where an
example is outside its ball or [0, 1].
"""

import argparse
import csv
import json
import sys
from fractions import Fraction
from pathlib import Path

import torch
import transformers
from safetensors import safe_open

from zero_shot import ZeroShotClassifier

BAND = 1e-3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    arguments = parser.parse_args()
    plan = json.loads((arguments.run / "run.json").read_text())["plan"]
    classes, (template,) = plan["classes"], plan["templates"]
    model = ZeroShotClassifier(arguments.model, classes, template.replace("{}", "{class}")).eval()
    folder = arguments.run / "artifacts/adversarial"
    result = {"torch": torch.__version__, "transformers": transformers.__version__,
              "successes": 0, "confirmed": 0, "in_band": [], "failed": [], "unreachable": []}
    with (folder / "manifest.csv").open(newline="") as manifest:
        for row in csv.DictReader(manifest):
            label = classes.index(row["label"])
            with safe_open(folder / Path(row["path"]).with_suffix(".safetensors"), "pt") as file:
                x = file.get_tensor("input")
            name = f"{row['protocol']} {row['epsilon']} {row['sample']}"
            if x.min() < 0 or x.max() > 1 or \
                    float(row["distance"]) > float(Fraction(row["epsilon"])) * (1 + 1e-12):
                result["unreachable"].append(name)
            if float(row["margin"]) <= 0:
                continue
            with torch.no_grad():
                logits = model(x)[0]
            others = torch.cat([logits[:label], logits[label + 1:]]).max()
            margin = float(others - logits[label])
            result["successes"] += 1
            result["confirmed"] += margin > 0
            if abs(margin) < BAND or float(row["margin"]) < BAND:
                result["in_band"].append(name)
            elif margin <= 0:
                result["failed"].append(name)
    print(json.dumps(result))
    sys.exit(1 if result["failed"] or result["unreachable"] else 0)


if __name__ == "__main__":
    main()

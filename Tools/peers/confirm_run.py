"""Are the successes of Holdfast runs successes for transformers too?

    python confirm_run.py RUN [RUN …] --model DIR

RUN is the folder of `holdfast audit --save-adversarial` on a bare CLIP directory, in any norm, with
or without a target. Every example that the run counts as a success is classified alone, in float32,
by transformers' own model. Those within 0.001 logits of the boundary are counted and printed: other
kernels may decide them otherwise. Prints one JSON object per run; exits with 1 where a success
outside that band fails, or where an example is outside its ball or [0, 1].
"""

import argparse
import csv
import json
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import torch
import transformers
from safetensors import safe_open

from zero_shot import ZeroShotClassifier

BAND = 1e-3


def margin(logits, label, target):
    """How far past success one row of logits is: the target alone on top, or any class but the
    label where there is no target."""
    best, against = (target, target) if target is not None else (None, label)
    others = torch.cat([logits[:against], logits[against + 1:]]).max()
    return float(logits[best] - others if best is not None else others - logits[label])


def classifier(run, model):
    plan = json.loads((run / "run.json").read_text())["plan"]
    (template,) = plan["templates"]
    return ZeroShotClassifier(model, plan["classes"], template.replace("{}", "{class}")).eval()


def confirm(run, model):
    """What the model says about the examples of a run."""
    classes = json.loads((run / "run.json").read_text())["plan"]["classes"]
    folder = run / "artifacts/adversarial"
    result = {"run": run.name, "successes": 0, "confirmed": 0, "in_band": [], "failed": [],
              "unreachable": []}
    attacks = Counter()
    with (folder / "manifest.csv").open(newline="") as manifest:
        for row in csv.DictReader(manifest):
            with safe_open(folder / Path(row["path"]).with_suffix(".safetensors"), "pt") as file:
                x = file.get_tensor("input")
            name = f"{row['protocol']} {row['epsilon']} {row['attack']} {row['sample']}"
            if x.min() < 0 or x.max() > 1 or \
                    float(row["distance"]) > float(Fraction(row["epsilon"])) * (1 + 1e-12):
                result["unreachable"].append(name)
            if float(row["margin"]) <= 0:
                continue
            target = classes.index(row["target"]) if row.get("target") else None
            with torch.no_grad():
                found = margin(model(x)[0], classes.index(row["label"]), target)
            attacks[row["attack"]] += 1
            result["successes"] += 1
            result["confirmed"] += found > 0
            if abs(found) < BAND or float(row["margin"]) < BAND:
                result["in_band"].append(name)
            elif found <= 0:
                result["failed"].append(name)
    result["by_attack"] = dict(attacks)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, required=True)
    arguments = parser.parse_args()
    is_bad = False
    for run in arguments.runs:
        result = confirm(run, classifier(run, arguments.model))
        result |= {"torch": torch.__version__, "transformers": transformers.__version__}
        print(json.dumps(result), flush=True)
        is_bad |= bool(result["failed"] or result["unreachable"])
    sys.exit(1 if is_bad else 0)


if __name__ == "__main__":
    main()

"""Are the successes of every attack successes for transformers too?

    python confirm_attacks.py --holdfast .build/release/holdfast --model DIR --images CIFAR10/test

Runs `holdfast audit --save-adversarial` with each attack that `holdfast list attacks` names, in each
norm that it takes, with short budgets; then variants that change what an example is (the 8-bit
lattice, a mean over draws, targets, a search in bfloat16). Every success is classified by
transformers' own model as `confirm_run.py` does. Prints one line per run and the sums; exits with 1
where a success outside the margin band fails.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from confirm_run import classifier, confirm

RADII = {"linf": "4/255", "l2": "0.5", "l1": "16"}
# What an attack does with all its steps takes minutes; a success is one whatever it took.
SHORT = {"steps=": "steps=20", "queries=": "queries=300", "targets=": "targets=3",
         "searches=": "searches=3", "every=": "every=5"}
VARIANTS = [
    ("apgd-ce:steps=20,lattice=true", []), ("apgd-ce:steps=5,draws=4", []),
    ("mi-fgsm:diversity=0.5,translation=15,scales=5", []),
    ("crossmaxim:search=apgd,steps=20", []), ("apgd-ce:steps=20", ["--precision", "bf16"]),
    ("apgd-ce:steps=20", ["--target", "random"]), ("square:queries=300", ["--target", "cat"]),
    ("fab-t:steps=20", ["--target", "least-likely"]),
]


def short(entry):
    """The attack with as few steps as make sense."""
    name = entry["attack"]
    options = [given for prefix, given in SHORT.items()
               if any(option.startswith(prefix) for option in entry["options"].split(","))
               and not (prefix == "targets=" and name == "crossfire")]
    return f"{name}:{','.join(options)}" if options else name


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--holdfast", required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=20, help="images for each attack")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    def holdfast(*words):
        done = subprocess.run([arguments.holdfast, *words], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"holdfast {' '.join(words)}\n{done.stderr}")
        return done.stdout

    entries = json.loads(holdfast("list", "attacks", "--format", "json"))
    runs = [(short(entry), norm, []) for entry in entries for norm in entry["norms"].split()]
    runs += [(spelling, "linf", options) for spelling, options in VARIANTS]
    totals = {"successes": 0, "confirmed": 0, "in_band": 0, "failed": 0, "unreachable": 0}
    model = None
    with tempfile.TemporaryDirectory() as folder:
        goal = f"{folder}/goal.safetensors"
        holdfast("embed", str(next(arguments.images.glob("ship/*.jpg"))), "--model",
                 str(arguments.model), "--output", goal)
        for number, (spelling, norm, options) in enumerate(runs):
            run = Path(folder) / f"run-{number}"
            aim = ["--goal", goal] if spelling.split(":")[0] in ("illusion", "apgd-goal") else []
            holdfast("audit", "--model", str(arguments.model), "--data", str(arguments.images),
                     "--limit", str(arguments.limit), "--attack", spelling, "--norm", norm,
                     "--epsilon", RADII[norm], "--checks", "off", "--save-adversarial",
                     "--threads", str(arguments.threads), "--output", str(run), *aim, *options)
            model = model or classifier(run, arguments.model)
            result = confirm(run, model)
            counts = {name: len(value) if isinstance(value, list) else value
                      for name, value in result.items() if name in totals}
            for name, count in counts.items():
                totals[name] += count
            print(json.dumps({"attack": " ".join([spelling, *options]), "norm": norm} | counts),
                  flush=True)
            for name in result["failed"] + result["unreachable"]:
                print(f"FAILED  {name}", flush=True)
    print(json.dumps({"model": arguments.model.name, "runs": len(runs)} | totals))
    sys.exit(1 if totals["failed"] or totals["unreachable"] else 0)


if __name__ == "__main__":
    main()

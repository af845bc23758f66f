"""Verdicts of a Holdfast run beside the peer's, sample by sample.

    python compare_verdicts.py RUN peer-clip-tiny-cifar10-robust.json --attack apgd-ce --seed 0

RUN is the folder of `holdfast audit --protocol white-box --limit 300` on the same model and
images. `--attack` names the peer's run; `ensemble` is the worst of its apgd-ce, apgd-t, fab-t and
square. Prints per radius both robust accuracies, the samples that only one side fools, and the
95 % interval of the paired difference (normal approximation, in points). Exits with 1 where ours
is more than 0.4 points above the peer's and the interval does not reach below that.
"""

import argparse
import json
import math
import sys
from pathlib import Path

ENSEMBLE = ("apgd-ce", "apgd-t", "fab-t", "square")


def peer_verdicts(record, attack, epsilon, seed):
    """1 per image that stands; None where the peer has not run it."""
    names = ENSEMBLE if attack == "ensemble" else (attack,)
    rows = []
    for name in names:
        # FAB-T draws nothing without restarts, so its verdicts hold for every seed.
        seeds = [seed, 0] if name == "fab-t" else [seed]
        runs = [run for wanted in seeds for run in record["runs"]
                if (run["attack"], run["epsilon"], run["seed"]) == (name, epsilon, wanted)]
        if not runs:
            return None
        rows.append([character == "1" for character in runs[0]["robust_verdicts"]])
    return [all(column) for column in zip(*rows)]


def our_verdicts(run):
    """Standing radii per sample id, nested: what falls at a radius has fallen at larger ones."""
    verdicts = {}
    for line in (run / "samples.jsonl").read_text().splitlines():
        sample = json.loads(line)
        stands, standing = sample["clean"]["correct"], {}
        (entry,) = [e for e in sample["protocols"] if e["name"] == "white-box"]
        for radius in entry["radii"]:
            stands = stands and radius["robust"]
            standing[radius["radius"]] = stands
        verdicts[sample["id"]] = (sample["clean"]["correct"], standing)
    return verdicts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("peer", type=Path)
    parser.add_argument("--attack", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--points", type=float, default=0.4)
    arguments = parser.parse_args()
    record = json.loads(arguments.peer.read_text())
    ours = our_verdicts(arguments.run)
    ids = [name for name in record["images"] if name in ours]
    positions = [record["images"].index(name) for name in ids]
    failed = False
    for epsilon in ("1/255", "2/255", "4/255"):
        theirs = peer_verdicts(record, arguments.attack, epsilon, arguments.seed)
        if theirs is None:
            continue
        pairs = [(ours[name][1][epsilon], theirs[place]) for name, place in zip(ids, positions)]
        n = len(pairs)
        differences = [int(a) - int(b) for a, b in pairs]
        mean = sum(differences) / n
        deviation = math.sqrt(sum((d - mean) ** 2 for d in differences) / max(1, n - 1) / n)
        low, high = 100 * (mean - 1.96 * deviation), 100 * (mean + 1.96 * deviation)
        passes = 100 * mean <= arguments.points or low <= arguments.points
        failed |= not passes
        print(json.dumps({
            "attack": arguments.attack, "epsilon": epsilon, "seed": arguments.seed, "images": n,
            "clean": sum(ours[name][0] for name in ids),
            "ours": sum(a for a, _ in pairs), "peer": sum(b for _, b in pairs),
            "only_ours_stands": [name for name, (a, b) in zip(ids, pairs) if a and not b],
            "only_peer_stands": sum(b and not a for a, b in pairs),
            "difference_points": round(100 * mean, 2), "interval": [round(low, 2), round(high, 2)],
            "passes": passes}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

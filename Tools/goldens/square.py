"""Steps of Square in Linf, L2 and L1 for given places and signs, and its schedule of patch sizes.

Written from the published formulas (Andriushchenko et al., arXiv 1912.00049, algorithms 2 and 3) in
float64, cell by cell, sharing no code with any implementation.

    python square.py --output Tests/HoldfastAttacksTests/Goldens
"""

import json
from importlib.metadata import version

import numpy as np

from clip_common import output_folder

TINY = 1e-12
ORDER = {"l2": 2, "l1": 1}
FALL = {"l2": 2, "l1": 4}  # how fast the height of the rings falls
THRESHOLDS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000]


def size(values, norm):
    if norm == "linf":
        return np.abs(values).max()
    return np.abs(values).sum() if norm == "l1" else np.sqrt((values ** 2).sum())


def hill(height, width, norm):
    """Rectangles about the middle, one cell wider on each side every time, of unit norm."""
    values = np.zeros((height, width))
    for ring in range(max(height // 2, width // 2) + 1):
        for row in range(height):
            for column in range(width):
                if max(abs(row - height // 2), abs(column - width // 2)) <= ring:
                    values[row, column] += 1 / (ring + 1) ** FALL[norm]
    return values / size(values, norm)


def bump(side, turned, norm):
    """A hill over a hollow, of unit norm."""
    upper = side // 2
    values = np.zeros((side, side))
    if upper:
        values[:upper] = hill(upper, side, norm)
    values[upper:] = -hill(side - upper, side, norm)
    values /= size(values, norm)
    return values.T if turned else values


def window(side, place):
    return slice(place[0], place[0] + side), slice(place[1], place[1] + side)


def paint(clean, best, epsilon, side, place, signs):
    moved = best.copy()
    rows, columns = window(side, place)
    for channel, sign in enumerate(signs):
        patch = best[channel, rows, columns] + 2 * epsilon * sign
        origin = clean[channel, rows, columns]
        moved[channel, rows, columns] = np.clip(patch, origin - epsilon, origin + epsilon)
    return moved.clip(0, 1)


def transfer(clean, best, epsilon, side, to, source, turned, signs, norm):
    """Before the last projection, to the box and in L1 to the ball too."""
    order, channels = ORDER[norm], len(clean)
    delta = best - clean
    spare = max(epsilon ** order - size(delta, norm) ** order, 0) / channels
    first, second = window(side, to), window(side, source)
    both = np.zeros(clean.shape[1:], bool)
    both[first] = True
    both[second] = True
    moved = delta.copy()
    moved[(slice(None), *second)] = 0
    for channel, sign in enumerate(signs):
        old = delta[(channel, *first)]
        fresh = bump(side, turned, norm) * sign + old / (size(old, norm) + TINY)
        budget = spare + size(delta[channel][both], norm) ** order
        budget = budget * channels if norm == "l1" else budget ** 0.5
        moved[(channel, *first)] = fresh / (size(fresh, norm) + TINY) * budget
    if norm == "l2":
        moved *= epsilon / (size(moved, norm) + TINY)
    return clean + moved


def share(start, step, queries, rescale):
    if rescale:
        step = int(step / queries * 10000)
    return start / 2 ** sum(step > threshold for threshold in THRESHOLDS)


def plain(values):
    return [float(f"{value:.9g}") for value in np.asarray(values, np.float64).ravel()]


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastAttacksTests/Goldens")
    noise = np.random.default_rng(5)
    shape = (3, 9, 12)
    clean = noise.uniform(size=shape).astype(np.float32).astype(np.float64)
    steps = []

    def add(norm, epsilon, side, **where):
        start = noise.uniform(-1, 1, shape)
        start *= (epsilon if norm == "linf" else epsilon * noise.uniform(0.5, 0.9)) / size(start, norm)
        best = (clean + start).clip(0, 1).astype(np.float32).astype(np.float64)
        move = paint(clean, best, epsilon, side, **where) if norm == "linf" else transfer(
            clean, best, epsilon, side, norm=norm, **where)
        steps.append({"norm": norm, "epsilon": epsilon, "side": side, "best": plain(best),
                      "moved": plain(move)} | where)

    add("linf", 0.1, 4, place=[0, 3], signs=[1, -1, 1])
    add("linf", 0.1, 1, place=[8, 11], signs=[-1, -1, 1])
    add("linf", 0.1, 9, place=[0, 3], signs=[-1, 1, 1])
    for norm, epsilon in (("l2", 1.5), ("l1", 8.0)):
        add(norm, epsilon, 5, to=[0, 1], source=[4, 7], turned=False, signs=[1, -1, -1])
        add(norm, epsilon, 5, to=[3, 4], source=[1, 6], turned=True, signs=[-1, 1, -1])
        add(norm, epsilon, 3, to=[6, 9], source=[6, 9], turned=True, signs=[1, 1, 1])

    schedule = [{"queries": queries, "rescale": rescale,
                 "shares": [[step, share(0.8, step, queries, rescale)]
                            for step in sorted({0, queries - 1} | {
                                t + d for t in THRESHOLDS + [5, 25, 100, 250] for d in (0, 1)
                                if t + d < queries})]}
                for queries, rescale in ((5000, False), (10000, False), (5000, True), (500, True))]
    golden = {
        "script": "Tools/goldens/square.py", "versions": {"numpy": version("numpy")},
        "tolerances": {"moved": [2e-6, 2e-6], "bumps": [1e-6, 0], "shares": [0, 1e-12]},
        "shape": list(shape), "clean": plain(clean), "steps": steps, "schedule": schedule,
        "bumps": [{"side": side, "norm": norm, "turned": turned,
                   "values": plain(bump(side, turned, norm))}
                  for norm in ("l2", "l1")
                  for side, turned in ((1, False), (2, False), (3, True), (6, False), (7, True))],
    }
    path = folder / "square.json"
    path.write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{") + "\n")
    print(path.stat().st_size, path.name)


if __name__ == "__main__":
    main()

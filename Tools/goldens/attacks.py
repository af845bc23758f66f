"""The toy classifier of six classes, and step-by-step traces of FGSM, PGD and APGD on it.

Written from the published formulas (Croce and Hein, arXiv 2003.01690; Madry et al.,
arXiv 1706.06083) in float32, sharing no code with any implementation. The final losses of APGD
are compared with known values of the reference and the comparison is printed.

    python attacks.py --output Tests/HoldfastAttacksTests/Goldens
"""

import json
from importlib.metadata import version

import torch
from torch.nn.functional import cross_entropy

from clip_common import output_folder

TINY = 1e-12
KNOWN = {  # f_best of the reference without a random start, cross-entropy
    ("linf", 10): [2.43785, 1.37967, 0.20168, 2.25953],
    ("linf", 20): [2.43785, 1.37967, 0.20168, 2.25953],
    ("linf", 100): [2.43785, 1.37967, 0.20168, 2.25953],
    ("l2", 10): [2.84301, 1.73110, 0.32062, 2.51301],
    ("l2", 20): [2.84301, 1.73352, 0.32131, 2.51301],
    ("l2", 100): [2.84301, 1.73346, 0.32179, 2.51301],
}
KNOWN_DLR = {("linf", 10): -0.54240, ("linf", 20): -0.54200, ("linf", 100): -0.54200,
             ("l2", 10): -0.42316}  # row 2, the only one that stands
KNOWN_LOGITS = [0.413017, 0.920456, -0.813559, 1.158409, -0.336337, 1.132833]


def inputs():
    x = ((torch.arange(12) + 0.5) / 12).view(1, 3, 2, 2)
    return torch.cat([x, x.flip(-1), 1 - x, 0.5 * x + 0.1])


def logits(x):
    """z_k = sum_i 3 sin(.7 (k+1)(i+1)) x_i + cos(.3 (k+1)(i+2)) x_i^2 + .1 k"""
    k = torch.arange(6).view(6, 1) + 1
    i = torch.arange(12).view(1, 12) + 1
    flat = x.flatten(1)
    return (flat @ (3 * torch.sin(0.7 * k * i)).T + flat**2 @ torch.cos(0.3 * k * (i + 1)).T
            + 0.1 * torch.arange(6))


def cross_entropies(x, y):
    return cross_entropy(logits(x), y, reduction="none")


def dlr(x, y):
    """Minus the margin of y over (largest - third largest logit)."""
    z = logits(x)
    ordered = z.sort(dim=1).values
    own = z.gather(1, y[:, None])[:, 0]
    on_top = z.argmax(1) == y
    other = torch.where(on_top, ordered[:, -2], ordered[:, -1])
    return -(own - other) / (ordered[:, -1] - ordered[:, -3] + TINY)


def loss_and_gradient(loss, x, y):
    x = x.clone().requires_grad_()
    values = loss(x, y)
    return values.detach(), torch.autograd.grad(values.sum(), x)[0]


def lengths(delta):
    return delta.flatten(1).norm(dim=1).view(-1, 1, 1, 1)


def project(x, clean, norm, epsilon):
    """Onto the ball, then onto [0, 1]."""
    delta = x - clean
    if norm == "linf":
        delta = delta.clamp(-epsilon, epsilon)
    else:
        length = lengths(delta)
        delta = delta / (length + TINY) * length.clamp(max=epsilon)
    return (clean + delta).clamp(0, 1)


def ascent(gradient, norm):
    return gradient.sign() if norm == "linf" else gradient / (lengths(gradient) + TINY)


def fgsm(clean, y, epsilon):
    _, gradient = loss_and_gradient(cross_entropies, clean, y)
    return (clean + epsilon * gradient.sign()).clamp(0, 1)


def pgd(clean, y, norm, epsilon, step, steps):
    """From the clean input; the loss before every step, and the final input and loss."""
    x, trace = clean, []
    for _ in range(steps):
        values, gradient = loss_and_gradient(cross_entropies, x, y)
        x = project(x + step * ascent(gradient, norm), clean, norm, epsilon)
        trace.append({"loss": values, "input": x})
    return {"steps": trace, "final_loss": cross_entropies(x, y)}


def apgd(clean, y, norm, epsilon, iterations, loss, parity):
    """APGD from the clean input. With `parity` the first comparison of the first checkpoint is
    with zero, as in the reference; otherwise with the loss at the start."""
    rho, momentum = 0.75, 0.75
    window = max(int(0.22 * iterations), 1)
    shortest, shorten = max(int(0.06 * iterations), 1), max(int(0.03 * iterations), 1)
    x, previous = clean, clean
    value, gradient = loss_and_gradient(loss, x, y)
    best, best_value, best_gradient = x, value, gradient
    standing = logits(x).argmax(1) == y
    history = [torch.zeros_like(value) if parity else value]
    step = torch.full((len(x), 1, 1, 1), 2 * epsilon)
    value_at_check, reduced_at_check = best_value, torch.ones(len(x), dtype=torch.bool)
    since, trace = 0, []
    for iteration in range(iterations):
        weight = momentum if iteration > 0 else 1.0
        target = project(x + step * ascent(gradient, norm), clean, norm, epsilon)
        moved = x + weight * (target - x) + (1 - weight) * (x - previous)
        previous, x = x, project(moved, clean, norm, epsilon)
        used = step
        value, gradient = loss_and_gradient(loss, x, y)
        standing = standing & (logits(x).argmax(1) == y)
        history.append(value)
        better = (value > best_value)
        best_value = torch.where(better, value, best_value)
        wide = better.view(-1, 1, 1, 1)
        best, best_gradient = torch.where(wide, x, best), torch.where(wide, gradient, best_gradient)
        after = x
        since += 1
        reduced = torch.zeros(len(x), dtype=torch.bool)
        if since == window:
            rises = sum((history[-q] > history[-q - 1]).int() for q in range(1, window + 1))
            stuck = ~reduced_at_check & (value_at_check >= best_value)
            reduced = (rises <= rho * window) | stuck
            wide = reduced.view(-1, 1, 1, 1)
            step = torch.where(wide, step / 2, step)
            x, gradient = torch.where(wide, best, x), torch.where(wide, best_gradient, gradient)
            reduced_at_check, value_at_check = reduced, best_value
            since, window = 0, max(window - shorten, shortest)
        trace.append({"step": used.flatten(), "loss": value, "best": best_value,
                      "restarted": reduced.int(), "input": after})
    return {"steps": trace, "final_best": best_value, "standing": standing.int(), "best": best}


def plain(value):
    """Tensors as lists of float32 values that read back exactly."""
    if isinstance(value, torch.Tensor):
        flat = value.flatten(1) if value.ndim > 2 else value
        return json.loads(json.dumps(flat.tolist()), parse_float=lambda t: float(f"{float(t):.9g}"))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def without_inputs(run):
    """Long runs keep losses and step sizes only."""
    return run | {"steps": [{key: value for key, value in step.items() if key != "input"}
                            for step in run["steps"]]}


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastAttacksTests/Goldens")
    torch.set_num_threads(1)
    clean = inputs()
    z = logits(clean)
    y = z.argmax(1)
    ranked = z.argsort(dim=1, descending=True)
    print("logits of row 0 agree:", torch.allclose(z[0], torch.tensor(KNOWN_LOGITS), atol=2e-6))
    golden = {
        "script": "Tools/goldens/attacks.py", "versions": {"torch": version("torch")},
        "tolerances": {"loss": [2e-5, 2e-5], "input": [2e-5, 0], "step": [0, 1e-6]},
        "layout": "inputs [3, 2, 2] flattened; one entry per sample in every list",
        "inputs": clean, "labels": y, "logits": z,
        "dlr": {"first": dlr(clean, y), "second": dlr(clean, ranked[:, 1]),
                "third": dlr(clean, ranked[:, 2])},
        "cross_entropy": cross_entropies(clean, y),
        "cross_entropy_gradient": loss_and_gradient(cross_entropies, clean, y)[1],
        "fgsm": {"epsilon": 0.05, "input": fgsm(clean, y, 0.05)},
        "pgd": [{"norm": norm, "epsilon": epsilon, "step": step}
                | pgd(clean, y, norm, epsilon, step, 5)
                for norm, epsilon, step in (("linf", 0.05, 0.02), ("l2", 0.2, 0.08))],
        "apgd": [],
    }
    for norm, epsilon in (("linf", 0.05), ("l2", 0.2)):
        for iterations in (10, 20, 100):
            for parity in (True, False):
                for name, loss in (("ce", cross_entropies), ("dlr", dlr)):
                    if name == "dlr" and (norm, iterations) not in KNOWN_DLR:
                        continue
                    run = apgd(clean, y, norm, epsilon, iterations, loss, parity)
                    compare(norm, iterations, name, parity, run)
                    kept = run if iterations == 10 else without_inputs(run)
                    golden["apgd"].append({"norm": norm, "epsilon": epsilon, "loss": name,
                                           "iterations": iterations, "parity": parity,
                                           # Once fooled, DLR is unbounded and traces scatter.
                                           "rows": [0, 1, 2, 3] if name == "ce" else [2]} | kept)
    path = folder / "toy.json"
    path.write_text(json.dumps(plain(golden), separators=(",", ":")).replace("},{", "},\n{") + "\n")
    print(path.stat().st_size, path.name)


def compare(norm, iterations, loss, parity, run):
    found = run["final_best"]
    if loss == "ce":
        known = torch.tensor(KNOWN[norm, iterations])
    else:
        found, known = found[2:3], torch.tensor([KNOWN_DLR[norm, iterations]])
    label = f"{norm:4} {loss:3} N={iterations:<3} {'parity' if parity else 'fixed '}"
    print(label, [round(v, 5) for v in found.tolist()], "standing", run["standing"].tolist(),
          f"largest difference {(found - known).abs().max():.1e}")


if __name__ == "__main__":
    main()

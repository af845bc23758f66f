"""Inner attacks of a training step in the l-infinity ball, from a given start.

Each spends one gradient a step and starts where it is told. An objective gives the loss of every
sample, [B], at a point; the sum is differentiated.
"""

import torch


def project(point, x, epsilon):
    return torch.maximum(torch.minimum(point, x + epsilon), x - epsilon).clamp(0, 1)


def start(kind, x, epsilon, uniform, normal, deviation=0.001):
    """Where a run begins: `uniform` in the ball, on its `surface`, a `normal` draw of some
    deviation, or at the input (`none`)."""
    offset = 2 * uniform - 1
    if kind == "uniform":
        offset = offset * epsilon
    elif kind == "surface":
        offset = offset / offset.abs().amax((1, 2, 3), keepdim=True) * epsilon
    elif kind == "normal":
        offset = deviation * normal
    else:
        return x
    return project(x + offset, x, epsilon)


def slope(objective, point):
    """The loss of each sample, and the gradient of their sum with NaN as 0."""
    leaf = point.detach().requires_grad_()
    loss = objective(leaf)
    return loss.detach(), torch.autograd.grad(loss.sum(), leaf)[0].nan_to_num(nan=0.0)


def pgd(objective, x, begin, *, steps, alpha, epsilon, momentum=0.0):
    """The point behind the last step, which is not evaluated. FARE's has a momentum of 0.9."""
    point, velocity = begin, torch.zeros_like(x)
    for _ in range(steps):
        gradient = slope(objective, point)[1].sign()
        velocity = (momentum * velocity + gradient).sign()
        point = project(point + alpha * velocity, x, epsilon)
    return point


def checkpoints(steps):
    """The counts of steps after which APGD looks back, with the length of the window before."""
    window, at, found = max(22 * steps // 100, 1), 0, {}
    while at + window <= steps:
        at += window
        found[at] = window
        window = max(window - max(3 * steps // 100, 1), max(6 * steps // 100, 1))
    return found


def apgd(objective, x, begin, *, steps, epsilon, rho=0.75, mix=0.75):
    """The point of the highest loss of those evaluated (Croce and Hein, 2020, algorithm 1)."""
    due, rows = checkpoints(steps), (-1, 1, 1, 1)
    point, previous = begin, begin
    length = torch.full((len(x),), 2 * epsilon).view(rows)
    for step in range(steps):
        loss, gradient = slope(objective, point)
        if step == 0:
            best, best_gradient, best_loss = point, gradient, loss
            at_checkpoint, rises = loss, torch.zeros_like(loss)
            halved = torch.ones_like(loss, dtype=torch.bool)
        else:
            rises = rises + (loss > before)
            better = loss > best_loss
            best = torch.where(better.view(rows), point, best)
            best_gradient = torch.where(better.view(rows), gradient, best_gradient)
            best_loss = torch.where(better, loss, best_loss)
        before = loss
        if step in due:
            stalled = (rises <= rho * due[step]) | (~halved & (at_checkpoint >= best_loss))
            length = torch.where(stalled.view(rows), length / 2, length)
            point = torch.where(stalled.view(rows), best, point)
            gradient = torch.where(stalled.view(rows), best_gradient, gradient)
            halved, at_checkpoint, rises = stalled, best_loss, torch.zeros_like(rises)
        drift, previous = point - previous, point
        ahead = project(point + length * gradient.sign(), x, epsilon)
        share = mix if step else 1.0
        point = project(point + share * (ahead - point) + (1 - share) * drift, x, epsilon)
    return best

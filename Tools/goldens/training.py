"""Goldens for the trainer: five steps of PyTorch's optimisers, and an event file of TensorBoard's.

    python training.py --output Tests/HoldfastTrainingTests/Goldens

The gradients are given, so that only the optimiser, the schedule, the clipping and the averaging
are compared. `<leaf>` is the start, `gradient.<step>.<leaf>` the gradients, `<case>.<step>.<leaf>`
the leaves after a step, `<case>.average.<leaf>` their moving average at the end, and `<case>.norms`
the norms of the gradients before clipping.
"""

import io
import math

import torch
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from clip_common import output_folder, provenance, save

STEPS = 5


def numbers(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def cosine(warmup):
    def factor(step):
        if step < warmup:
            return (step + 1) / warmup
        return (1 + math.cos(math.pi * (step - warmup) / (STEPS - warmup))) / 2
    return factor


def drop(step):
    return 0.1 if step >= 0.6 * STEPS else 1


def constant(step):
    return 1


def adamw(leaves, matrices_only, **settings):
    decay = settings.pop("weight_decay")
    groups = [{"params": [leaf], "weight_decay": decay if leaf.ndim > 1 or not matrices_only else 0}
              for leaf in leaves]
    return torch.optim.AdamW(groups, **settings)


CASES = {  # optimiser, schedule, clip, decay of the average
    "adamw": (lambda leaves: adamw(leaves, False, lr=1e-2, weight_decay=0.1), cosine(2), 1.5, None),
    "adamw.matrices": (
        lambda leaves: adamw(leaves, True, lr=3e-2, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.5),
        constant, None, 0.9),
    "sgd": (lambda leaves: torch.optim.SGD(leaves, lr=0.1), constant, None, None),
    "sgd.momentum": (
        lambda leaves: torch.optim.SGD(leaves, lr=0.1, momentum=0.9, weight_decay=5e-3),
        drop, 1, None),
}


def optimisers():
    start = {"weight": numbers(3, 4, seed=0), "shift": numbers(4, seed=1)}
    yield from start.items()
    gradients = [{name: (step + 1) / 4 * numbers(*leaf.shape, seed=10 * step + len(name))
                  for name, leaf in start.items()} for step in range(STEPS)]
    for step, given in enumerate(gradients):
        for name, gradient in given.items():
            yield f"gradient.{step}.{name}", gradient
    for case, (make, factor, clip, decay) in CASES.items():
        leaves = {name: leaf.clone().requires_grad_() for name, leaf in start.items()}
        average = {name: leaf.clone() for name, leaf in start.items()}
        optimiser = make(list(leaves.values()))
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
        norms = []
        for step, given in enumerate(gradients):
            for name, leaf in leaves.items():
                leaf.grad = given[name].clone()
            norms.append(torch.nn.utils.clip_grad_norm_(leaves.values(), clip or math.inf))
            optimiser.step()
            schedule.step()
            for name, leaf in leaves.items():
                yield f"{case}.{step}.{name}", leaf.detach().clone()
                if decay:
                    average[name].lerp_(leaf.detach(), 1 - decay)
        yield f"{case}.norms", torch.stack(norms)
        if decay:
            for name, value in average.items():
                yield f"{case}.average.{name}", value


def events():
    """The first event of a file, one that voids later steps, and one with two values."""
    scalars = [Summary.Value(tag="loss", simple_value=0.75),
               Summary.Value(tag="examination/pgd-10", simple_value=-3e-5)]
    return [
        Event(wall_time=1.5, file_version="brain.Event:2"),
        Event(wall_time=1700000000.25, step=301,
              session_log=SessionLog(status=SessionLog.START)),
        Event(wall_time=1700000001.5, step=40000, summary=Summary(value=scalars)),
    ]


def main():
    folder = output_folder(__doc__.splitlines()[0], "Tests/HoldfastTrainingTests/Goldens")
    torch.set_num_threads(1)
    save(folder / "optimizers.safetensors", dict(optimisers()),
         provenance(__file__, ["torch", "safetensors", "tensorboard"], {"default": [1e-6, 1e-6]}))
    file = io.BytesIO()
    writer = RecordWriter(file)
    for event in events():
        writer.write(event.SerializeToString())
    (folder / "events.tfevents").write_bytes(file.getvalue())


if __name__ == "__main__":
    main()

"""Dictionaries of tensors that Python's pickle wrote, with the values they hold.

Writes Tests/HoldfastFormatsTests/Goldens: `centres_<protocol>.pkl` as UniBind's centres are, by
torch 2.13.0, and pickles.json with each tensor's dtype, shape and contiguous little-endian bytes
(hexadecimal). The names of storages inside differ from run to run, their values do not.

    python Tools/goldens/pickles.py
"""

import json
import pickle
import platform

import torch

from formats import GOLDENS, described, ramp


def centres():
    shared = ramp(3, 4) / 8 - 0.5
    return {
        "cat": ramp(2, 3) / 4,
        "Straße, 道": ramp(2, 3, start=6) / 4,
        "view": shared.t(),
        "row": shared[1],
        "half": ramp(3, dtype=torch.float16, start=-1) / 4,
        "parameter": torch.nn.Parameter(ramp(2, 2)),
    }


def main():
    files = {}
    for protocol in (3, 4, 5):
        name = f"centres_{protocol}.pkl"
        (GOLDENS / name).write_bytes(pickle.dumps(centres(), protocol=protocol))
        files[name] = {key: described(value) for key, value in centres().items()}
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    expected = {"versions": versions, "tolerance": 0, "checkpoints": files, "shards": {}}
    (GOLDENS / "pickles.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

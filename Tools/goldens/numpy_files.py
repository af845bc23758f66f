"""Writes the goldens of npy and npz files: numpy's own files and what it reads from them.

    python Tools/goldens/numpy_files.py [--output FOLDER]

Writes `numpy.json` for HoldfastFormatsTests.
"""

import argparse
import base64
import io
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "Tests/HoldfastFormatsTests/Goldens"


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def npy(array: np.ndarray, version: tuple[int, int] | None = None) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version, allow_pickle=True)
    return stream.getvalue()


def events(count: int, padded: bool = False) -> np.ndarray:
    names, formats = ["x", "y", "t", "p"], ["<u2", "<u2", "<i8", "|b1"]
    record = np.dtype({"names": names, "formats": formats}, align=padded)
    array = np.zeros(count, record)
    n = np.arange(count)
    array["x"], array["y"] = n * 37 % 64, n * 23 % 48
    array["t"], array["p"] = n * n * 1000, n % 3 == 0
    return array


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=FOLDER)
    output = parser.parse_args().output

    arrays = {}
    n = np.arange(12)
    for name in ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "?"]:
        dtype = np.dtype(name)
        signed = (n - 5) * 3 if dtype.kind in "if" else n * 7
        scale = 0.25 if dtype.kind == "f" else 1
        arrays[f"type-{dtype.str[1:]}"] = (signed * scale).astype(dtype).reshape(3, 4)
    arrays["scalar"] = np.array(2.5, np.float32)
    arrays["empty"] = np.zeros((0, 3), np.float32)
    arrays["row"] = np.arange(5, dtype=np.int32)
    arrays["fortran"] = np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    arrays["transposed"] = np.arange(12, dtype=np.int16).reshape(3, 4).T

    files = {}
    for name, array in arrays.items():
        files[name] = {
            "file": text(npy(array)), "shape": array.shape,
            "values": array.astype(np.float64).ravel().tolist()}
    for version in [(2, 0), (3, 0)]:
        array = np.arange(6, dtype=np.float32).reshape(2, 3)
        files[f"version-{version[0]}"] = {
            "file": text(npy(array, version)), "shape": array.shape,
            "values": array.ravel().tolist()}

    records = {}
    for name, array in {"packed": events(10), "padded": events(10, padded=True)}.items():
        records[name] = {
            "file": text(npy(array)),
            "columns": {key: array[key].astype(np.int64).tolist() for key in array.dtype.names}}

    refused = {
        "big-endian": npy(np.arange(3, dtype=">f4")),
        "Python objects": npy(np.array([1, "a"], object)),
        "'<c8'": npy(np.zeros(2, np.complex64)),
        "'<U3'": npy(np.array(["abc"])),
        "'<M8[s]'": npy(np.zeros(2, "<M8[s]")),
        "not plain numbers": npy(np.zeros(2, [("a", [("b", "<f4")])])),
        "arrays in the column 'a'": npy(np.zeros(2, [("a", "<f4", (3,))])),
    }

    archives = {}
    content = {
        "event_data": events(40), "points": np.arange(30, dtype=np.float32).reshape(10, 3),
        "zeros": np.zeros(5000, np.int16)}
    for name, save in {"stored": np.savez, "deflated": np.savez_compressed}.items():
        stream = io.BytesIO()
        save(stream, **content)
        archives[name] = text(stream.getvalue())

    written = {
        "f4": np.arange(6, dtype=np.float32).reshape(2, 3), "f8": np.arange(3, dtype=np.float64),
        "i8": np.array(-7), "u1": np.arange(4, dtype=np.uint8).reshape(1, 2, 2),
        "i4": np.arange(100, dtype=np.int32).reshape(100, 1), "b1": np.array([True, False])}
    result = {
        "versions": {"numpy": np.__version__},
        "files": files, "records": records,
        "refused": {key: text(value) for key, value in refused.items()},
        "archives": archives,
        "written": {key: text(npy(value)) for key, value in written.items()},
    }
    path = output / "numpy.json"
    path.write_text(json.dumps(result, sort_keys=True) + "\n")
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()

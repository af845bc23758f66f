"""Writes the goldens of point clouds and events: formulas in numpy, files by numpy and PyTorch.

    python Tools/goldens/points_events.py [--output FOLDER]

Writes `points-events.json` for HoldfastMediaTests. Farthest-point sampling is the plain loop over
float32 distances; a picture of events is computed for all pixels at once from its formula.
"""

import argparse
import base64
import io
import json
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).resolve().parents[2] / "Tests/HoldfastMediaTests/Goldens"


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def farthest(points: np.ndarray, count: int) -> list[int]:
    """Indices by farthest-point sampling from point 0; argmax takes the first of equals."""
    nearest = np.full(len(points), np.inf, np.float32)
    chosen = [0]
    while len(chosen) < count:
        difference = points - points[chosen[-1]]
        squares = difference * difference
        distance = (squares[:, 0] + squares[:, 1]) + squares[:, 2]
        nearest = np.minimum(nearest, distance)
        chosen.append(int(np.argmax(nearest)))
    return chosen


def normalized(points: np.ndarray) -> np.ndarray:
    points = points.astype(np.float64)
    points = points - points.mean(axis=0)
    return points / np.sqrt((points ** 2).sum(axis=1)).max()


def clouds() -> dict:
    random = np.random.default_rng(7)
    axis = np.arange(4)
    shapes = {
        "random": (random.normal(size=(300, 3)), 97),
        "grid": (np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3), 40),
        "far": (random.normal(size=(64, 3)) * 1e-3 + [1000, -2000, 30], 64),
        "line": (np.stack([np.arange(50), np.zeros(50), np.zeros(50)], -1), 12),
    }
    result = {}
    for name, (points, count) in shapes.items():
        points = points.astype(np.float32)
        result[name] = {
            "points": points.ravel().tolist(), "farthest": farthest(points, count),
            "normalized": normalized(points).ravel().tolist()}
    return result


def ply(encoding: str) -> bytes:
    """A pyramid with a square at its bottom, with properties and elements to pass over."""
    order = ">" if encoding == "binary_big_endian" else "<"
    points = [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0), (1, 1, 1.5)]
    faces = [(0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4), (0, 3, 2, 1)]
    header = [
        "ply", f"format {encoding} 1.0", "comment by hand", "element vertex 5",
        "property uchar red", "property double x", "property float y", "property short z2",
        "property float z", "element edge 1", "property int a", "element face 5",
        "property float quality", "property list uchar int vertex_indices",
        "property list int short flags", "element extra 0", "property int nothing", "end_header"]
    body = b""
    for x, y, z in points:
        if encoding == "ascii":
            body += f"255 {x} {y} -3 {z}\n".encode()
        else:
            record = np.dtype([("r", "u1"), ("x", "f8"), ("y", "f4"), ("w", "i2"), ("z", "f4")])
            body += np.array([(255, x, y, -3, z)], record.newbyteorder(order)).tobytes()
    body += b"-1\n" if encoding == "ascii" else np.array(-1, order + "i4").tobytes()
    for face in faces:
        if encoding == "ascii":
            body += f"0.5 {len(face)} {' '.join(map(str, face))} 2 7 8\n".encode()
        else:
            body += np.array(0.5, order + "f4").tobytes() + bytes([len(face)])
            body += np.array(face, order + "i4").tobytes()
            body += np.array(2, order + "i4").tobytes() + np.array([7, 8], order + "i2").tobytes()
    return "\n".join(header).encode() + b"\n" + body


def saved(value: object) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream)
    return stream.getvalue()


def arrays(points: np.ndarray) -> dict:
    """The same points in every kind of file that holds an array."""
    def npy(array: np.ndarray) -> bytes:
        stream = io.BytesIO()
        np.save(stream, array)
        return stream.getvalue()

    tensor = torch.from_numpy(points)
    wide = np.concatenate([points, points], axis=1)
    return {name: text(content) for name, content in {
        "float32.npy": npy(points), "float64.npy": npy(points.astype(np.float64)),
        "fortran.npy": npy(np.asfortranarray(points)), "wide.npy": npy(wide),
        "tensor.pt": saved(tensor),
        "view.pt": saved(torch.from_numpy(points.T.copy()).T), "wide.pt": saved(torch.from_numpy(wide)),
        "named.pt": saved({"points": tensor.double()}),
    }.items()}


def stream(count: int, width: int, height: int) -> dict:
    n = np.arange(count)
    x = n * n * 7 // 3 % width
    y = (n * 5 + n * n // 11) % height
    return {"x": x, "y": y, "t": n * 13, "p": (n * n % 7 < 3).astype(np.int64)}


def rgb(x, y, t, p, width: int, height: int) -> np.ndarray:
    counts = np.zeros((2, height, width, 1))
    for polarity in (0, 1):
        np.add.at(counts[polarity], (y[p == polarity], x[p == polarity]), 1)
    taken = counts[1] * np.array([0, 255, 255]) + counts[0] * np.array([255, 255, 0])
    return np.clip(255 * (1 - taken / 255), 0, 255).astype(np.uint8)


def histogram(x, y, t, p, width: int, height: int) -> np.ndarray:
    counts = np.zeros((height, width, 2))
    np.add.at(counts, (y, x, 1 - p), 1)
    counts[counts > counts.mean() + 10 * counts.std()] = 0
    if counts.max() == 0:
        return np.full((height, width, 3), 255, np.uint8)
    share = (counts / counts.max()).astype(np.float32)
    colors = np.zeros((height, width, 3), np.float32)
    colors[..., 0], colors[..., 2] = share[..., 0] * 255, share[..., 1] * 255
    weight = np.minimum(share.sum(-1, keepdims=True), np.float32(1))
    return np.round(colors * weight + np.float32(255) * (1 - weight)).astype(np.uint8)


def events() -> dict:
    result = {}
    for name, (count, width, height) in {
            "few": (40, 16, 12), "many": (3000, 24, 20), "one": (1, 5, 3)}.items():
        parts = stream(count, width, height)
        if name == "many":
            # A pixel that keeps firing.
            parts["x"][::4], parts["y"][::4] = 3, 2
        columns = [parts[key] for key in "xytp"]
        records = np.zeros(count, [("x", "<u2"), ("y", "<u2"), ("t", "<i8"), ("p", "|b1")])
        for key in "xytp":
            records[key] = parts[key]
        files = {}
        for kind, save, content in [
                ("records.npz", np.savez_compressed, {"event_data": records}),
                ("stored.npz", np.savez, {"event_data": records}),
                ("separate.npz", np.savez_compressed, {
                    "x_pos": parts["x"].astype(np.int16), "y_pos": parts["y"].astype(np.int16),
                    "timestamp": parts["t"], "polarity": parts["p"].astype(np.uint8)}),
                ("signed.npz", np.savez_compressed, {
                    "x_pos": parts["x"], "y_pos": parts["y"],
                    "timestamp": parts["t"], "polarity": 2 * parts["p"] - 1}),
                ("columns.npz", np.savez_compressed, {
                    "event_data": np.stack(columns, -1).astype(np.float64)})]:
            buffer = io.BytesIO()
            save(buffer, **content)
            files[kind] = text(buffer.getvalue())
        for kind, content in [
                ("records.npy", records), ("columns.npy", np.stack(columns, -1).astype(np.float32))]:
            buffer = io.BytesIO()
            np.save(buffer, content)
            files[kind] = text(buffer.getvalue())
        if name == "many":
            files = {"records.npz": files["records.npz"]}
        result[name] = {
            **{key: parts[key].tolist() for key in "xytp"}, "width": width, "height": height,
            "files": files, "rgb": text(rgb(**parts, width=width, height=height).tobytes()),
            "histogram": text(histogram(**parts, width=width, height=height).tobytes())}
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=FOLDER)
    output = parser.parse_args().output
    points = np.random.default_rng(3).normal(size=(20, 3)).astype(np.float32)
    result = {
        "versions": {"numpy": np.__version__, "torch": torch.__version__},
        "clouds": clouds(),
        "ply": {kind: text(ply(kind)) for kind in (
            "ascii", "binary_little_endian", "binary_big_endian")},
        "array": points.ravel().tolist(), "arrays": arrays(points),
        "events": events(),
    }
    path = output / "points-events.json"
    path.write_text(json.dumps(result, sort_keys=True) + "\n")
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()

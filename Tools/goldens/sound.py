"""Writes the goldens of sounds: filter banks and resampling by torchaudio, samples by soundfile.

    python Tools/goldens/sound.py [--output FOLDER]

Writes `sound.json` for HoldfastMediaTests. The clips and chunks of ImageBind and LanguageBind are
made here from torchaudio's filter bank, by the rules that their released code follows: fractions of
the duration as pytorchvideo's ConstantClipsPerVideoSampler has them, and numpy's array_split.
"""

import argparse
import base64
import io
import json
import sys
import types
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import numpy as np
import soundfile
import torch

try:
    import torchaudio
except OSError:
    # The package index has torchaudio for CUDA only; what is used here is plain Python.
    for name in [name for name in sys.modules if name.startswith("torchaudio")]:
        del sys.modules[name]
    extension = types.ModuleType("torchaudio._extension")
    extension.fail_if_no_align = lambda function: function
    extension._IS_TORCHAUDIO_EXT_AVAILABLE = False
    sys.modules["torchaudio._extension"] = extension
    import torchaudio

from torchaudio.compliance.kaldi import fbank
from torchaudio.functional import resample

FOLDER = Path(__file__).resolve().parents[2] / "Tests/HoldfastMediaTests/Goldens"


def chirp(count: int, step: int = 1) -> np.ndarray:
    """Samples that any language can make again: ((s n)^2 mod 9973) / 9973 - 0.4."""
    n = np.arange(count, dtype=np.int64) * step
    return ((n * n % 9973) / 9973 - 0.4).astype(np.float32)


def sixteen_bits(count: int, step: int = 1) -> np.ndarray:
    """The same as 16-bit samples: (s n)^2 mod 9973 - 4000."""
    n = np.arange(count, dtype=np.int64) * step
    return (n * n % 9973 - 4000).astype(np.int16)


def mel(waveform: torch.Tensor, rate: int, bins: int) -> torch.Tensor:
    return fbank(
        waveform, htk_compat=True, sample_frequency=rate, use_energy=False,
        window_type="hanning", num_mel_bins=bins, dither=0.0, frame_length=25, frame_shift=10)


def picked(values: torch.Tensor, count: int = 96) -> dict:
    """Every k-th value of a tensor, and its mean."""
    flat = values.detach().double().flatten()
    step = max(1, flat.numel() // count) | 1
    return {
        "shape": list(values.shape), "step": step, "mean": flat.mean().item(),
        "values": [round(value, 7) for value in flat[::step].tolist()]}


def banks() -> list:
    results = []
    for rate, bins, count in [(16000, 128, 16000), (16000, 112, 16000), (16000, 40, 5000),
                              (8000, 64, 3000), (44100, 80, 9000)]:
        x = torch.from_numpy(chirp(count))[None]
        x = x - x.mean()
        leaf = x.double().requires_grad_()
        exact = mel(leaf, rate, bins)
        # Squares, so that the gradient depends on the energies.
        slope, = torch.autograd.grad(exact.square().sum(), leaf)
        results.append({
            "rate": rate, "mels": bins, "samples": count,
            "float32": picked(mel(x, rate, bins)), "float64": picked(exact),
            "gradient": picked(slope)})
    return results


def resampling() -> list:
    results = []
    for old, new, count in [(44100, 16000, 44100), (8000, 16000, 4000), (48000, 16000, 4801),
                            (22050, 16000, 2205), (11025, 16000, 777), (16000, 8000, 333),
                            (16000, 44100, 50), (44100, 16000, 1)]:
        x = torch.from_numpy(chirp(count).astype(np.float64))[None]
        results.append({"from": old, "to": new, "samples": count,
                        "result": picked(resample(x, old, new))})
    return results


def image_bind(sound: torch.Tensor, rate: int) -> torch.Tensor:
    if rate != 16000:
        sound = resample(sound, rate, 16000)
    room = Fraction(max(sound.size(1) / 16000 - 2, 0))
    clips = []
    for index in range(3):
        start = Fraction(room, 2) * index
        clip = sound[:, int(start * 16000): int((start + 2) * 16000)]
        clip = mel(clip - clip.mean(), 16000, 128).T
        clip = torch.nn.functional.pad(clip, (0, 204 - clip.size(1)))
        clips.append((clip[None] + 4.268) / 9.138)
    return torch.stack(clips)


def language_bind(sound: torch.Tensor, rate: int, bins: int, length: int) -> torch.Tensor:
    if rate != 16000:
        sound = resample(sound, rate, 16000)
    frames = mel(sound - sound.mean(), 16000, bins)
    if frames.size(0) > length:
        ranges = np.array_split(np.arange(frames.size(0) - length + 1), 3)
        starts = [int(part[0]) if len(part) else 0 for part in ranges]
        chunks = [frames[start: start + length] for start in starts]
    else:
        tiled = frames.repeat(length // frames.size(0) + 1, 1)[:length]
        chunks = [tiled] * 3
    return (torch.stack(chunks).transpose(1, 2) + 4.2677393) / (4.5689974 * 2)


def preparations() -> list:
    results = []
    for rate, count, channels in [(16000, 80001, 1), (16000, 20000, 1), (44100, 110250, 2),
                                  (8000, 60000, 2)]:
        planes = np.stack([sixteen_bits(count, channel + 1) for channel in range(channels)])
        sound = torch.from_numpy(planes / np.float32(32768))
        results.append({
            "rate": rate, "samples": count, "channels": channels,
            "imageBind": picked(image_bind(sound, rate)),
            "languageBind": picked(language_bind(sound, rate, 112, 1036)),
            "languageBindShort": picked(language_bind(sound, rate, 64, 123))})
    return results


def crc(page: bytes) -> int:
    """The checksum of an Ogg page (RFC 3533, section 6)."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def repeatable(file: bytes) -> bytes:
    """The file without its time stamp, or with 1 as the serial number of its stream."""
    data = bytearray(file)
    if (place := data.find(b"PEAK")) >= 0:
        data[place + 12: place + 16] = bytes(4)
    place = 0
    while data[place: place + 4] == b"OggS":
        segments = data[place + 26]
        size = 27 + segments + sum(data[place + 27: place + 27 + segments])
        data[place + 14: place + 18] = (1).to_bytes(4, "little")
        data[place + 22: place + 26] = bytes(4)
        data[place + 22: place + 26] = crc(data[place: place + size]).to_bytes(4, "little")
        place += size
    return bytes(data)


def files() -> list:
    """Small files that libsndfile wrote, and what soundfile reads from them."""
    cases = [("WAV", subtype, 1 + index % 2) for index, subtype in enumerate(
        ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])]
    cases += [("RF64", "PCM_16", 2), ("WAVEX", "PCM_24", 2), ("FLAC", "PCM_16", 2),
              ("FLAC", "PCM_24", 1), ("OGG", "VORBIS", 1), ("OGG", "OPUS", 2)]
    results = []
    for container, subtype, channels in cases:
        x = np.stack([chirp(160, channel + 1) for channel in range(channels)], axis=1)
        rate = 48000 if subtype == "OPUS" else 22050
        file = io.BytesIO()
        soundfile.write(file, x, rate, format=container, subtype=subtype)
        data = repeatable(file.getvalue())
        samples, read_rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
        results.append({
            "name": f"{container.lower()}-{subtype.lower()}-{channels}",
            "file": base64.b64encode(data).decode(), "rate": read_rate,
            "lossy": container == "OGG",
            "channels": [
                base64.b64encode(column.astype("<f4").tobytes()).decode() for column in samples.T]})
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=FOLDER)
    options = parser.parse_args()
    torch.set_num_threads(1)
    content = {
        "versions": {name: version(name) for name in ["numpy", "soundfile", "torch", "torchaudio"]}
        | {"libsndfile": soundfile.__libsndfile_version__},
        "tolerances": {"float32": 2e-3, "float64": 1e-4, "gradient": 1e-4, "resample": 1e-6,
                       "lossy": 1e-4},
        "banks": banks(), "resampling": resampling(), "preparations": preparations(),
        "files": files()}
    text = json.dumps(content, indent=None, separators=(",", ":"))
    (options.output / "sound.json").write_text(text + "\n")

#!/usr/bin/env python3
"""Golden token ids for HoldfastTextTests, from transformers' CLIPTokenizer.

    Tools/goldens/text.py VOCABULARY FIXTURES

VOCABULARY: the folder that scripts/fetch-clip-vocab filled. FIXTURES: the folder that holds
models/clip-tiny-cifar10. Needs transformers 5.23.0 and tokenizers 0.23.3.
Writes Tests/HoldfastTextTests/Goldens/text.json: texts and ids, never the vocabulary.
"""

import json
import pathlib
import random
import sys
import tempfile
import unicodedata

import tokenizers
import transformers
from transformers import CLIPTokenizer

from text_cases import APPENDIX_A, CASES, LONG

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "Tests/HoldfastTextTests/Goldens/text.json"


def random_texts(count, seed):
    """Short mixtures of everything that normalising and splitting can trip over."""
    rng = random.Random(seed)
    pools = [
        "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " \t\n\u00a0\u3000",
        "'!.,;:<|>&#\"-_()", "éèêëïôöüßñçÅØæœĳŁşĞİıſ", "αβγδΣςσώΆ", "БбЖжЙйЁё", "日本語中文한국어カナ",
        "\u0300\u0301\u0308\u0323\u0327\u0334\u0345\u05b0\u064b\u0f71\u0f72\u0f73\u3099",
        "\u1100\u1161\u11a8\uac00\u11a7", "\u200b\u200d\ufeff\ufe0f\u00ad", "😀👍🏽👩🦰🇫🇷❤",
        "\u2126\u212b\u1e9b\u0344\u0958\ufb1d\U0001d15e\U0001109a\U000110ba\U00010041",
        "²½Ⅷ٣९〇𝟘", "\x00\x01\x7f\x85",
    ]
    words = ["'s", "'re", "'LL", "<|startoftext|>", "<|endoftext|>", "<|STARTOFTEXT|>", "the", "cat"]

    def piece():
        kind = rng.randrange(len(pools) + 2)
        if kind < len(pools):
            return "".join(rng.choice(pools[kind]) for _ in range(rng.randint(1, 4)))
        if kind == len(pools):
            return rng.choice(words)
        while True:
            scalar = chr(rng.randrange(0x30000))
            if unicodedata.category(scalar) != "Cs":
                return scalar

    return ["".join(piece() for _ in range(rng.randint(1, 10))) for _ in range(count)]


def checksum(ids):
    """A checksum that is easy to write again in another language."""
    total = 0
    for i in ids:
        total = (total * 31 + i) % 2**32
    return total


def cases(tokenizer, texts):
    return [{"text": t, "ids": tokenizer(t).input_ids} for t in texts]


def long_cases(tokenizer):
    result = []
    for unit, count in LONG:
        ids = tokenizer(unit * count).input_ids
        result.append({"unit": unit, "times": count, "count": len(ids), "checksum": checksum(ids)})
    return result


def batches(tokenizer):
    texts = ["", "a photo of a cat.", "word " * 100, "Ünïcödé 👩‍👩‍👧‍👦 " * 9]
    return [
        {
            "contextLength": n, "texts": texts,
            "ids": tokenizer(texts, truncation=True, max_length=n, padding="max_length").input_ids,
        }
        for n in (2, 3, 8, 77)
    ]


def normalized_start(folder):
    """The tiny tokeniser with its start token looked for after normalisation."""
    content = json.loads((folder / "tokenizer.json").read_text())
    content["added_tokens"][0]["normalized"] = True
    with tempfile.TemporaryDirectory() as copy:
        (pathlib.Path(copy) / "tokenizer.json").write_text(json.dumps(content))
        return CLIPTokenizer.from_pretrained(copy)


def main():
    vocabulary, fixtures = map(pathlib.Path, sys.argv[1:3])
    tiny_folder = fixtures / "models/clip-tiny-cifar10"
    texts = [text for text, _ in APPENDIX_A] + CASES
    assert len(set(texts)) == len(texts), "a text is listed twice"

    full = CLIPTokenizer(
        vocab=str(vocabulary / "vocab.json"), merges=str(vocabulary / "merges.txt"))
    assert len(full) == 49408
    tiny = CLIPTokenizer.from_pretrained(tiny_folder)
    split = CLIPTokenizer(
        vocab=str(tiny_folder / "vocab.json"), merges=str(tiny_folder / "merges.txt"))
    for text in texts:
        assert tiny(text).input_ids == split(text).input_ids, text
    bang = CLIPTokenizer(
        vocab=str(tiny_folder / "vocab.json"), merges=str(tiny_folder / "merges.txt"),
        pad_token="!")

    special = ["Hi! <|StartOfText|>! you!", "<|ENDOFTEXT|>", "<|startoftext|> !!", "a<|startoftext|>b"]
    golden = {
        "metadata": {
            "transformers": transformers.__version__, "tokenizers": tokenizers.__version__,
            "vocabulary": "open-clip-torch 3.3.0", "tolerance": "exact", "seed": 7,
        },
        "full": cases(full, texts),
        "tiny": cases(tiny, texts),
        "fullRandom": cases(full, random_texts(200, 7)),
        "tinyRandom": cases(tiny, random_texts(200, 7)),
        "fullLong": long_cases(full),
        "tinyLong": long_cases(tiny),
        "fullBatches": batches(full),
        "tinyBatches": batches(tiny),
        "paddingIsBang": cases(bang, special),
        "startIsNormalized": cases(normalized_start(tiny_folder), special),
    }
    with OUTPUT.open("w") as file:
        lines = []
        for key, value in golden.items():
            items = value if isinstance(value, list) else None
            body = (
                json.dumps(value) if items is None
                else "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]")
            lines.append(f"{json.dumps(key)}: {body}")
        file.write("{\n" + ",\n".join(lines) + "\n}\n")

    for text, openai in APPENDIX_A:
        ids = full(text).input_ids
        if ids != openai:
            print(f"differs from OpenAI's: {text!r}: {ids} instead of {openai}")


main()

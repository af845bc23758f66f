#!/usr/bin/env python3
"""Compare the records of runs made by two versions of the program, and print what differs.

    Tools/records/compare_runs.py BEFORE AFTER [--allow FIELD ...]

Both are run folders, or folders that hold run folders at the same places. Every samples.jsonl of
BEFORE must be in AFTER, with the same samples and, field by field, the same values. Seconds are
left out, as they differ from run to run. A field that only AFTER has is listed once; a field that
only BEFORE has, and a value that changed, make the exit code 1. --allow names fields (dotted, with
* for any part) whose change is meant.
"""
import argparse
import fnmatch
import json
import pathlib
import sys

TIMES = {"seconds"}


def flat(value, path=""):
    """Every leaf of a JSON value by its dotted path."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in TIMES:
                yield from flat(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield f"{path}.count", len(value)
        for index, item in enumerate(value):
            yield from flat(item, f"{path}.{index}")
    else:
        yield path, value


def samples(run):
    """The lines of a run by the id of the sample; shards are read together."""
    found = {}
    for file in sorted(run.glob("samples*.jsonl")):
        for line in file.read_text().splitlines():
            record = json.loads(line)
            found[record["id"]] = dict(flat(record))
    return found


def general(path):
    """The path with the places of lists left out."""
    return ".".join("*" if part.isdigit() else part for part in path.split("."))


def compare(name, before, after, allowed, added):
    """What differs between two runs, one sentence each."""
    for sample in sorted(before.keys() | after.keys()):
        if sample not in after or sample not in before:
            yield f"{name}: sample `{sample}` is only in {'BEFORE' if sample in before else 'AFTER'}"
            continue
        old, new = before[sample], after[sample]
        for path in sorted(old.keys() | new.keys()):
            if any(fnmatch.fnmatch(path, pattern) for pattern in allowed):
                continue
            if path not in old:
                added.add(general(path))
            elif path not in new:
                yield f"{name}: `{sample}` lost {path} = {old[path]!r}"
            elif old[path] != new[path]:
                yield f"{name}: `{sample}` {path}: {old[path]!r} became {new[path]!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=pathlib.Path)
    parser.add_argument("after", type=pathlib.Path)
    parser.add_argument("--allow", nargs="*", default=[])
    options = parser.parse_args()
    runs = sorted({file.parent for file in options.before.rglob("samples*.jsonl")})
    if not runs:
        sys.exit(f"no run below {options.before}")
    added, differences, lines = set(), [], 0
    for run in runs:
        name = run.relative_to(options.before)
        before = samples(run)
        lines += len(before)
        differences += compare(
            str(name), before, samples(options.after / name), options.allow, added)
    for field in sorted(added):
        print(f"only AFTER has the field {field}")
    for sentence in differences:
        print(sentence)
    print(f"{len(runs)} runs, {lines} samples, {len(differences)} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()

"""Counts the public symbols of DocC's symbol graphs, and names those without a word about them.

    python3 scripts/undocumented.py FOLDER

FOLDER holds one folder of symbol graphs per module. Not counted are members that an extension of
another module's type inherits, and cases that a compiler synthesises. Ends with code 1 if any
symbol has no documentation.
"""

import json
import pathlib
import sys


def symbols(folder):
    """The symbols of a module that its author wrote, each once."""
    found = {}
    for path in sorted(folder.glob("*.symbols.json")):
        for symbol in json.loads(path.read_text())["symbols"]:
            identifier = symbol["identifier"]["precise"]
            is_block = symbol["kind"]["identifier"] == "swift.extension"
            if not is_block and "::SYNTHESIZED::" not in identifier and "location" in symbol:
                found[identifier] = symbol
    return found.values()


def main():
    total = bare = 0
    for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        module = list(symbols(folder))
        missing = [s for s in module if not s.get("docComment", {}).get("lines")]
        for symbol in missing:
            line = symbol["location"]["position"]["line"] + 1
            print(f"{symbol['location']['uri'].removeprefix('file://')}:{line}: "
                  f"{'.'.join(symbol['pathComponents'])} has no documentation")
        total += len(module)
        bare += len(missing)
    print(f"{total} public symbols, {bare} of them without documentation")
    sys.exit(1 if bare else 0)


main()

"""Takes libraries, headers and licences out of the wheels of libtorch; uses no package.

usage: unpack-wheels.py cpu|cuda WHEELS DESTINATION
"""

import pathlib
import re
import shutil
import sys
import zipfile

# Parts of torch that a C++ program does not link, and those only a GPU needs.
PYTHON_ONLY = re.compile(r"libtorch_python|libshm|libtorch_global_deps|libtorch\.")
CUDA_ONLY = re.compile(r"cuda|nvrtc|nvshmem")
# The CPU library refers to two CUDA libraries by name; nothing of them is called without a GPU.
NAMED_BY_CPU = re.compile(r"lib(cudart|cupti)\.so")


def place(member, wheel, mode):
    """The path below the destination where a member of a wheel goes, or None."""
    name = member.rsplit("/", 1)[-1]
    if re.search(r"\.dist-info/(.*/)?(LICENSE|License|NOTICE)[^/]*$", member):
        return f"licenses/{wheel}/{name}"
    if member.startswith("torch/include/"):
        return member.removeprefix("torch/")
    if not re.search(r"/lib/[^/]*\.(so|dylib)(\.|$)", member):
        return None
    if member.startswith("torch/lib/"):
        wanted = not PYTHON_ONLY.match(name) and (mode == "cuda" or not CUDA_ONLY.search(name))
    else:
        wanted = mode == "cuda" or NAMED_BY_CPU.match(name)
    return f"lib/{name}" if wanted else None


def unpack(path, mode, destination):
    wheel = path.name.split("-")[0]
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            target = None if member.endswith("/") else place(member, wheel, mode)
            if target is None:
                continue
            file = destination / target
            file.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, open(file, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def main():
    mode, wheels, destination = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    try:
        for path in sorted(wheels.glob("*.whl")):
            unpack(path, mode, destination)
            path.unlink()  # room for the next one
    except (OSError, zipfile.BadZipFile) as error:
        sys.exit(f"{path.name}: {error}")


main()

"""CUDA libraries on this machine: where each lies, which version it is, and which the loader finds first."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sextet.hardware.host import Host, Package
from sextet.hardware.version import Version, version

# Library, and the pip package that brings it. The names of the files follow: libcudnn.so.9 of cudnn.
BROUGHT_BY = {
    "cudart": "nvidia-cuda-runtime",
    "cublas": "nvidia-cublas",
    "cublasLt": "nvidia-cublas",
    "cufft": "nvidia-cufft",
    "cusolver": "nvidia-cusolver",
    "cusparse": "nvidia-cusparse",
    "cudnn": "nvidia-cudnn",
    "nccl": "nvidia-nccl",
}
# Parts of cuDNN that are loaded when first needed; they have to be of one version with it.
CUDNN_PARTS = ("cudnn_adv", "cudnn_cnn", "cudnn_ops", "cudnn_graph")
_FILE = re.compile(r"lib(?P<name>[A-Za-z]+(?:_[a-z]+)*?)\.so\.(?P<version>\d+(?:\.\d+)*)$")
_LDCONFIG = re.compile(r"^\s*(?P<file>lib\S+)\s+\([^)]*\)\s*=>\s*(?P<path>\S+)", re.MULTILINE)
_WATCHED = frozenset((*BROUGHT_BY, *CUDNN_PARTS))


@dataclass(frozen=True, kw_only=True)
class Library:
    """One CUDA library.

    Attributes:
        name: cudart, cublas, cudnn ...
        path: its file.
        version: as far as the file's real name, or its pip package, tells.
        origin: "LD_LIBRARY_PATH", "pip", "environment" (of conda) or "system".
    """

    name: str
    path: str
    version: Version
    origin: str


def libraries(host: Host, packages: Mapping[str, Package]) -> tuple[Library, ...]:
    """Return every CUDA library found, in the order in which the loader looks: the first of a name wins.

    The order is that of a wheel with a run path: LD_LIBRARY_PATH, the wheels beside it, the system.
    """
    found: list[Library] = []
    seen: set[str] = set()
    for path, origin in _places(host, packages):
        real = host.real(path)
        if real not in seen:
            seen.add(real)
            found += _library(path, real, origin, packages)
    return tuple(found)


def first(found: tuple[Library, ...], name: str, major: int | None = None) -> Library | None:
    """Return the library of a name, and of a major number where one is given, that wins."""
    fitting = (library for library in found if library.name == name and major in (None, library.version.major))
    return next(fitting, None)


def _places(host: Host, packages: Mapping[str, Package]) -> Iterator[tuple[str, str]]:
    for folder in filter(None, host.environ.get("LD_LIBRARY_PATH", "").split(":")):
        yield from ((path, "LD_LIBRARY_PATH") for path in _in(host, folder))
    for folder in _wheel_folders(host, packages):
        yield from ((path, "pip") for path in _in(host, folder))
    for folder in _environment_folders(host, packages):
        yield from ((path, "environment") for path in _in(host, folder))
    listed = host.run(("ldconfig", "-p"), 5.0)
    if listed.code is None:
        listed = host.run(("/sbin/ldconfig", "-p"), 5.0)
    yield from ((match["path"], "system") for match in _LDCONFIG.finditer(listed.out) if _named(match["file"]))


def _wheel_folders(host: Host, packages: Mapping[str, Package]) -> Iterator[str]:
    homes = {package.folder for name, package in packages.items() if name.startswith("nvidia-")}
    for home in sorted(homes):
        for name in host.names(f"{home}/nvidia"):
            yield f"{home}/nvidia/{name}/lib"


def _environment_folders(host: Host, packages: Mapping[str, Package]) -> Iterator[str]:
    """Yield where conda keeps libraries: beside the Python of the packages, whether it is activated or not."""
    prefixes = {package.folder.partition("/lib/python")[0] for package in packages.values()}
    conda = host.environ.get("CONDA_PREFIX", "")
    for prefix in sorted(prefixes | ({conda} if conda else set())):
        yield f"{prefix}/lib"


def _in(host: Host, folder: str) -> Iterator[str]:
    return (posixpath.join(folder, name) for name in host.names(folder) if _named(name))


def _named(file: str) -> bool:
    match = _FILE.match(file)
    return match is not None and match["name"] in _WATCHED


def _library(path: str, real: str, origin: str, packages: Mapping[str, Package]) -> Iterator[Library]:
    name, told = _FILE.match(posixpath.basename(path)), _FILE.match(posixpath.basename(real))
    if name is None:
        return
    number = Version.of((told or name)["version"])
    if origin == "pip":
        # A wheel's files carry the major number only.
        brought = BROUGHT_BY.get(name["name"].partition("_")[0], "")
        fitting = packages.get(f"{brought}-cu{_cuda_of(name['name'], number, packages)}")
        number = (version(fitting.version) if fitting else None) or number
    yield Library(name=name["name"], path=path, version=number, origin=origin)


def _cuda_of(name: str, number: Version, packages: Mapping[str, Package]) -> int:
    """The CUDA family a wheel's library is of: the number of cudart, or what packages there are of cuDNN and NCCL."""
    if name == "cudart":
        return number.major
    brought = BROUGHT_BY.get(name.partition("_")[0], "")
    families = (
        int(other.removeprefix(f"{brought}-cu")) for other in packages if re.fullmatch(rf"{brought}-cu\d+", other)
    )
    return max(families, default=0)

"""What goes with what, as matrix.toml holds it: one frozen row type a table, and the look-ups in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol, TypeVar

from sextet.hardware.capability import Capability
from sextet.hardware.version import Version


@dataclass(frozen=True, kw_only=True)
class TensorFlow:
    """A release of TensorFlow: what its Linux wheel was built for.

    Attributes:
        release: first two numbers, such as 2.15; `newest` is its last patch release.
        python: the lowest and the highest Python.
        cuda, cudnn: what it was built and tested with.
        cudnn_package: what its extra `and-cuda` asks for; empty where it has none.
        sms: capabilities with machine code; ptx: what newer cards compile from.
        keras: the lowest Keras.
        numpy, numpy_below: the lowest numpy it takes, and the first that it does not; None: not known, no such limit.
        source, date: where this was read, and when.
    """

    release: Version
    newest: str
    python: tuple[Version, Version]
    cuda: Version
    cudnn: Version
    cudnn_package: str
    sms: tuple[Capability, ...]
    ptx: Capability
    keras: Version
    numpy: Version | None
    numpy_below: Version | None
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Span:
    """Versions from `first` to `last` of a library, and the cards they have code for.

    Attributes:
        first, last: the ends, both included.
        lowest, highest: compute capabilities; highest None is not known.
        package: the newest requirement of the span, for pip.
        source, date: where this was read, and when.
    """

    first: Version
    last: Version
    lowest: Capability
    highest: Capability | None
    package: str
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Cuda:
    """A release of CUDA with the driver it came with, or a family with the oldest driver that runs any of it.

    Attributes:
        release: such as 12.2; of a family its major number.
        driver, windows_driver: on Linux, and on Windows where known.
        lowest: of a family, the lowest compute capability of its libraries.
        sonames: of a family, the major numbers in the names of its libraries.
        source, date: where this was read, and when.
    """

    release: Version
    driver: Version
    windows_driver: Version | None
    lowest: Capability | None
    sonames: dict[str, int]
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Branches of the driver from `first` to `last`: the cards they support, or until when one is looked after."""

    first: int
    last: int
    lowest: Capability | None
    kind: str
    ends: str
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Torch:
    """A release of PyTorch: by build (cu126), the lowest and, where known, the highest compute capability."""

    release: Version
    builds: dict[str, tuple[Capability, Capability | None]]
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Jax:
    """Releases of JAX from `first` to `last`: lowest cuDNN and lowest Python."""

    first: Version
    last: Version
    cudnn: Version
    python: Version
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Library:
    """A package that a suggested set pins, with the lowest compute capability it has code for; None: it has none."""

    package: str
    version: str
    lowest: Capability | None
    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Every table; in each, older rows come first."""

    tensorflow: tuple[TensorFlow, ...]
    cudnn: tuple[Span, ...]
    cuda: tuple[Cuda, ...]
    cuda_families: tuple[Cuda, ...]
    jax_plugins: tuple[Cuda, ...]
    drivers: tuple[Branch, ...]
    branches: tuple[Branch, ...]
    torch: tuple[Torch, ...]
    jax: tuple[Jax, ...]
    libraries: tuple[Library, ...]
    keras: dict[str, str]

    def family(self, version: Version) -> Cuda | None:
        """Return the family of a CUDA version."""
        return next((row for row in self.cuda_families if row.release.major == version.major), None)


class _Released(Protocol):
    @property
    def release(self) -> Version: ...


class _Spanning(Protocol):
    @property
    def first(self) -> Version: ...
    @property
    def last(self) -> Version: ...


R = TypeVar("R", bound=_Released)
S = TypeVar("S", bound=_Spanning)


def released(rows: Iterable[R], version: Version) -> R | None:
    """Return the row of the release that a version belongs to."""
    return next((row for row in rows if version.within(row.release)), None)


def since(rows: Iterable[S], version: Version) -> S | None:
    """Return the last row that begins at or before a version, of the same major number."""
    begun = [row for row in rows if row.first <= version and row.first.major == version.major]
    return begun[-1] if begun else None


def spanning(rows: Iterable[S], version: Version) -> S | None:
    """Return the row whose span holds a version."""
    return next((row for row in rows if row.first <= version <= row.last), None)


@cache
def matrix() -> Matrix:
    """Read matrix.toml."""
    text = resources.files("sextet.hardware").joinpath("matrix.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    sources = values.pop("sources")
    tables: dict[str, list[dict[str, Any]]] = {
        name: [{**row, "source": sources[row["source"]], "date": str(row["date"])} for row in rows]
        for name, rows in values.items()
    }
    return Matrix(
        tensorflow=tuple(map(_tensorflow, tables["tensorflow"])),
        cudnn=tuple(map(_span, tables["cudnn"])),
        cuda=tuple(map(_cuda, tables["cuda"])),
        cuda_families=tuple(map(_cuda, tables["cuda_family"])),
        jax_plugins=tuple(map(_cuda, tables["jax_plugin"])),
        drivers=tuple(map(_branch, tables["driver"])),
        branches=tuple(map(_branch, tables["branch"])),
        torch=tuple(map(_torch, tables["torch"])),
        jax=tuple(map(_jax, tables["jax"])),
        libraries=tuple(map(_library, tables["library"])),
        keras={row["tensorflow"]: row["version"] for row in tables["keras"]},
    )


def _tensorflow(row: dict[str, Any]) -> TensorFlow:
    lowest, highest = map(Version.of, row["python"])
    return TensorFlow(
        release=Version.of(row["release"]),
        cuda=Version.of(row["cuda"]),
        cudnn=Version.of(row["cudnn"]),
        keras=Version.of(row["keras"]),
        newest=row["newest"],
        python=(lowest, highest),
        cudnn_package=row.get("cudnn_package", ""),
        sms=tuple(map(Capability.of, row["sms"])),
        ptx=Capability.of(row["ptx"]),
        numpy=_maybe(row.get("numpy")),
        numpy_below=_maybe(row.get("numpy_below")),
        source=row["source"],
        date=row["date"],
    )


def _span(row: dict[str, Any]) -> Span:
    return Span(
        first=Version.of(row["first"]),
        last=Version.of(row["last"]),
        lowest=Capability.of(row["lowest"]),
        highest=Capability.of(row["highest"]) if "highest" in row else None,
        package=row["package"],
        source=row["source"],
        date=row["date"],
    )


def _cuda(row: dict[str, Any]) -> Cuda:
    return Cuda(
        release=Version.of(str(row.get("release", row.get("major")))),
        driver=Version.of(row["driver"]),
        windows_driver=_maybe(row.get("windows_driver")),
        lowest=Capability.of(row["lowest"]) if "lowest" in row else None,
        sonames=row.get("sonames", {}),
        source=row["source"],
        date=row["date"],
    )


def _branch(row: dict[str, Any]) -> Branch:
    return Branch(
        first=int(row.get("first", row.get("branch", 0))),
        last=int(row.get("last", row.get("branch", 0))),
        lowest=Capability.of(row["lowest"]) if "lowest" in row else None,
        kind=row.get("kind", ""),
        ends=row.get("ends", ""),
        source=row["source"],
        date=row["date"],
    )


def _torch(row: dict[str, Any]) -> Torch:
    builds = {
        name: (Capability.of(ends[0]), Capability.of(ends[1]) if len(ends) > 1 else None)
        for name, ends in row["builds"].items()
    }
    return Torch(release=Version.of(row["release"]), builds=builds, source=row["source"], date=row["date"])


def _jax(row: dict[str, Any]) -> Jax:
    return Jax(
        first=Version.of(row["first"]),
        last=Version.of(row["last"]),
        cudnn=Version.of(row["cudnn"]),
        python=Version.of(row["python"]),
        source=row["source"],
        date=row["date"],
    )


def _library(row: dict[str, Any]) -> Library:
    return Library(
        package=row["package"],
        version=row["version"],
        lowest=Capability.of(row["lowest"]) if "lowest" in row else None,
        source=row["source"],
        date=row["date"],
    )


def _maybe(text: str | None) -> Version | None:
    return Version.of(text) if text else None

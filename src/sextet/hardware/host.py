"""Where facts about a machine come from, as one narrow door: files, folders, commands, packages, NVML.

Whatever looks at a machine asks a `Host`, so that a test can hand over a machine that is only described.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

TEXT_LIMIT = 4_000_000  # bytes read of one file: facts are small, and a wrong path may be a device without end


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended.

    Attributes:
        code: exit code, negative for the signal that ended it; None where it could not be started or took too long.
        out, err: what it wrote.
        late: it was ended because it took too long.
    """

    code: int | None
    out: str = ""
    err: str = ""
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Package:
    """An installed Python package.

    Attributes:
        version: its version.
        folder: the folder of site-packages that holds it.
    """

    version: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What runs here.

    Attributes:
        python: version of Python.
        system: "Linux", "Windows" or "Darwin".
        machine: processor architecture, such as x86_64.
        release: release of the kernel.
    """

    python: str
    system: str
    machine: str
    release: str = ""


@dataclass(frozen=True, kw_only=True)
class Room:
    """What this process may use, bytes; None is no limit, or not told.

    Attributes:
        disk_free: free space where runs are written by default.
        shared_memory: size of /dev/shm.
        locked_memory: most memory a process may lock (ulimit -l).
        open_files: most files a process may open (ulimit -n).
    """

    disk_free: int | None = None
    shared_memory: int | None = None
    locked_memory: int | None = None
    open_files: int | None = None


class Host(Protocol):
    """A machine that can be asked."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables."""

    @property
    def nvml(self) -> Any:
        """A module with the functions of pynvml; None is pynvml itself."""

    def platform(self) -> Platform:
        """What runs here."""

    def text(self, path: str) -> str | None:
        """Return the text of a file, None where it cannot be read."""

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder, sorted; nothing where there is none."""

    def real(self, path: str) -> str:
        """Return a path with its links followed."""

    def run(self, command: Sequence[str], seconds: float) -> Ran:
        """Run a command, and end it after `seconds`."""

    def packages(self) -> Mapping[str, Package]:
        """Return the installed packages by their name in lower case with dashes."""

    def room(self) -> Room:
        """Return what this process may use."""


@dataclass(frozen=True)
class ThisHost:
    """The machine this process runs on.

    Attributes:
        environ: its environment.
        nvml: a module with the functions of pynvml; None is pynvml.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    nvml: Any = None

    def platform(self) -> Platform:
        """What runs here."""
        return Platform(
            python=platform.python_version(),
            system=platform.system(),
            machine=platform.machine(),
            release=platform.release(),
        )

    def text(self, path: str) -> str | None:
        """Return the text of a file, None where it cannot be read."""
        try:
            with open(path, "rb") as file:
                return file.read(TEXT_LIMIT).decode("utf-8", "replace")
        except OSError:
            return None

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder, sorted; nothing where there is none."""
        try:
            return tuple(sorted(os.listdir(folder)))
        except OSError:
            return ()

    def real(self, path: str) -> str:
        """Return a path with its links followed."""
        return os.path.realpath(path)

    def run(self, command: Sequence[str], seconds: float) -> Ran:
        """Run a command, and end it after `seconds`."""
        try:
            done = subprocess.run(
                list(command), capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired as late:
            return Ran(code=None, out=_decoded(late.stdout), err=_decoded(late.stderr), late=True)
        except OSError as error:
            return Ran(code=None, err=str(error))
        return Ran(code=done.returncode, out=_decoded(done.stdout), err=_decoded(done.stderr))

    def packages(self) -> Mapping[str, Package]:
        """Return the installed packages by their name in lower case with dashes; the first on the path counts."""
        from importlib import metadata

        found: dict[str, Package] = {}
        for one in metadata.distributions():
            name = one.metadata["Name"] if one.metadata else None
            if name:
                place = str(Path(str(one.locate_file(""))))
                found.setdefault(name.lower().replace("_", "-"), Package(version=one.version, folder=place))
        return found

    def room(self) -> Room:
        """Return what this process may use."""
        return Room(disk_free=_free("."), shared_memory=_size("/dev/shm"), **_limits())


def _decoded(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace")


def _free(folder: str) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _size(folder: str) -> int | None:
    try:
        return shutil.disk_usage(folder).total
    except OSError:
        return None


def _limits() -> dict[str, int | None]:
    if sys.platform == "win32":
        return {}
    import resource

    def soft(kind: int) -> int | None:
        value = resource.getrlimit(kind)[0]
        return None if value == resource.RLIM_INFINITY else value

    return {"locked_memory": soft(resource.RLIMIT_MEMLOCK), "open_files": soft(resource.RLIMIT_NOFILE)}

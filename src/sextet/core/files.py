"""Writing files so that a reader never sees half of one: write beside, fsync, rename."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sextet.core.errors import ConfigError, ResourceError

_BARRED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
_ELSEWHERE = "Name another place, or change who may write there."


def place_for(path: str | Path, what: str) -> Path:
    """Return the path of a file that a user asks to be written, before anything is computed for it.

    No folder is made for it: a path that was mistyped would be filled unseen. Folders of runs are another matter.

    Args:
        path: of the file.
        what: it is, with its article: "the forecast".

    Raises:
        ConfigError: the folder is not there or may not be written to, or the path is one.
    """
    path = Path(path)
    if path.is_dir():
        raise ConfigError(f"Expected the name of a file for {what}; {path} is a folder.")
    if not path.parent.is_dir():
        raise ConfigError(
            f"Expected a folder that is there for {what}; {path.parent} is not. Make it first, or name another."
        )
    if not os.access(path.parent, os.W_OK):
        raise ConfigError(f"Expected a folder for {what} that may be written to; {path.parent} may not. {_ELSEWHERE}")
    return path


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path`; on success it is synced to disk and takes the name of `path`.

    Raises:
        ResourceError: the disk is full; a file that was at `path` before is left as it was.
        ConfigError: nobody may write there.
    """
    with _refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
        _sync_folder(path.parent)
    except OSError as error:
        _remove(name)
        _refuse_full(path, error)
        raise
    except BaseException:
        _remove(name)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    with atomic_writer(path) as file:
        file.write(content)


def write_text(path: Path, content: str) -> None:
    """Write `content` to `path` as UTF-8, atomically."""
    write_bytes(path, content.encode("utf-8"))


def write_with(path: Path, save: Callable[[str], object]) -> None:
    """Let `save` write a file by name, then move it to `path` atomically (for libraries that want a name).

    Raises:
        ResourceError: the disk is full; a file that was at `path` before is left as it was.
        ConfigError: nobody may write there.
    """
    with _refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        place = tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.")
    try:
        with place as folder:
            beside = Path(folder) / path.name
            save(str(beside))
            with open(beside, "rb") as file:
                os.fsync(file.fileno())
            os.replace(beside, path)
        _sync_folder(path.parent)
    except OSError as error:
        _refuse_full(path, error)
        raise


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def disk_full(error: BaseException) -> bool:
    """Whether an error means that a disk, or what may be used of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Say of the file that was asked for why nothing can be made beside it."""
    try:
        yield
    except OSError as error:
        _refuse_full(path, error)
        if error.errno in _BARRED:
            why = os.strerror(error.errno).lower()
            raise ConfigError(f"{path} cannot be written: {why}. {_ELSEWHERE}") from error
        raise


def _refuse_full(path: Path, error: OSError) -> None:
    if disk_full(error):
        raise ResourceError(f"No space left while writing {path}. Free some space and run again.") from error


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder; its rename is durable by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(name: str) -> None:
    if os.path.exists(name):
        os.unlink(name)

"""A lock that belongs to a process: the system lets go of it when the process ends, however it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sextet.core.errors import ConfigError

if os.name == "posix":
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

else:
    import msvcrt

    def _take(file: IO[str]) -> None:
        # one byte far behind the text, since Windows lets nobody read what is locked
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]


WAIT = 1.0  # seconds to wait for one that only looked, or that is just ending


@contextmanager
def held(path: Path, what: str) -> Iterator[None]:
    """Hold the lock `path` while inside.

    Args:
        path: a file, made where it is not there.
        what: what only one process may do at a time, for the message, such as "trains the run x".

    Raises:
        ConfigError: another process holds it; it is named.
    """
    file = _acquired(path, time.monotonic() + WAIT)
    if file is None:
        raise ConfigError(
            f"Another process{_named(path)} {what}. Wait for its end, or end it; what it has done is kept."
        )
    with file:
        file.truncate(0)
        file.seek(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(path: Path) -> int | None:
    """Return the id of the process that holds the lock `path`, 0 where it cannot be told, None where nobody does."""
    if not path.is_file():
        return None
    file = _acquired(path, time.monotonic())
    if file is not None:
        file.close()
        return None
    return _pid(path) or 0


def _acquired(path: Path, until: float) -> IO[str] | None:
    """The lock's file, open and locked; None where somebody else has it until then."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="ascii")
        try:
            _take(file)
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
            file.close()  # whoever had it removed it: this one guards nothing any more
            continue
        except OSError:
            file.close()
        if time.monotonic() >= until:
            return None
        time.sleep(0.05)


def _pid(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0


def _named(path: Path) -> str:
    pid = _pid(path)
    return f" (number {pid})" if pid else ""

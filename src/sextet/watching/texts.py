"""Lines of text of a file or of standard input, in the encodings that the readers of data know."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sextet.data.csv_form import encoding_of
from sextet.watching.heard import Heard

_OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_START = 1 << 19  # bytes that tell an encoding
_FALLBACK = "windows 1252 where it is not utf-8"


@contextmanager
def file_lines(file: Path, heard: Heard) -> Iterator[Iterable[str]]:
    """Open a file, packed or not, as lines of text; what has another encoding than UTF-8 is told to `heard`."""
    opener: Any = _OPENERS.get(file.suffix.lower(), open)
    with opener(file, "rb") as start:
        encoding = encoding_of(start.read(_START))
    if encoding == "cp1252":
        heard.note(f"{file} is not UTF-8; it was read as Windows-1252.")
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    with opener(file, "rt", encoding=encoding, errors=_FALLBACK, newline="") as lines:
        yield lines


def standard_input() -> Iterable[str]:
    """Lines of standard input as they come: UTF-16 where it begins so, else UTF-8, or Windows-1252 where it is not."""
    buffer = getattr(sys.stdin, "buffer", None)
    if buffer is None:
        return sys.stdin
    encoding = encoding_of(buffer.peek(2)[:2]) if hasattr(buffer, "peek") else "utf-8"
    return io.TextIOWrapper(buffer, "utf-16" if encoding == "utf-16" else "utf-8-sig", _FALLBACK, newline="")


def _as_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error(_FALLBACK, _as_1252)

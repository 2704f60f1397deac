"""The one place where an exception becomes an exit code and a message."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from dataclasses import dataclass

from sextet.core.errors import SextetError, installing

DONE, FAILED, WRONG, EXHAUSTED, INTERRUPTED = 0, 1, 2, 3, 130
DEBUG = "SEXTET_DEBUG"

_EXTRA_OF = {
    "keras": "train",
    "tensorflow": "train",
    "tf2onnx": "train",
    "onnx": "train",
    "optuna": "tune",
    "bokeh_sampledata": "samples",
    "bokeh": "samples",
}
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# Raised by TensorFlow and ONNX Runtime; named, not imported, because the import alone takes seconds.
_OUT_OF_MEMORY = ("ResourceExhaustedError", "ArrowMemoryError", "_ArrayMemoryError")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """How a command ended.

    Attributes:
        code: exit code of the process.
        message: text for the user; empty says nothing.
    """

    code: int
    message: str


def failure_of(error: BaseException) -> Failure:
    """Translate an exception into an exit code and a message for the user."""
    if isinstance(error, KeyboardInterrupt):
        return Failure(code=INTERRUPTED, message="Interrupted.")
    if isinstance(error, SextetError):
        return Failure(code=error.exit_code, message=f"Error: {error}")
    if isinstance(error, BrokenPipeError):
        return Failure(code=DONE, message="")  # the reader of the pipe has what it wanted
    if isinstance(error, MemoryError) or type(error).__name__ in _OUT_OF_MEMORY:
        return Failure(
            code=EXHAUSTED,
            message="Error: out of memory. Use fewer series, a smaller --batch or a shorter --lookback, "
            "or close other programs, and run again.",
        )
    if isinstance(error, ModuleNotFoundError):
        return _missing_module(error)
    if isinstance(error, OSError):
        return _system_failure(error)
    return _unexpected(error)


def report_failure(error: BaseException, kept: str = "") -> int:
    """Write the message of `error` to standard error, then what was `kept`, and return the exit code."""
    failure = failure_of(error)
    if os.environ.get(DEBUG) and failure.code not in (DONE, INTERRUPTED):
        traceback.print_exception(error, file=sys.stderr)
    says_kept = kept and failure.code in (FAILED, EXHAUSTED, INTERRUPTED)
    text = f"{failure.message} {kept}" if says_kept else failure.message
    if text:
        print(_coloured(text), file=sys.stderr, flush=True)
    return failure.code


def _missing_module(error: ModuleNotFoundError) -> Failure:
    extra = _EXTRA_OF.get((error.name or "").split(".")[0])
    if extra is None:
        return _unexpected(error)
    return Failure(
        code=WRONG,
        message=f"Error: this needs the package {error.name!r}. Install it with: {installing(extra)}.",
    )


def _system_failure(error: OSError) -> Failure:
    if error.errno in _DISK_FULL:
        where = f" while writing {error.filename}" if error.filename else ""
        return Failure(code=EXHAUSTED, message=f"Error: no space left{where}. Free some space and run again.")
    if error.errno == errno.ENOMEM:
        return failure_of(MemoryError())
    if error.filename is not None and error.strerror:
        return Failure(code=WRONG, message=f"Error: cannot use {error.filename}: {error.strerror.lower()}.")
    return _unexpected(error)


def _unexpected(error: BaseException) -> Failure:
    text = " ".join(str(error).split())
    short = text if len(text) <= 400 else f"{text[:400]} ..."
    return Failure(
        code=FAILED,
        message=f"Error: unexpected {type(error).__name__}: {short or 'no further text'}\n"
        f"This is likely a fault in sextet. Run again with {DEBUG}=1 for the traceback, and please report it.",
    )


def _coloured(text: str) -> str:
    head, colon, rest = text.partition(":")
    plain = head != "Error" or not sys.stderr.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else f"\x1b[1;31m{head}{colon}\x1b[0m{rest}"

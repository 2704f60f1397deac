"""What a command writes: the result on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, TextIO

from sextet.core.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 160  # columns of a table that goes to a file or a pipe, where no terminal says how wide it is


class Output:
    """The two streams of one command; also a context that closes what it opened.

    Attributes:
        json: the result is one JSON object.
        quiet: only errors and the answer; neither progress nor news of what was written.
        kept: says, after a failure, what of the work remains.
    """

    def __init__(self, *, json: bool = False, quiet: bool = False) -> None:
        """Remember the switches; nothing is opened yet."""
        self.json = json
        self.quiet = quiet
        self.kept: Callable[[], str] = lambda: ""
        self._stack = ExitStack()
        self._told: list[str] = []

    def __enter__(self) -> Output:
        """Begin."""
        return self

    def __exit__(self, *problem: object) -> None:
        """End progress bars, so that a message after them starts on a line of its own."""
        self._stack.close()

    def progress(self) -> Progress:
        """Return the listener for a long call: bars on a terminal, now and then a line elsewhere."""
        if self.quiet:
            return Silent()
        from sextet.cli.progress import listener

        drawn = self._stack.enter_context(listener(console(stderr=True)))
        self._told = drawn.told
        return drawn

    def note(self, notes: Sequence[str], most: int | None = None, more: str = "") -> None:
        """Write on standard error the notes of a result that were not told while it was made, `most` of them.

        With `--json` they are in the object, with `--quiet` nowhere.

        Args:
            notes: of the result.
            most: of them; None: all.
            more: where the others are.
        """
        self._stack.close()
        if self.json or self.quiet:
            return
        fresh = [note for note in notes if note not in self._told]
        for note in fresh[:most]:
            print(f"note: {note}", file=sys.stderr)
        if most is not None and len(fresh) > most:
            print(f"{len(fresh) - most} more notes: {more}", file=sys.stderr)

    def working(self) -> contextlib.AbstractContextManager[object]:
        """Keep standard output for the result: what libraries print meanwhile goes to standard error."""
        return contextlib.redirect_stdout(sys.stderr)

    def answer(self, value: Mapping[str, Any], show: Callable[[Console], None]) -> None:
        """Write what was asked for, whatever `--quiet` says: `value` with `--json`, else what `show` draws."""
        self._stack.close()
        if self.json:
            self.emit(value)
        else:
            show(console())

    def news(self, value: Mapping[str, Any], show: Callable[[Console], None]) -> None:
        """Write news of what was asked for and is in files now: as `answer`, but with `--quiet` nothing is drawn."""
        if self.json or not self.quiet:
            self.answer(value, show)
        else:
            self._stack.close()

    def emit(self, value: Mapping[str, Any]) -> None:
        """Write `value` as JSON on standard output."""
        print(json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=2))


def console(*, stderr: bool = False) -> Console:
    """Return a rich console on standard output or error, wide where it is no terminal."""
    from rich.console import Console

    class Piped(Console):
        """A console that leaves a broken pipe to the translation of failures."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    stream = sys.stderr if stderr else sys.stdout
    terminal = stream.isatty()
    width = None if terminal or "COLUMNS" in os.environ else PIPE_WIDTH
    file: Any = stream if terminal else Unpadded(stream)
    return Piped(file=file, width=width, highlight=False, emoji=False, markup=False)


class Unpadded:
    """A stream to which whole lines are written, without the spaces that pad them to the width of a table."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write whole lines."""
        return self._stream.write(re.sub(r"[ \t]+(?=\n)", "", text))

    def __getattr__(self, name: str) -> Any:
        """Be the stream in everything else."""
        return getattr(self._stream, name)


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: NaN and infinities are null, paths and stamps text, arrays lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "dtype"):
        return _plain_array(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _plain_array(value: Any) -> Any:
    if value.dtype.kind == "M":
        return plain(value.astype("datetime64[us]").tolist())  # as datetime, which knows its ISO form
    return plain(value.tolist())


def prepare_streams() -> None:
    """Make writing to a terminal without UTF-8 never fail: what it cannot show becomes `?`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def abandon_stdout() -> None:
    """Send the rest of standard output nowhere: its reader is gone, and the interpreter flushes at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""Ctrl-C, and SIGTERM of a scheduler: the first asks the work to end, the second ends the process."""

from __future__ import annotations

import os
import signal
from types import FrameType

from sextet.cli.failure import INTERRUPTED

_pressed = False


def listen() -> None:
    """Take over SIGINT and SIGTERM for this process.

    The first raises KeyboardInterrupt in the main thread. A library may swallow it, or turn it into another
    error when it arrives in the middle of an import, hence `pressed()`; and a second one ends the process at
    once, which is safe because every file is written atomically.
    """
    signal.signal(signal.SIGINT, _on_signal)
    signal.signal(signal.SIGTERM, _on_signal)


def pressed() -> bool:
    """Whether Ctrl-C was pressed since `listen()`."""
    return _pressed


def heed() -> None:
    """Raise KeyboardInterrupt where Ctrl-C was pressed and a library swallowed it.

    Python runs the handler of a signal wherever it happens to be; an exception in an object that is being destroyed
    is printed and forgotten.
    """
    if _pressed:
        raise KeyboardInterrupt


def _on_signal(number: int, frame: FrameType | None) -> None:
    global _pressed
    if _pressed:
        os._exit(INTERRUPTED)
    _pressed = True
    raise KeyboardInterrupt

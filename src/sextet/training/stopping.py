"""Ctrl-C, and SIGTERM, in a training: heard between two steps, so that what was trained can be kept first."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Puts off what a signal does until `heed` is called; a second signal does it at once.

    A context manager. Only signals that a Python function answers are put off, and only in the main thread, where they
    arrive; elsewhere it does nothing.

    Attributes:
        asked: whether a signal waits to be heeded.
    """

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self._number: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether a signal waits to be heeded."""
        return self._number is not None

    def heed(self) -> None:
        """Do what the signal that waits does: raise KeyboardInterrupt, commonly; without one nothing."""
        if self._number is not None:
            number, self._number = self._number, None
            self._before[number](number, None)

    def __enter__(self) -> Stopping:
        """Begin to put off."""
        if threading.current_thread() is threading.main_thread():
            for number in NUMBERS:
                before = signal.getsignal(number)
                if callable(before):
                    self._before[number] = before
                    signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let signals do at once what they did before; one that still waits, too."""
        for number, before in self._before.items():
            signal.signal(number, before)
        if kind is None:
            self.heed()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.heed()
        self._number = number

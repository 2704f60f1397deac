"""What is to be told of a stream besides its findings: what could not be read, and how the rest was read."""

from __future__ import annotations

_TOLD = 20  # of each kind remembered with a reason


class Heard:
    """Counts and the first reasons.

    Attributes:
        unreadable: rows passed over.
        unread: place and reason of the first of them.
        numberless: values that are neither a number nor missing.
        odd: place and text of the first of them.
        decimal, dates: what `Hints` would have to say for more of the stream to be read alike; None: nothing.
        notes: how stamps and numbers were read, where that was not plain.
    """

    __slots__ = ("dates", "decimal", "notes", "numberless", "odd", "unread", "unreadable")

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.unreadable = self.numberless = 0
        self.unread: list[tuple[int, str]] = []
        self.odd: list[tuple[int, str]] = []
        self.notes: list[str] = []
        self.decimal: str | None = None
        self.dates: str | None = None

    def row(self, number: int, why: str) -> None:
        """Hear of a row that was passed over."""
        self.unreadable += 1
        if len(self.unread) < _TOLD:
            self.unread.append((number, why))

    def value(self, number: int, why: str) -> None:
        """Hear of a value that is no number, and is taken as missing."""
        self.numberless += 1
        if len(self.odd) < _TOLD:
            self.odd.append((number, why))

    def note(self, text: str) -> None:
        """Hear how something was read."""
        if text and text not in self.notes:
            self.notes.append(text)

"""Rows of a stream from the texts of its fields; those that could be read in two ways wait for others that tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sextet.data.hints import Hints
from sextet.data.stamp_order import ORDERS
from sextet.watching.clock import Clock
from sextet.watching.heard import Heard
from sextet.watching.numbers import Numbers

if TYPE_CHECKING:
    from sextet.watching.wall_clock import WallClock

FILE_ROWS = 5000  # rows of a file that are looked at before one is read, as in training
_WAIT = 100  # rows that wait at most for a value that tells what a dot or comma means; none of them is judged yet
_HELD = 100_000  # rows that wait at most for a stamp that tells day from month; a day of stamps a second apart


class Row(NamedTuple):
    """One observation.

    Attributes:
        series: its name, empty for a stream of one.
        stamp: time as it came.
        second: the same in seconds since 1970: UTC where the stamp or the stream has a zone.
        value: NaN where there is no number.
        covariates: what a run was trained with besides, likewise.
    """

    series: str
    stamp: str
    second: float
    value: float
    covariates: tuple[float, ...] = ()


class Raw(NamedTuple):
    """One observation as it came.

    Attributes:
        number: its line or row, counted from 1.
        series: its name.
        stamp: its time.
        values: the value and the covariates.
        second: its time in seconds, where that is known; it names no zone then.
    """

    number: int
    series: str
    stamp: str
    values: Sequence[Any]
    second: float | None = None


class Reading:
    """Reads the rows of one stream."""

    __slots__ = ("_ahead", "_held", "_known", "_plain", "clock", "heard", "numbers")

    def __init__(
        self,
        heard: Heard,
        columns: Sequence[str] = ("value",),
        *,
        hints: Hints | None = None,
        grouped: bool = False,
        ahead: int = 0,
        epoch: bool = False,
        zone: WallClock | None = None,
    ) -> None:
        """Begin with no row.

        Args:
            heard: is told of what cannot be read, and of how the rest is.
            columns: names of the values that a row has.
            hints: what is known of how stamps and numbers are written.
            grouped: whether fields are separated by commas.
            ahead: rows to look at before the first is read; 0: a live stream, of which each is read at once where
                its texts have one meaning.
            epoch: whether stamps may be whole numbers since 1970.
            zone: the clock by which stamps are that name no zone; or that of dates, by which all are.
        """
        hints = hints or Hints()
        self.heard = heard
        self.clock = Clock(hints, live=not ahead, epoch=epoch, zone=zone)
        self.numbers = [Numbers(name, grouped, hints.decimal) for name in columns]
        self._ahead = ahead
        self._held: list[Raw] = []
        self._known = 0  # columns that nothing is left to be found out of
        self._plain = False  # so of all of them

    def take(self, raw: Raw) -> list[Row]:
        """Take a row, and return those that can be read now."""
        if self._plain:
            row = self._row(raw)
            return [row] if row is not None else []
        self._hear(raw)
        held = self._held
        held.append(raw)
        if len(held) == 1 and not self._waits():
            held.clear()
            self._tell()
            row = self._row(raw)
            return [row] if row is not None else []
        if len(held) == self._ahead:
            self._settle(stamps=False)
        elif len(held) >= _HELD:
            self._settle(stamps=True)
        if self._waits():
            return []
        return self._release()

    def end(self) -> list[Row]:
        """Return the rows that waited, read as is likely."""
        if not self._held:
            return []
        self._settle(stamps=True)
        return self._release()

    def _hear(self, raw: Raw) -> None:
        wait = len(self._held) + 1 < self._ahead
        if raw.second is None:
            self.clock.hear(raw.stamp, wait)
        else:
            self.clock.plain = True
        waited = 0
        for column, value in zip(self.numbers, raw.values, strict=True):
            column.hear(value, wait)
            if column.open:
                waited = max(waited, column.waited + 1)
        if waited:
            self._settle_numbers(waited >= _WAIT)

    def _waits(self) -> bool:
        if len(self._held) < self._ahead or self.clock.open:
            return True
        for column in self.numbers:
            if column.open:
                return True
        return False

    def _settle(self, *, stamps: bool) -> None:
        """End looking ahead: settle the numbers, and the stamps if they tell, or if they are to be."""
        self._ahead = 0
        for column in self.numbers:
            column.settle(False)
        self._settle_numbers(True)
        self.clock.settle(stamps)

    def _settle_numbers(self, final: bool) -> None:
        """Settle columns that could be read in two ways by what the others show; where `final`, by what is likely."""
        signs = {column.shown for column in self.numbers} - {None}
        sign = signs.pop() if len(signs) == 1 else None
        for column in self.numbers:
            column.settle(final or sign is not None, sign)

    def _release(self) -> list[Row]:
        held, self._held = self._held, []
        rows = [row for raw in held if (row := self._row(raw)) is not None]
        self._tell()
        return rows

    def _tell(self) -> None:
        known = int(self.clock.plain)
        for column in self.numbers:
            known += column.style is not None
        if known == self._known:
            return
        self._known, self._plain = known, known == 1 + len(self.numbers)
        self.heard.note(self.clock.note)
        for column in self.numbers:
            self.heard.note(column.note)
        signs = [column.style.decimal for column in self.numbers if column.style is not None and column.style.group]
        self.heard.decimal = signs[0] if signs else self.heard.decimal
        self.heard.dates = self.clock.layout if self.clock.layout in ORDERS else None

    def _row(self, raw: Raw) -> Row | None:
        if raw.second is None:
            second = self.clock.second(raw.stamp, raw.series)
        else:
            second = self.clock.placed(raw.second, raw.series)
        if second is None:
            self.heard.row(raw.number, self.clock.refusal(raw.stamp))
            return None
        values = raw.values
        value = self._number(raw.number, 0, values[0])
        more = tuple([self._number(raw.number, at, values[at]) for at in range(1, len(values))])
        return Row(raw.series, raw.stamp, second, value, more)

    def _number(self, number: int, at: int, value: Any) -> float:
        read = self.numbers[at].of(value)
        if read is None:
            self.heard.value(number, f"{str(value)[:40]!r} is not {self.numbers[at].expected}")
            return math.nan
        return read

"""Stamps of a stream as seconds: ISO 8601 at once, other layouts as the readers of files know them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sextet.data.hints import Hints
from sextet.data.stamp_order import COUNTED, ORDERS, YEARS, counted_note, other_order

if TYPE_CHECKING:
    import pyarrow as pa

    from sextet.data.stamp_text import Layout
    from sextet.watching.wall_clock import WallClock

_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _END = ((datetime(year, 1, 1) - _EPOCH).total_seconds() for year in (YEARS[0], YEARS[1] + 1))
_NS = 1e9
_NEAR = 129_600.0  # seconds: a day and a half holds now in every time zone


class Clock:
    """Reads one column of stamps.

    While day and month could be swapped the layout is open: `hear` gathers stamps until they, or the present day, tell
    which is meant, as `choose_layout` has it.

    Attributes:
        layout: of the stamps that are not ISO 8601; "" while it is not settled.
        plain: whether stamps are ISO 8601, or the layout is settled: nothing more is to be heard.
        open: whether stamps heard would be other moments in the other order of day and month.
        note: how they are read, where that was not plain.
    """

    __slots__ = ("_dates", "_hints", "_live", "_texts", "_zone", "epoch", "layout", "note", "open", "plain")

    def __init__(
        self,
        hints: Hints | None = None,
        *,
        live: bool = False,
        epoch: bool = False,
        zone: WallClock | None = None,
    ) -> None:
        """Begin without a layout.

        Args:
            hints: what is known of it.
            live: whether stamps may be of about now, which tells of two readings the right one.
            epoch: whether whole numbers are seconds, or thousandths and so on, since 1970.
            zone: the clock by which stamps are that name no zone; or that of dates, by which all are.
        """
        self.layout, self.note, self.open, self.plain, self.epoch = "", "", False, False, epoch
        self._hints, self._live, self._zone = hints or Hints(), live, zone
        self._texts: dict[str, None] = {}
        self._dates: set[str] = set()

    def hear(self, text: str, wait: bool) -> None:
        """Learn from a stamp before it is read; with `wait` nothing is settled yet."""
        if self.plain or text in self._texts or not _has_digit(text):
            return
        counted = self.epoch and _since_1970(text) is not None
        if counted or _iso(text) is not None:
            self.plain = not self._texts
            self.note = counted_note(text.strip(), COUNTED[(len(text.strip()) - 9) // 3]) if counted else self.note
            return
        self._texts[text] = None
        date = text.split()[0]
        if date not in self._dates:  # what is on the same day tells nothing new
            self._dates.add(date)
            if not wait:
                self.settle(False)

    def settle(self, final: bool) -> None:
        """Take the layout that the stamps so far prove; where `final`, the likely one."""
        if self.layout or not self._texts:
            return
        texts = list(self._texts)
        found = _layout_of(texts, self._hints)
        if found is None:
            self._texts, self._dates = {}, set()
            return
        if not found.sure and self._live and (order := _of_today(texts[-1])):
            found = _layout_of(texts, Hints(dates=order)) or found
        self.open = not found.sure and bool(found.note) and not final
        if found.sure or final:
            self.layout, self.note, self._texts, self.plain = found.name, found.note, {}, True

    def refusal(self, text: str) -> str:
        """Say that a text is no stamp, or of no moment in the zone."""
        if self._zone is not None and (found := self._stamp(text)) is not None and self._zone.never(found[0]):
            return f"{text[:40]!r} never was in {self._zone.zone}, where the clock was put forward then"
        if (told := self._told(text)) is not None and not _countable(told[0]):
            return f"{text[:40]!r} lies outside the years {YEARS[0]} to {YEARS[1]}"
        said = f"{text[:40]!r} is no time"
        if not self.layout:
            return said
        if self.layout in ORDERS and _has_digit(text) and _stamp_in(text, other_order(self.layout)) is not None:
            return f"{said} ({self.layout}), but would be one with --dates {other_order(self.layout)}"
        return f"{said} ({self.layout})"

    def second(self, text: str, series: str = "") -> float | None:
        """Return seconds since 1970; None where the text is no stamp, or of no moment in the zone.

        Args:
            text: the stamp; one that names no zone is by the zone of this clock, or without one as if in UTC.
            series: name of the series that it is of; an hour that comes twice is told apart by order in it.
        """
        found = self._stamp(text)
        if found is None:
            return None
        second, ahead = found
        if ahead is None:
            return self.placed(second, series)
        return second if self._zone is None else self._zone.shown(second, ahead)

    def placed(self, wall: float, series: str) -> float | None:
        """Return `second` of a stamp that names no zone, given as seconds since 1970."""
        return wall if self._zone is None else self._zone.second(wall, series)

    def _stamp(self, text: str) -> tuple[float, float | None] | None:
        """Seconds since 1970, and how many the clock of the text is ahead of UTC; None: it names no zone."""
        told = self._told(text)
        return told if told is not None and _countable(told[0]) else None

    def _told(self, text: str) -> tuple[float, float | None] | None:
        """The same of any year."""
        moment = _iso(text)
        if moment is None:
            return self._other(text)
        ahead = moment.utcoffset()
        apart = moment - _EPOCH if ahead is None else moment - _EPOCH_UTC
        second = apart.days * 86_400.0 + apart.seconds + apart.microseconds * 1e-6
        return second, None if ahead is None else ahead.total_seconds()

    def _other(self, text: str) -> tuple[float, float | None] | None:
        if not _has_digit(text):
            return None
        if self.epoch and (second := _since_1970(text)) is not None:
            return second, 0.0
        layout = self.layout
        if not layout:
            found = _layout_of([text], self._hints)
            if found is None:
                return None
            layout = found.name
            if not self._texts:  # nothing is gathered that could tell more
                self.layout = layout
        return _stamp_in(text, layout)


def _countable(second: float) -> bool:
    """Whether nanoseconds since 1970 can say it: 9999-12-31, say, stands for none, and no grid reaches there."""
    return _FIRST <= second < _END


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if len(text) > 8 and text.isdigit() else moment  # 17040710 0 0400 is ISO 8601 too, and no stamp


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _since_1970(text: str) -> float | None:
    """Whole seconds since 1970, or thousandths, millionths or billionths of them, told by their size, as seconds."""
    text = text.strip()
    places = len(text) - 10
    if not (text.isascii() and text.isdigit()) or places not in (-1, 0, 2, 3, 5, 6, 8, 9):
        return None
    return int(text) / 10.0 ** (3 * ((places + 1) // 3))


def _layout_of(texts: Sequence[str], hints: Hints) -> Layout | None:
    from sextet.data.stamp_text import choose_layout  # the readers cost start-up time, which ISO stamps need not pay

    return choose_layout(_texts(texts), hints)


def _stamp_in(text: str, layout: str) -> tuple[float, float | None] | None:
    from sextet.data.stamp_text import NAIVE, parse_stamps

    parsed = parse_stamps(_texts([text]), layout)
    if not parsed.ok[0]:
        return None
    minutes = int(parsed.minutes[0])
    return float(parsed.ns[0]) / _NS, None if minutes == NAIVE else 60.0 * minutes


def _texts(texts: Sequence[str]) -> pa.Array:
    from sextet.data.arrow_arrays import from_texts

    return from_texts([text.strip() for text in texts])


def _of_today(text: str) -> str:
    """The order of day and month in which a stamp is of about now; "" where neither is, or both are."""
    now = time.time()
    near = [order for order in ORDERS if (found := _stamp_in(text, order)) is not None and abs(found[0] - now) < _NEAR]
    return near[0] if len(near) == 1 else ""

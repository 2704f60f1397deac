"""Dates and times written as text: which layout a column has, and its values in nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sextet.data.arrow_arrays import from_numpy, no_text, text_scalar, to_numpy, whole_scalar
from sextet.data.hints import Hints
from sextet.data.stamp_order import DAY_FIRST, MONTH_FIRST, ORDERS, YEARS, choose_order, other_order

Nanoseconds = NDArray[np.int64]

NAIVE = -32768  # in place of an offset in minutes: the text names no zone
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<half>[AaPp][Mm])?)?\s*(?P<zone>Z|UTC|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?"
)
_DATES = {
    "year-month-day": r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    "yearmonthday": r"(?P<year>(?:1[6-9]|2[0-2])\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    "day/month/year": r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4}|\d{2})",
    "month/day/year": r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4}|\d{2})",
    "day monthname year": r"(?P<day>\d{1,2})[ -](?P<month>[A-Za-z]{3,9})\.?[ ,-]+(?P<year>\d{4})",
    "monthname day, year": r"(?P<month>[A-Za-z]{3,9})\.?[ ](?P<day>\d{1,2}),?[ ](?P<year>\d{4})",
    "year-month": r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",
    "year quarter": r"(?P<year>\d{4})[ -]?[Qq](?P<quarter>[1-4])",
    "year": r"(?P<year>1[6-9]\d{2}|2[0-2]\d{2})",
}
_PATTERNS = {name: rf"^\s*{date}{_TIME if 'day' in name else ''}\s*$" for name, date in _DATES.items()}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MINUTE_NS = 60_000_000_000


@dataclass(frozen=True, kw_only=True)
class ParsedStamps:
    """Stamps `[N]` of a piece of a column.

    Attributes:
        ns: nanoseconds since 1970: UTC where the text names an offset, else wall clock; 0 where not ok.
        ok: whether the text is a stamp in the layout.
        minutes: offset from UTC in minutes, `NAIVE` where the text names none.
    """

    ns: Nanoseconds
    ok: NDArray[np.bool_]
    minutes: NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the stamps of a column are written.

    Attributes:
        name: of the layout.
        note: what to tell where day and month could be swapped.
        sure: whether the sample, or what was told, decides.
    """

    name: str
    note: str = ""
    sure: bool = True


def choose_layout(sample: pa.Array, hints: Hints | None = None) -> Layout | None:
    """The layout that reads every text of a sample; None where none reads half of it.

    Where day and month could be swapped, `choose_order` says which is which.
    """
    hints, sample = hints or Hints(), sample.drop_null()
    if not len(sample):
        return None
    fits: dict[str, ParsedStamps] = {}
    for name in _PATTERNS:
        parsed = parse_stamps(sample, name)
        if parsed.ok.all():
            fits[name] = parsed
    if not fits:
        return _mostly(sample, hints)
    first, shown = next(iter(fits)), sample[0].as_py()
    if first not in ORDERS:
        return Layout(name=first)
    if other_order(first) not in fits:
        told = f"Dates such as {shown!r} are no {hints.dates}; they were read as {first}."
        return Layout(name=first, note=told if hints.dates == other_order(first) else "")
    read = {order: _wall(fits[order]) for order in ORDERS}
    same = np.array_equal(read[DAY_FIRST], read[MONTH_FIRST])
    dotted = bool(pc.all(pc.match_substring(sample, ".")).as_py())
    best, sure = choose_order(read, dotted, hints)
    tail = "." if hints.dates else f": give --dates {other_order(best)} if that is wrong."
    return Layout(name=best, note="" if same else f"Dates such as {shown!r} were read as {best}{tail}", sure=sure)


def parse_stamps(text: pa.Array, layout: str) -> ParsedStamps:
    """Read a piece of a column of text `[N]` (no nulls) in a layout that `choose_layout` gave."""
    if layout == "year-month-day":
        quick = _quick(text)
        if quick is not None:
            return quick
    encoded = text.dictionary_encode()
    parsed = _by_pattern(encoded.dictionary, layout)
    codes = to_numpy(encoded.indices)
    return ParsedStamps(ns=parsed.ns[codes], ok=parsed.ok[codes], minutes=parsed.minutes[codes])


def offset_name(minutes: int) -> str:
    """The name of a fixed offset: "UTC" or "+05:30"."""
    if minutes == 0:
        return "UTC"
    return f"{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _wall(parsed: ParsedStamps) -> Nanoseconds:
    """Stamps by the clock that their text shows."""
    return parsed.ns + np.where(parsed.minutes == NAIVE, 0, parsed.minutes).astype(np.int64) * _MINUTE_NS


def _mostly(sample: pa.Array, hints: Hints) -> Layout | None:
    """A layout that reads at least half of the sample, so that the rest can be named one by one."""
    good = {name: parse_stamps(sample, name).ok for name in _PATTERNS}
    best = max(good, key=lambda name: float(good[name].mean()))
    if good[best].mean() < 0.5:
        return None
    return choose_layout(sample.take(from_numpy(np.flatnonzero(good[best]))), hints)


def _quick(text: pa.Array) -> ParsedStamps | None:
    """ISO 8601 all without an offset, or all with the same: the common files, about ten times as fast."""
    count = len(text)
    try:
        ns = pc.cast(text, pa.timestamp("ns"))
        minutes = NAIVE
    except pa.ArrowInvalid:
        try:
            ns = pc.cast(text, pa.timestamp("ns", tz="UTC"))
        except pa.ArrowInvalid:
            return None
        if pc.all(pc.ends_with(text, "Z")).as_py():
            minutes = 0
        else:
            endings = pc.unique(pc.utf8_slice_codeunits(text, -6, None)).to_pylist()
            if len(endings) != 1 or endings[0][0] not in "+-" or endings[0][3] != ":":
                return None
            minutes = _offset_minutes(endings[0])
    return ParsedStamps(
        ns=to_numpy(pc.cast(ns, pa.int64())),
        ok=np.ones(count, dtype=bool),
        minutes=np.full(count, minutes, dtype=np.int16),
    )


def _by_pattern(text: pa.Array, layout: str) -> ParsedStamps:
    parts = pc.extract_regex(text, pattern=_PATTERNS[layout])
    ok = to_numpy(pc.is_valid(parts))
    year = _number(parts, "year", 1970)
    short = np.char.str_len(_texts(parts, "year")) == 2
    year = np.where(short, np.where(year < 70, year + 2000, year + 1900), year)
    month = (_number(parts, "quarter", 1) - 1) * 3 + 1 if layout == "year quarter" else _month(parts, layout)
    day = _number(parts, "day", 1)
    hour, minute, second = (_number(parts, name, 0) for name in ("hour", "minute", "second"))
    half = _texts(parts, "half")
    hour = np.where(np.char.lower(half) == "pm", hour % 12 + 12, np.where(half != "", hour % 12, hour))
    digits = np.char.ljust(_texts(parts, "fraction"), 9, "0")
    nanos = digits.astype(np.int64) if len(digits) else np.zeros(0, np.int64)
    ok = ok & (year >= YEARS[0]) & (year <= YEARS[1]) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60)
    ok &= second < 60
    months = (np.where(ok, year, 1970) - 1970) * 12 + np.where(ok, month, 1) - 1
    start = months.astype("datetime64[M]").astype("datetime64[D]").view(np.int64)
    length = (months + 1).astype("datetime64[M]").astype("datetime64[D]").view(np.int64) - start
    ok &= (day >= 1) & (day <= length)
    zone = _texts(parts, "zone")
    names = {name: _offset_minutes(name) for name in np.unique(zone).tolist()}
    minutes = np.array([names[name] for name in zone.tolist()], dtype=np.int16)
    seconds = (((start + day - 1) * 24 + hour) * 60 + minute) * 60 + second
    ns = seconds * 1_000_000_000 + nanos - np.where(minutes == NAIVE, 0, minutes).astype(np.int64) * _MINUTE_NS
    return ParsedStamps(ns=np.where(ok, ns, 0), ok=ok, minutes=minutes)


def year_beyond(text: pa.Array, layout: str) -> bool:
    """Whether one text `[1]` is of the layout, but of a year that is not read."""
    parts = pc.extract_regex(text, pattern=_PATTERNS[layout])
    year = _texts(parts, "year")[0]
    return len(year) == 4 and not YEARS[0] <= int(year) <= YEARS[1]


def _has(parts: Any, name: str) -> bool:
    return any(field.name == name for field in parts.type)


def _texts(parts: Any, name: str) -> NDArray[np.str_]:
    if not _has(parts, name):
        return np.full(len(parts), "", dtype="U1")
    found = pc.fill_null(pc.struct_field(parts, name), text_scalar(""))
    return np.array(found.to_pylist(), dtype=np.str_) if len(found) else np.zeros(0, dtype="U1")


def _number(parts: Any, name: str, absent: int) -> Nanoseconds:
    if not _has(parts, name):
        return np.full(len(parts), absent, dtype=np.int64)
    found = pc.struct_field(parts, name)
    found = pc.if_else(pc.equal(found, text_scalar("")), no_text(), found)
    numbers: Nanoseconds = to_numpy(pc.fill_null(pc.cast(found, pa.int64()), whole_scalar(absent)))
    return numbers


def _month(parts: Any, layout: str) -> Nanoseconds:
    if "monthname" not in layout:
        return _number(parts, "month", 1)
    names = np.char.lower(_texts(parts, "month")).astype("U3")
    return np.array([_MONTHS.index(name) + 1 if name in _MONTHS else 0 for name in names.tolist()], dtype=np.int64)


def _offset_minutes(name: str) -> int:
    if name == "":
        return NAIVE
    if name in ("Z", "UTC"):
        return 0
    sign = -1 if name[0] == "-" else 1
    return sign * (int(name[1:3]) * 60 + int(name[-2:]))

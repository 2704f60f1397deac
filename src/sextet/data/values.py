"""Columns of any Arrow type as numbers, stamps or names; the first value that cannot be one is named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.data.arrow_arrays import from_texts, no_text, to_numpy, whole_scalar
from sextet.data.hints import Hints
from sextet.data.number_text import MISSING, NumberStyle, number_style, one_number
from sextet.data.stamp_order import COUNTED, ORDERS, YEARS, counted_note, other_order
from sextet.data.stamp_text import NAIVE, choose_layout, parse_stamps, year_beyond

Floats = NDArray[np.float64]
Nanoseconds = NDArray[np.int64]

_UNITS_NS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_OF_YEARS = f"a date or time of the years {YEARS[0]} to {YEARS[1]}"
_UNIT_NAMES = dict(zip(_UNITS_NS, COUNTED, strict=True))
_WHOLE = r"^\s*\d{1,18}\s*$|^\s*[1-8]\d{18}\s*$"


class BadValueError(Exception):
    """A value of a piece of a column cannot be converted: its position in the piece, and why."""

    def __init__(self, position: int, expected: str, value: object, remedy: str) -> None:
        """Keep what the message needs; whoever knows file and column makes a `DataError` of it."""
        super().__init__(f"expected {expected}, got {value!r}. {remedy}")
        self.position = position


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type is text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_number(kind: pa.DataType) -> bool:
    """Whether an Arrow type is a number or a truth value."""
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
    )


def is_time(kind: pa.DataType) -> bool:
    """Whether an Arrow type is a stamp or a date."""
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def plain(array: pa.Array) -> pa.Array:
    """Decode a dictionary; use one type of text."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if is_text(array.type) and not pa.types.is_string(array.type):
        array = pc.cast(array, pa.string())
    return array


def numbers(array: pa.Array, style: NumberStyle) -> Floats:
    """A piece of a column as float64 `[N]`, NaN where missing.

    Raises:
        BadValueError: a value is not a number, or is infinite.
    """
    array = plain(array)
    if is_text(array.type):
        out = _text_numbers(array, style)
    elif is_number(array.type) or pa.types.is_null(array.type):
        kind = pa.uint8() if pa.types.is_boolean(array.type) else array.type
        out = to_numpy(pc.cast(pc.cast(array, kind), pa.float64(), safe=False))
    else:
        raise BadValueError(0, "a number", array[0].as_py(), f"The column's type is {array.type}; choose another one.")
    infinite = np.isinf(out)
    if infinite.any():
        at = int(np.argmax(infinite))
        raise BadValueError(at, "a finite number", array[at].as_py(), "Correct it, or leave it empty if it is missing.")
    return out


@dataclass(frozen=True, kw_only=True)
class StampStyle:
    """How stamps of a column are to be read: `layout` of its text, or `unit` of its whole numbers.

    `sure` says whether the sample decided it.
    """

    layout: str = ""
    unit: str = ""
    note: str = ""
    sure: bool = True

    @property
    def counted(self) -> bool:
        """Whether they are counted since 1970."""
        return self.unit in _UNITS_NS


def stamp_style(sample: pa.Array, hints: Hints | None = None) -> StampStyle | None:
    """See from a sample how stamps are written; None where it holds none."""
    sample = plain(sample)
    if is_time(sample.type):
        return StampStyle()
    if is_text(sample.type):
        kept = sample.filter(pc.invert(_missing(sample)))
        found = choose_layout(kept, hints)
        if found is not None:
            return StampStyle(layout=found.name, note=found.note, sure=found.sure)
        whole = kept.filter(pc.match_substring_regex(kept, _WHOLE))
        return _counted(_whole_numbers(whole)) if len(whole) * 2 >= len(kept) else None
    return _counted(sample) if pa.types.is_integer(sample.type) else None


def stamps(array: pa.Array, style: StampStyle) -> tuple[Nanoseconds, NDArray[np.int16]]:
    """A piece of a column as nanoseconds `[N]` and offsets from UTC in minutes `[N]` (`NAIVE` where none is named).

    Raises:
        BadValueError: a value is missing or not a stamp.
    """
    array = plain(array)
    if style.unit == "date":
        array = pc.cast(array, pa.string())
        style = StampStyle(layout="yearmonthday")
    elif style.unit == "year":
        array = pc.cast(array, pa.string())
        style = StampStyle(layout="year")
    if array.null_count:
        at = int(np.argmax(to_numpy(pc.is_null(array))))
        raise BadValueError(at, "a date or time", None, "Give every row its time, or remove the row.")
    if style.unit:
        return _counted_stamps(array, style.unit), np.full(len(array), 0, dtype=np.int16)
    if is_text(array.type):
        return _text_stamps(array, style.layout)
    try:
        tz = array.type.tz if pa.types.is_timestamp(array.type) else None
        ns = to_numpy(pc.cast(pc.cast(array, pa.timestamp("ns", tz=tz)), pa.int64()))
    except pa.ArrowInvalid as error:
        year = to_numpy(pc.year(array))
        at = int(np.argmax((year < YEARS[0]) | (year > YEARS[1])))
        raise BadValueError(at, _OF_YEARS, str(array[at].as_py()), "Correct or remove it.") from error
    return ns, np.full(len(array), NAIVE if tz is None else 0, dtype=np.int16)


def names(
    array: pa.Array, what: str = "the name of a series", remedy: str = "Give every row its series."
) -> tuple[NDArray[np.int32], list[str]]:
    """A piece of a column as codes `[N]` into a list of names; `what` they are and the `remedy` are for messages.

    Raises:
        BadValueError: a name is missing.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    values = [None if value is None else _name(value) for value in encoded.dictionary.to_pylist()]
    codes = to_numpy(pc.fill_null(pc.cast(encoded.indices, pa.int64()), whole_scalar(len(values))))
    blank = np.array([not value for value in values] + [True])
    if blank[:-1].any() or encoded.indices.null_count:
        bad = blank[codes]
        if bad.any():
            at = int(np.argmax(bad))
            raise BadValueError(at, what, array[at].as_py(), remedy)
    return codes.astype(np.int32), [value or "" for value in values]


def refusal(name: str, place: str, column: str, error: BadValueError) -> DataError:
    """The message that names file, row, column and value."""
    return DataError(f"{name}, {place}, column {column!r}: {error}")


def looks_numeric(sample: pa.Array, grouped: bool) -> bool:
    """Whether a column holds numbers: by type, or at least half of its sample's text."""
    sample = plain(sample)
    if is_number(sample.type):
        return True
    if not is_text(sample.type):
        return False
    texts = texts_of(sample)
    if not texts:
        return False
    style = number_style(texts, grouped)
    good = sum(one_number(value, style) is not None for value in texts)
    return good * 2 >= len(texts)


def texts_of(sample: pa.Array) -> list[str]:
    """The values of a sample that is text, without the missing ones; of other samples none."""
    sample = plain(sample)
    return sample.filter(pc.invert(_missing(sample))).to_pylist() if is_text(sample.type) else []


def is_blank(sample: pa.Array) -> bool:
    """Whether a sample holds no value at all."""
    sample = plain(sample)
    if is_text(sample.type):
        return bool(pc.all(_missing(sample)).as_py())
    return bool(sample.null_count == len(sample))


def _missing(array: pa.Array) -> pa.Array:
    known = from_texts(MISSING)
    return pc.or_(pc.is_null(array), pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(array)), value_set=known))


def _text_numbers(array: pa.Array, style: NumberStyle) -> Floats:
    quick = _usual_numbers(array, style)
    if quick is not None:
        return quick
    encoded = array.dictionary_encode()
    values = [one_number(value, style) for value in encoded.dictionary.to_pylist()]
    codes = to_numpy(pc.fill_null(pc.cast(encoded.indices, pa.int64()), whole_scalar(len(values))))
    bad = np.array([value is None for value in values] + [False])[codes]
    if bad.any():
        at = int(np.argmax(bad))
        value, remedy = array[at].as_py(), "Correct it, or leave it empty if it is missing."
        if style.decimal == "," and one_number(value, NumberStyle()) is not None:
            remedy += " If all dots are before decimals, give --decimal ."
        raise BadValueError(at, style.expected, value, remedy)
    out: Floats = np.array([0.0 if v is None else v for v in values] + [np.nan])[codes]
    return out


def _usual_numbers(array: pa.Array, style: NumberStyle) -> Floats | None:
    """The same for a piece that holds numbers in the usual forms and blanks; None where it holds others."""
    array = pc.if_else(pc.is_in(array, value_set=from_texts(("", "NA", "NULL", "null"))), no_text(), array)
    if style.group:
        other = "," if style.group == "." else "."
        usual = rf"^[+-]?(\d+|[1-9]\d{{0,2}}([{style.group}]\d{{3}})+)([{other}]\d+)?$"
        if pc.all(pc.match_substring_regex(array, usual)).as_py() is False:
            return None
        array = pc.replace_substring(pc.replace_substring(array, style.group, ""), ",", ".")
    try:
        out: Floats = to_numpy(pc.cast(array, pa.float64()))
    except pa.ArrowInvalid:
        return None
    return out


def _counted(sample: pa.Array) -> StampStyle | None:
    """The style of stamps that are whole numbers."""
    unit = _integer_unit(sample)
    if unit not in _UNIT_NAMES:
        return StampStyle(unit=unit) if unit else None
    shown = sample.drop_null()[0].as_py()
    return StampStyle(unit=unit, note=counted_note(str(shown), _UNIT_NAMES[unit]))


def _counted_stamps(array: pa.Array, unit: str) -> Nanoseconds:
    """Whole numbers since 1970, or text of such."""
    if is_text(array.type):
        whole = pc.match_substring_regex(array, _WHOLE)
        if not pc.all(whole).as_py():
            at = int(np.argmin(to_numpy(whole)))
            expected = f"{_UNIT_NAMES[unit]} since 1970"
            raise BadValueError(at, expected, array[at].as_py(), "Correct or remove it.")
        array = _whole_numbers(array)
    counted: Nanoseconds = to_numpy(pc.cast(array, pa.int64()))
    most = np.iinfo(np.int64).max // _UNITS_NS[unit]
    if (beyond := np.abs(counted) > most).any():
        at = int(np.argmax(beyond))
        raise BadValueError(at, _OF_YEARS, array[at].as_py(), "Correct or remove it.")
    return counted * _UNITS_NS[unit]


def _text_stamps(array: pa.Array, layout: str) -> tuple[Nanoseconds, NDArray[np.int16]]:
    parsed = parse_stamps(array, layout)
    if not parsed.ok.all():
        at = int(np.argmin(parsed.ok))
        remedy = "Correct or remove it."
        if layout in ORDERS and parse_stamps(array.slice(at, 1), other_order(layout)).ok[0]:
            remedy = f"Correct or remove it, or give --dates {other_order(layout)}."
        expected = _OF_YEARS if year_beyond(array.slice(at, 1), layout) else f"a date or time ({layout})"
        raise BadValueError(at, expected, array[at].as_py(), remedy)
    return parsed.ns, parsed.minutes


def _whole_numbers(texts: pa.Array) -> pa.Array:
    return pc.cast(pc.utf8_trim_whitespace(texts), pa.int64())


def _integer_unit(sample: pa.Array) -> str:
    """What whole numbers count as stamps: years, dates as 20240131, or seconds and finer since 1970."""
    values = sample.drop_null()
    if not len(values):
        return ""
    low, high = pc.min(values).as_py(), pc.max(values).as_py()
    if YEARS[0] <= low and high <= YEARS[1]:
        return "year"
    if 16_780_101 <= low and high <= 22_611_231:
        parsed = parse_stamps(pc.cast(values, pa.string()), "yearmonthday")
        if parsed.ok.all():
            return "date"
    for unit, floor in (("s", 10**8), ("ms", 10**11), ("us", 10**14), ("ns", 10**17)):
        if floor <= low and high < floor * 100:
            return unit
    return ""


def _name(value: object) -> str:
    """The name of a series: whole floats, as pandas makes of integers beside a gap, lose their point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
